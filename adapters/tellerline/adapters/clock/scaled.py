"""A clock whose seconds are shorter than ours: for replays over real sockets, where time cannot stand still."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from tellerline.adapters.clock.system import Clock, SystemClock, Timer


class ScaledClock:
    """Civil time set by its driver, elapsed time running ``speed`` times faster than the source's.

    ``now`` is the last instant given to ``jump_to`` plus the scaled time since; a wait of ``s`` takes ``s / speed``.
    """

    def __init__(self, start: datetime, speed: float, source: Clock | None = None) -> None:
        if start.tzinfo is None or speed <= 0:
            raise ValueError("a scaled clock needs an aware start and a positive speed")
        self._source = source or SystemClock()
        self._speed = speed
        self._origin = self._source.monotonic()
        self._elapsed = 0.0
        self._base = start
        self._base_elapsed = 0.0

    def now(self) -> datetime:
        return self._base + timedelta(seconds=self.monotonic() - self._base_elapsed)

    def monotonic(self) -> float:
        return self._elapsed + (self._source.monotonic() - self._origin) * self._speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        return self._source.call_later(seconds / self._speed, callback)

    def run_at(self, speed: float) -> None:
        """Change the speed from now on; waits in progress end when they would have."""
        if speed <= 0:
            raise ValueError("a scaled clock needs a positive speed")
        self._elapsed, self._origin = self.monotonic(), self._source.monotonic()
        self._speed = speed

    def jump_to(self, instant: datetime) -> None:
        """Set civil time; waits in progress are not affected."""
        self._base = instant
        self._base_elapsed = self.monotonic()
