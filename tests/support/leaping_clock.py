"""A real clock of which a test may skip some."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from operator import itemgetter

from tellerline.adapters.clock import SystemClock


class LeapingClock(SystemClock):
    """Real time, of which some may be skipped: timers that fall due in it fire at once, in their order."""

    def __init__(self) -> None:
        self._leapt = 0.0
        self._timers: list[tuple[float, asyncio.TimerHandle, Callable[[], None]]] = []

    def monotonic(self) -> float:
        return super().monotonic() + self._leapt

    def call_later(self, seconds: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        timer = asyncio.get_running_loop().call_later(seconds, callback)
        self._timers.append((self.monotonic() + seconds, timer, callback))
        return timer

    def leap(self, seconds: float) -> None:
        self._leapt += seconds
        now = self.monotonic()
        due = sorted((entry for entry in self._timers if entry[0] <= now), key=itemgetter(0))
        self._timers = [entry for entry in self._timers if entry[0] > now]
        for _, timer, callback in due:
            if not timer.cancelled():
                timer.cancel()
                callback()
