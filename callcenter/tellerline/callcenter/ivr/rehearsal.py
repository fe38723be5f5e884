"""A call without a telephone: a flow played on virtual time, with what the caller hears as text."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tellerline.callcenter.ivr import actions, inputs
from tellerline.callcenter.ivr.flow import Queue
from tellerline.callcenter.ivr.library import Flows
from tellerline.callcenter.ivr.machine import begin, step
from tellerline.callcenter.ivr.state import State
from tellerline.callcenter.ivr.wording import words


@dataclass(frozen=True, slots=True)
class Heard:
    """``prompt`` is its full name, ``text`` its words with the values in them."""

    prompt: str
    text: str


class Rehearsal:
    """One caller in one flow. Nothing happens by itself: playbacks end and time passes when they are told to.

    ``heard`` holds what was said and not yet asked for; ``asked`` everything else that the flow wants and nobody has
    taken, such as a queue or a hang-up; ``told`` is all of both, in order. Every state goes to JSON and back.
    """

    def __init__(self, flows: Flows, flow: str, values: Mapping[str, str]) -> None:
        self._flows = flows
        self._timer: tuple[int, int] | None = None
        self.heard: deque[Heard] = deque()
        self.asked: deque[actions.Action] = deque()
        self.told: list[Heard | actions.Action] = []
        self.notes: list[actions.Note] = []
        self.call: actions.Call | None = None
        self.collecting: actions.CollectSecret | None = None
        self.state, acts = begin(flows, flow, values)
        self._take(acts)

    @property
    def waiting(self) -> int:
        """Seconds until the flow does something by itself; 0 if it never does."""
        return self._timer[1] if self._timer and self._timer[0] == self.state.timer else 0

    def hear_out(self) -> bool:
        """Let what plays come to its end; whether anything played."""
        playing = self.state.playback
        if playing:
            self.put(inputs.PlaybackEnded(playing))
        return playing > 0

    def press(self, digit: str) -> None:
        """While it plays: that is what barge-in is about."""
        self.put(inputs.Digit(digit))

    def secret(self, sealed: bytes, *, silent: bool = False) -> None:
        """What the switch collected, if it was asked to."""
        if self.collecting is not None:
            collecting, self.collecting = self.collecting, None
            self.put(inputs.SecretCollected(collecting.collection, sealed, silent))

    def answered(self, outcome: inputs.Outcome) -> None:
        """Answer the operation that was last called for, or the offer of a callback."""
        self.call = None
        self.put(inputs.Answered(self.state.step, outcome))

    def wait(self, seconds: int) -> None:
        """Let the caller do nothing for so long; what plays is heard out first, which takes no time."""
        while seconds > 0:
            if self.hear_out():
                continue
            if not self.waiting or self.waiting > seconds:
                self._pass(seconds)
                return
            seconds -= self.waiting
            self.run_out()

    def run_out(self) -> bool:
        """Let the flow's timer end; whether one ran."""
        timer, self._timer = self._timer, None
        if timer is None or timer[0] != self.state.timer:
            return False
        self.put(inputs.TimedOut(timer[0]))
        return True

    def put(self, heard: inputs.Input) -> None:
        """Any input; its state is kept and read again first, as after a restart."""
        self.state, acts = step(self._flows, State.from_json(self.state.to_json()), heard)
        self._take(acts)

    def announced(self, heard: Heard) -> str:
        """The place that the caller was told by it; empty if it told none."""
        node = self._flows.flow(self.state.flow).nodes[self.state.node]
        told = (*node.announce, *node.announce_next) if isinstance(node, Queue) else ()
        names = {self._flows.prompt(self.state.flow, prompt).name for prompt in told}
        return self.state.values.get("position", "") if heard.prompt in names else ""

    def _pass(self, seconds: int) -> None:
        if self._timer is not None:
            self._timer = (self._timer[0], self._timer[1] - seconds)

    def _take(self, acts: Sequence[actions.Action]) -> None:
        for act in acts:
            match act:
                case actions.Play(says=says, language=language):
                    heard = [self._heard(said, language) for said in says]
                    self.heard.extend(heard)
                    self.told += heard
                    continue
                case actions.StartTimer(timer=timer, seconds=seconds):
                    self._timer = (timer, seconds)
                    continue
                case actions.Note():
                    self.notes.append(act)
                    continue
                case actions.CollectSecret():
                    self.collecting = act
                case actions.StopCollecting():
                    self.collecting = None
                case actions.Call():
                    self.call = act
                case _:
                    self.asked.append(act)
            self.told.append(act)

    def _heard(self, said: actions.Say, language: str) -> Heard:
        return Heard(said.prompt, words(self._flows.prompts[said.prompt], said.values, language))
