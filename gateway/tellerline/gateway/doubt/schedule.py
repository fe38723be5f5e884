"""When the resolver has to wake next: known due times, and a regular look at what other gateways left."""

from __future__ import annotations

import asyncio
import heapq
from math import ceil
from typing import Final

from tellerline.adapters.clock import Clock

_GRAINS: Final = 100
"""In a second: later times are told apart no finer, so that no more of them are kept than seconds to come have."""


class WakeUp:
    """An alarm on the injected clock. ``due_in`` may be called by anybody; one waiter waits.

    Every time that was told wakes once, at most ten milliseconds late: one that is due sooner hides none behind it.
    """

    def __init__(self, clock: Clock, sweep_seconds: float) -> None:
        self._clock = clock
        self._sweep = sweep_seconds
        self._next = 0.0
        self._later: list[float] = []
        self._known: set[float] = set()
        self._waiter: asyncio.Future[None] | None = None

    def due_in(self, seconds: float) -> None:
        """Something will be due then; the waiter is woken no later."""
        now = self._clock.monotonic()
        due = ceil((now + seconds) * _GRAINS) / _GRAINS if seconds > 0 else now
        if seconds > 0 and due not in self._known:
            self._known.add(due)
            heapq.heappush(self._later, due)
        if due < self._next:
            self._next = due
            self._wake()

    def begin(self) -> None:
        """Start a round: from here on, only what is told counts, what was told for later, and the next sweep."""
        now = self._clock.monotonic()
        while self._later and self._later[0] <= now:
            self._known.discard(heapq.heappop(self._later))
        self._next = min([now + self._sweep, *self._later[:1]])

    async def wait(self) -> None:
        """Return when the earliest known due time has come."""
        while (remaining := self._next - self._clock.monotonic()) > 0:
            self._waiter = asyncio.get_running_loop().create_future()
            timer = self._clock.call_later(remaining, self._wake)
            try:
                await self._waiter
            finally:
                timer.cancel()
                self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
