"""One step of a flow while it is being taken: the state as it changes, and the actions as they come up."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from tellerline.callcenter.ivr import actions
from tellerline.callcenter.ivr.flow import AnyNode, Flow, Slot
from tellerline.callcenter.ivr.library import Flows
from tellerline.callcenter.ivr.state import Frame, Stage, State

_FIELD = re.compile(r"\{(\w+)\}")


class Turn:
    """Lives for one input."""

    def __init__(self, flows: Flows, state: State) -> None:
        self.flows = flows
        self.state = state
        self.actions: list[actions.Action] = []

    @property
    def flow(self) -> Flow:
        return self.flows.flow(self.state.flow, self.state.version)

    @property
    def node(self) -> AnyNode:
        return self.flow.nodes[self.state.node]

    @property
    def here(self) -> Frame:
        return Frame(self.state.flow, self.state.version, self.state.node)

    def change(self, **fields: Any) -> None:
        self.state = replace(self.state, **fields)

    def set(self, values: dict[str, str]) -> None:
        self.change(values={**self.state.values, **values})
        entries = {name: word for name, word in values.items() if name in self.flow.record}
        if entries:
            self.act(actions.Keep(entries))

    def awaits(self, number: int, *stages: Stage) -> bool:
        """Whether what has this number is still waited for, at one of these stages."""
        return self.state.step == number and self.state.stage in stages

    def act(self, action: actions.Action) -> None:
        self.actions.append(action)

    def numbered(self) -> int:
        """The next number of an action."""
        self.change(number=self.state.number + 1)
        return self.state.number

    def say(self, prompts: tuple[str, ...]) -> None:
        """Instead of whatever plays; without prompts nothing plays then."""
        self.quiet()
        if not prompts:
            return
        if self.state.music:
            self.music(False)
        number = self.numbered()
        self.change(playback=number)
        self.act(actions.Play(number, tuple(self._said(prompt) for prompt in prompts), self.state.language))

    def can_say(self, name: str) -> bool:
        """Whether everything that the prompt says has a value."""
        return all(self._said(name).values.values())

    def quiet(self) -> None:
        """Stop what plays, if anything does."""
        if self.state.playback:
            self.act(actions.StopPlaying(self.state.playback))
            self.change(playback=0)

    def music(self, on: bool) -> None:
        if on is not self.state.music:
            self.change(music=on)
            self.act(actions.Music(on))

    def wait(self, seconds: int) -> None:
        """From now on this timer counts, and no other."""
        number = self.numbered()
        self.change(timer=number)
        self.act(actions.StartTimer(number, seconds))

    def note(self, what: str, detail: str = "") -> None:
        self.act(actions.Note(self.state.flow, self.state.node, what, detail))

    def leave_queue(self) -> None:
        if self.state.place is not None:
            self.act(actions.LeaveQueue(self.state.place.queue))
            self.change(place=None)

    def filled(self, text: str) -> str:
        """With each ``{name}`` replaced by its value; one without a value is empty."""
        return _FIELD.sub(lambda found: self.state.values.get(found[1], ""), text)

    def _said(self, name: str) -> actions.Say:
        prompt = self.flows.prompt(self.state.flow, name)
        slots = {part.value for parts in prompt.parts.values() for part in parts if isinstance(part, Slot)}
        return actions.Say(prompt.name, {slot: self.state.values.get(slot, "") for slot in sorted(slots)})
