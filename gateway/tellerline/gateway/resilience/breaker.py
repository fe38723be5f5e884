"""A circuit breaker that counts what the wire did, on the injected clock."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tellerline.adapters.clock import Clock


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerRules:
    """Opens when at least ``failure_share`` of the last ``window`` exchanges failed (``minimum`` of them at least);
    after ``open_seconds`` it lets ``probes`` through at a time until one of them tells."""

    window: int = 50
    minimum: int = 20
    failure_share: float = 0.5
    open_seconds: float = 5.0
    probes: int = 1


class Breaker:
    """One host's breaker. A failure is an exchange without an answer; a refusal by the host is an answer.

    Every ``allow`` that returns True is followed by exactly one ``succeeded``, ``failed`` or ``abandoned``.
    """

    __slots__ = ("_clock", "_failures", "_next", "_opened_at", "_probing", "_ring", "_rules", "_seen", "state")

    def __init__(self, clock: Clock, rules: BreakerRules) -> None:
        self._clock = clock
        self._rules = rules
        self.state = BreakerState.CLOSED
        self._probing = 0
        self._opened_at = 0.0
        self._forget()

    def allow(self) -> bool:
        """Whether an exchange may be tried now. Turns an open breaker half open when its time has come."""
        if self.state is BreakerState.CLOSED:
            return True
        if self.state is BreakerState.OPEN:
            if self._clock.monotonic() - self._opened_at < self._rules.open_seconds:
                return False
            self.state = BreakerState.HALF_OPEN
            self._probing = 0
        if self._probing >= self._rules.probes:
            return False
        self._probing += 1
        return True

    def succeeded(self) -> None:
        """The host answered: whatever the breaker believed, the host is there."""
        if self.state is not BreakerState.CLOSED:
            self.state = BreakerState.CLOSED
            self._forget()
        self._count(0)

    def failed(self) -> None:
        if self.state is BreakerState.CLOSED:
            self._count(1)
            enough = self._seen >= self._rules.minimum
            if enough and self._failures >= self._rules.failure_share * self._seen:
                self._open()
        elif self.state is BreakerState.HALF_OPEN:
            self._open()

    def abandoned(self) -> None:
        """The exchange that was allowed was never made, or nobody waited for its end: it tells nothing."""
        if self.state is BreakerState.HALF_OPEN and self._probing:
            self._probing -= 1

    def _open(self) -> None:
        self.state = BreakerState.OPEN
        self._opened_at = self._clock.monotonic()

    def _forget(self) -> None:
        self._ring = bytearray(self._rules.window)
        self._next = 0
        self._seen = 0
        self._failures = 0

    def _count(self, failure: int) -> None:
        ring, place = self._ring, self._next
        self._failures += failure - ring[place]
        ring[place] = failure
        self._next = place + 1 if place + 1 < len(ring) else 0
        if self._seen < len(ring):
            self._seen += 1
