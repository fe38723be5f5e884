"""Instants that never go back, though the clock may."""

from __future__ import annotations

from datetime import datetime, timedelta

from tellerline.adapters.clock import Clock

_PACE = 0.9


class SteadyTime:
    """A clock's time. After the clock was set back, time goes on at nine tenths of its pace until the clock is there
    again: timers are a little late for that while, and none stands still."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._latest: datetime | None = None
        self._told = 0.0

    def begin(self, latest: datetime | None) -> None:
        """Tell no instant before ``latest``, which somebody else has told already."""
        self._latest = latest
        self._told = self._clock.monotonic()

    def now(self) -> datetime:
        """Aware, in UTC, and not before the one told last."""
        elapsed = self._clock.monotonic()
        now = self._clock.now()
        if self._latest is not None:
            now = max(now, self._latest + timedelta(seconds=_PACE * (elapsed - self._told)))
        self._latest, self._told = now, elapsed
        return now
