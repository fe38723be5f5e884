"""Scripts of calls: a line for each thing that the caller does or must hear. ``docs/ivr.md`` tells their words."""

from __future__ import annotations

import re
import shlex
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tellerline.callcenter.ivr import actions, inputs
from tellerline.callcenter.ivr.flow import LANGUAGES
from tellerline.callcenter.ivr.library import Flows
from tellerline.callcenter.ivr.rehearsal import Heard, Rehearsal
from tellerline.callcenter.ivr.state import Stage

Answers = Callable[[actions.Call], Awaitable[inputs.Outcome]]
BEGINNING = ("flow", "language", "tier", "period", "region", "caller", "customer", "queue", "verified")
"""Words that open a script; what they say is known of the caller."""
ANYBODY: Mapping[str, str] = {
    "language": "zh",
    "tier": "standard",
    "period": "day",
    "region": "",
    "caller": "13800000000",
    "customer": "customers/8000000001",
}


class ScriptError(AssertionError):
    """A script is not kept, or cannot be read; the text says where, and what was there instead."""


@dataclass(frozen=True, slots=True)
class Line:
    """``text`` as it stands there, ``words`` without quotation marks."""

    number: int
    text: str
    words: tuple[str, ...]

    def fail(self, why: str) -> ScriptError:
        return ScriptError(f"line {self.number}: {self.text}: {why}")


@dataclass(slots=True)
class Script:
    """``begin`` is what stands at its head."""

    lines: list[Line]
    begin: dict[str, str] = field(default_factory=dict)

    @property
    def flow(self) -> str:
        return self.begin["flow"]

    @property
    def values(self) -> dict[str, str]:
        return {**ANYBODY, **{name: word for name, word in self.begin.items() if name != "flow"}}


def read_script(text: str) -> Script:
    """Raises ``ScriptError`` for a line that is none, and for a script without a flow."""
    script = Script([])
    for line in read_lines(text):
        if line.words[0] in BEGINNING and not script.lines:
            script.begin[line.words[0]] = " ".join(line.words[1:])
        else:
            script.lines.append(line)
    if "flow" not in script.begin:
        raise ScriptError("line 1: a script begins with its flow")
    return script


def read_lines(text: str) -> Iterator[Line]:
    """Lines with words on them; what follows # is a comment, but for the key itself, which is called ``hash``."""
    for number, raw in enumerate(text.splitlines(), 1):
        try:
            words = tuple(shlex.split(raw, comments=True))
        except ValueError as mistake:
            raise ScriptError(f"line {number}: {raw.strip()}: {mistake}") from None
        if words:
            yield Line(number, raw.strip(), words)


