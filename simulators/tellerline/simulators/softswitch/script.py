"""What a person does at a telephone, written down: ``call 95588``, ``hear prompt:sound:welcome``, ``press 2``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tellerline.adapters.clock import Clock
from tellerline.simulators.softswitch.phones import Phone, PhoneState, WrongMomentError

_LINE = re.compile(r"(?P<verb>[a-z]+(?: up)?)(?: (?P<what>(?!within )\S+))?(?: within (?P<within>[0-9.]+))?")
_NOTHING = "nothing"
_KEY_PAUSE = 0.2


class ScriptError(Exception):
    """The script cannot be read, or did not go as written; the message names the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """``line`` counts from 1, ``within`` is in seconds."""

    line: int
    verb: str
    what: str = ""
    within: float = 10.0

    def error(self, why: str) -> ScriptError:
        return ScriptError(f"line {self.line}, {self.verb} {self.what}: {why}")


class Script:
    """One step in a line, in their order; empty lines and those that begin with # are skipped.

    ``call NUMBER``, ``answer``, ``hear NAME`` (a number, ``music``, ``prompt:<prompt>`` or ``nothing``),
    ``press KEYS``, ``wait SECONDS``, ``hold``, ``retrieve``, ``hang up``, and ``end``, which is done once the other
    side has hung up. ``answer``, ``hear`` and ``end`` wait, at most 10 s or as long as ``within SECONDS`` says.
    """

    def __init__(self, text: str) -> None:
        lines = ((number, line.strip()) for number, line in enumerate(text.splitlines(), 1))
        self.steps = tuple(_step(number, line) for number, line in lines if line and not line.startswith("#"))

    async def play(self, phone: Phone, clock: Clock) -> None:
        """Do it all on the telephone; raises ``ScriptError`` at the first step that fails."""
        for step in self.steps:
            try:
                await self._take(step, phone, clock)
            except WrongMomentError as moment:
                raise step.error(str(moment)) from None

    async def _take(self, step: Step, phone: Phone, clock: Clock) -> None:
        if step.verb == "press":
            for key in step.what:
                phone.press(key)
                await clock.sleep(_KEY_PAUSE)
        elif step.verb == "wait":
            await clock.sleep(float(step.what))
        elif step.verb in _WAITS:
            if not await phone.until(_WAITS[step.verb](step), step.within):
                raise step.error(f"not within {step.within:g} s; {_situation(phone)}")
            if step.verb == "answer":
                phone.answer()
        elif step.verb == "call":
            phone.call(step.what)
        else:
            _MOVES[step.verb](phone)


_MOVES: Mapping[str, Callable[[Phone], None]] = {
    "hold": Phone.hold,
    "retrieve": Phone.retrieve,
    "hang up": Phone.hang_up,
}


def _hears(step: Step) -> Callable[[Phone], bool]:
    if step.what == _NOTHING:
        return lambda phone: phone.state is PhoneState.TALKING and not phone.hears()
    return lambda phone: step.what in phone.hears()


_WAITS: Mapping[str, Callable[[Step], Callable[[Phone], bool]]] = {
    "hear": _hears,
    "answer": lambda step: lambda phone: phone.state is PhoneState.RINGING,
    "end": lambda step: lambda phone: phone.state is PhoneState.IDLE,
}
_ARGUMENTS = {
    "call": re.compile(r"[0-9*#+]+"),
    "hear": re.compile(r"\S+"),
    "press": re.compile(r"[0-9*#]+"),
    "wait": re.compile(r"[0-9]+(\.[0-9]+)?"),
}
"""What must follow a verb; nothing follows the others."""


def _step(number: int, line: str) -> Step:
    found = _LINE.fullmatch(line)
    verb, what = (found["verb"], found["what"] or "") if found else ("", "")
    expected = _ARGUMENTS.get(verb)
    if found is None or verb not in {*_ARGUMENTS, *_MOVES, *_WAITS}:
        raise ScriptError(f"line {number}: {line[:60]!r} is no step")
    if bool(what) is not (expected is not None) or (expected and not expected.fullmatch(what)):
        raise ScriptError(f"line {number}: what follows {verb!r} is wrong")
    if found["within"] is None:
        return Step(line=number, verb=verb, what=what)
    if verb not in _WAITS:
        raise ScriptError(f"line {number}: {verb!r} does not wait")
    return Step(line=number, verb=verb, what=what, within=float(found["within"]))


def _situation(phone: Phone) -> str:
    return f"{phone.state.lower()}, hearing {', '.join(sorted(phone.hears())) or _NOTHING}"
