"""Carries a request out the way a fault wants it, knowing nothing of the protocol."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from tellerline.adapters.clock import Clock
from tellerline.simulators.faults.engine import ActiveFault, FaultEngine
from tellerline.simulators.faults.rule import FaultKind, GarbleStyle
from tellerline.simulators.hosting.codes import MAINTENANCE

_PAGE = b"<html><head><title>504 Gateway Time-out</title></head><body><h1>504 Gateway Time-out</h1></body></html>"
_STYLES = tuple(GarbleStyle)


class Attempt(Protocol):
    """One request at the door of a host.

    ``carry_out`` does the business and returns the reply's bytes; nothing is sent by it. ``send`` may be called any
    number of times, also when nobody listens any more. ``cut`` sends the first half. ``leave`` ends without a reply.
    """

    @property
    def operation(self) -> str: ...

    @property
    def account(self) -> str: ...

    @property
    def amount(self) -> int | None: ...

    def carry_out(self) -> bytes: ...

    def refuse(self, code: str) -> bytes: ...

    def contradict(self) -> bytes: ...

    def send(self, reply: bytes) -> None: ...

    def cut(self, reply: bytes) -> None: ...

    def leave(self) -> None: ...

    def crash(self, seconds: float) -> None: ...


class Injector:
    """One per host: it also keeps the replies that are held back to change their order."""

    def __init__(self, engine: FaultEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._held: list[Callable[[], None]] = []
        self._ways: dict[FaultKind, Callable[[Attempt, ActiveFault], None]] = {
            FaultKind.LOSE_REQUEST: self._lose_request,
            FaultKind.LOSE_REPLY: self._lose_reply,
            FaultKind.DELAY: self._delay,
            FaultKind.LATE_REPLY: self._late_reply,
            FaultKind.DUPLICATE_REPLY: self._duplicate_reply,
            FaultKind.CONTRADICTORY_REPLY: self._contradictory_reply,
            FaultKind.REORDER: self._reorder,
            FaultKind.GARBLE: self._garble,
            FaultKind.REFUSE: self._refuse,
            FaultKind.CRASH_AFTER_COMMIT: self._crash,
        }

    def serve(self, attempt: Attempt) -> None:
        """Carry out and answer, or whatever the fault chosen for this request does instead."""
        if self._engine.idle:
            self._send(attempt, attempt.carry_out())
            return
        if self._engine.maintained(self._clock.now()):
            self._send(attempt, attempt.refuse(MAINTENANCE))
            return
        fault = self._engine.choose(attempt.operation, attempt.account, attempt.amount)
        if fault is None:
            self._send(attempt, attempt.carry_out())
        else:
            self._ways[fault.rule.kind](attempt, fault)

    def _send(self, attempt: Attempt, reply: bytes) -> None:
        attempt.send(reply)
        while self._held:
            self._held.pop(0)()

    def _lose_request(self, attempt: Attempt, fault: ActiveFault) -> None:
        attempt.leave()

    def _lose_reply(self, attempt: Attempt, fault: ActiveFault) -> None:
        attempt.carry_out()
        attempt.leave()

    def _delay(self, attempt: Attempt, fault: ActiveFault) -> None:
        self._clock.call_later(fault.rule.duration, lambda: self._send(attempt, attempt.carry_out()))

    def _late_reply(self, attempt: Attempt, fault: ActiveFault) -> None:
        reply = attempt.carry_out()
        self._clock.call_later(fault.rule.duration, lambda: self._send(attempt, reply))

    def _duplicate_reply(self, attempt: Attempt, fault: ActiveFault) -> None:
        reply = attempt.carry_out()
        self._send(attempt, reply)
        attempt.send(reply)

    def _contradictory_reply(self, attempt: Attempt, fault: ActiveFault) -> None:
        reply = attempt.carry_out()
        other = attempt.contradict()
        self._send(attempt, reply)
        attempt.send(other)

    def _reorder(self, attempt: Attempt, fault: ActiveFault) -> None:
        reply = attempt.carry_out()
        release = _Once(lambda: attempt.send(reply))
        self._held.append(release)
        self._clock.call_later(fault.rule.duration, release)

    def _garble(self, attempt: Attempt, fault: ActiveFault) -> None:
        reply = attempt.carry_out()
        style = fault.rule.style or _STYLES[fault.randomness.below(len(_STYLES))]
        if style is GarbleStyle.CUT:
            attempt.cut(reply)
        elif style is GarbleStyle.HTML:
            attempt.send(_PAGE)
        else:
            attempt.send(b"\xff" + fault.randomness.bytes(len(reply)))

    def _refuse(self, attempt: Attempt, fault: ActiveFault) -> None:
        self._send(attempt, attempt.refuse(fault.rule.code))

    def _crash(self, attempt: Attempt, fault: ActiveFault) -> None:
        attempt.carry_out()
        attempt.crash(fault.rule.duration)


class _Once:
    """Runs an action at its first call only."""

    __slots__ = ("_action", "_done")

    def __init__(self, action: Callable[[], None]) -> None:
        self._action = action
        self._done = False

    def __call__(self) -> None:
        if not self._done:
            self._done = True
            self._action()