class Player:
    """Plays a script's lines on a rehearsal. ``seal`` makes a block of secret digits. With ``answers`` it is the bank
    that answers what the flow asks for, else the script's own lines do."""

    def __init__(
        self,
        flows: Flows,
        flow: str,
        values: Mapping[str, str],
        seal: Callable[[str], bytes],
        answers: Answers | None = None,
    ) -> None:
        self.rehearsal = Rehearsal(flows, flow, values)
        self._seal = seal
        self._answers = answers

    async def play(self, line: Line) -> None:
        """One line; one that begins with a language is for calls in that language. Raises ``ScriptError``."""
        if line.words[0] in LANGUAGES:
            if line.words[0] == self.rehearsal.state.language:
                await self.play(replace(line, words=line.words[1:]))
            return
        verb = _VERBS.get(line.words[0])
        if verb is None:
            raise line.fail(f"the words that may begin a line are: {', '.join(_VERBS)}")
        await verb(self, line, line.words[1:])

    async def hear(self, line: Line, words: tuple[str, ...]) -> None:
        wanted = " ".join(words)
        missed: list[str] = []
        while True:
            while self.rehearsal.heard:
                heard = self.rehearsal.heard.popleft()
                if _is(heard, wanted, self.rehearsal.state.flow) or self._places(heard, words):
                    return
                missed.append(f"{heard.prompt} {heard.text}")
            if not await self._go_on():
                raise line.fail(f"heard instead: {'; '.join(missed) or 'nothing'}")

    def _places(self, heard: Heard, words: tuple[str, ...]) -> bool:
        """``hear position 2``: whatever the queue announces to who has this place."""
        told = self.rehearsal.announced(heard)
        return len(words) == 2 and words[0] == "position" and told == words[1]

    async def press(self, line: Line, words: tuple[str, ...]) -> None:
        """After everything was heard."""
        while self.rehearsal.state.stage is not Stage.QUEUED and await self._go_on():
            pass
        await self.interrupt(line, words)

    async def interrupt(self, line: Line, words: tuple[str, ...]) -> None:
        self.rehearsal.heard.clear()
        for word in words:
            for digit in _KEYS.get(word, word):
                if digit not in "0123456789*#":
                    raise line.fail(f"{digit!r} is no key")
                self.rehearsal.press(digit)

    async def secret(self, line: Line, words: tuple[str, ...]) -> None:
        while self.rehearsal.collecting is None and await self._go_on():
            pass
        if self.rehearsal.collecting is None:
            raise line.fail("no secret digits are asked for")
        self.rehearsal.heard.clear()
        word = " ".join(words)
        if word in {"none", "too few"}:
            self.rehearsal.secret(b"", silent=word == "none")
        else:
            self.rehearsal.secret(self._seal(word))

    async def wait(self, line: Line, words: tuple[str, ...]) -> None:
        self.rehearsal.heard.clear()
        while self._answers is not None and self.rehearsal.call is not None:
            await self._go_on()
        if not words:
            await self.settle()
            self.rehearsal.run_out()
            return
        self.rehearsal.wait(_seconds(line, " ".join(words)))

    async def done(self, line: Line, words: tuple[str, ...]) -> None:
        await self._answer(line, words, inputs.Done(_pairs(line, words[1:])))

    async def refused(self, line: Line, words: tuple[str, ...]) -> None:
        if len(words) < 2:
            raise line.fail("says an operation and a code")
        await self._answer(line, words, inputs.Refused(words[1], _pairs(line, words[2:])))

    async def unknown(self, line: Line, words: tuple[str, ...]) -> None:
        await self._answer(line, words, inputs.Unknown())

    async def _answer(self, line: Line, words: tuple[str, ...], outcome: inputs.Outcome) -> None:
        while (asked := self._asked_for()) == "nothing" and await self._go_on():
            pass
        if not words or words[0] != asked:
            raise line.fail(f"asked for is {asked}")
        self.rehearsal.answered(outcome)

    async def _go_on(self) -> bool:
        """Let happen what happens by itself, without time passing: an answer, or the end of what plays."""
        call = self.rehearsal.call
        if call is not None and self._answers is not None:
            self.rehearsal.answered(await self._answers(call))
            return True
        return self.rehearsal.hear_out()

    def _asked_for(self) -> str:
        if self.rehearsal.state.stage is Stage.OFFERING:
            return "callback"
        return self.rehearsal.call.operation if self.rehearsal.call else "nothing"

    async def position(self, line: Line, words: tuple[str, ...]) -> None:
        """``position 3 wait 240s``, with ``offer callback`` or ``offer voicemail`` behind it."""
        if not words or not words[0].isdecimal():
            raise line.fail("a position is a number")
        more = dict(zip(words[1::2], words[2::2], strict=False))
        self.rehearsal.put(
            inputs.QueueUpdate(
                position=int(words[0]),
                wait=_seconds(line, more["wait"]) if "wait" in more else None,
                offer=more.get("offer", ""),
            )
        )

    async def happens(self, line: Line, words: tuple[str, ...]) -> None:
        """What others do: the agent, the queue, the caller."""
        if line.words[0] == "recorded":
            self.rehearsal.put(inputs.Recorded(self.rehearsal.state.step))
            return
        self.rehearsal.put(_EVENTS[line.words[0]])

    async def expect(self, line: Line, words: tuple[str, ...]) -> None:
        """What the flow wants next, once everything it says has been heard."""
        wanted = " ".join(words)
        while True:
            asked = [named(act) for act in self.rehearsal.asked]
            if wanted in asked:
                while named(self.rehearsal.asked.popleft()) != wanted:
                    pass
                return
            if wanted == self.asking() or (not await self._go_on()):
                break
        if wanted != self.asking():
            raise line.fail(f"there is instead: {', '.join([*asked, self.asking()])}")

    async def settle(self) -> None:
        """Let everything be heard that is heard without time passing."""
        while await self._go_on():
            pass

    def asking(self) -> str:
        """What the flow waits for: ``input``, ``secret``, ``call`` with an operation, or ``nothing`` of these."""
        if self.rehearsal.call is not None:
            return f"call {self.rehearsal.call.operation}"
        if self.rehearsal.collecting is not None:
            return "secret"
        return {Stage.LISTENING: "input"}.get(self.rehearsal.state.stage, "nothing")


def _is(heard: Heard, wanted: str, flow: str) -> bool:
    """By its name, or by words in it; ``…`` stands for any."""
    if wanted in {heard.prompt, heard.prompt.partition(".")[2]}:
        return True
    pattern = ".*".join(re.escape(part) for part in wanted.split("…"))
    return re.search(pattern, heard.text) is not None


def named(act: actions.Action) -> str:
    """What a script calls it."""
    return _NAMES[type(act)](act) if type(act) in _NAMES else type(act).__name__


def _seconds(line: Line, word: str) -> int:
    read = re.fullmatch(r"(\d+) ?s?", word)
    if read is None:
        raise line.fail(f"{word!r} is no time, such as 8s")
    return int(read[1])


def _pairs(line: Line, words: tuple[str, ...]) -> dict[str, str]:
    pairs = [word.partition("=") for word in words]
    if not all(gap for _, gap, _ in pairs):
        raise line.fail("values are given as name=word")
    return {name: word for name, _, word in pairs}


_NAMES: Mapping[type, Callable[[Any], str]] = {
    actions.EnterQueue: lambda act: f"queue {act.queue}",
    actions.LeaveQueue: lambda act: f"leave queue {act.queue}",
    actions.OfferCallback: lambda act: f"callback {act.number}",
    actions.TransferTo: lambda act: f"transfer {act.to} {act.result}".strip(),
    actions.Finished: lambda act: f"end {act.result}",
    actions.Record: lambda act: f"record {act.box}",
    actions.StopRecording: lambda act: "stop recording",
    actions.Music: lambda act: "music" if act.on else "music off",
    actions.HangUp: lambda act: "hang up",
    actions.StopPlaying: lambda act: "stop playing",
    actions.Call: lambda act: f"call {act.operation}",
    actions.CollectSecret: lambda act: "secret",
}
_KEYS = {"star": "*", "hash": "#"}
_EVENTS: Mapping[str, inputs.Input] = {
    "closed": inputs.QueueClosed(),
    "served": inputs.Served(),
    "released": inputs.Released(),
    "no-answer": inputs.TransferFailed(),
    "gone": inputs.CallerGone(),
}
_VERBS: Mapping[str, Callable[[Player, Line, tuple[str, ...]], Awaitable[None]]] = {
    "hear": Player.hear,
    "press": Player.press,
    "interrupt": Player.interrupt,
    "secret": Player.secret,
    "wait": Player.wait,
    "done": Player.done,
    "refused": Player.refused,
    "unknown": Player.unknown,
    "position": Player.position,
    "expect": Player.expect,
    "recorded": Player.happens,
    **dict.fromkeys(_EVENTS, Player.happens),
}
