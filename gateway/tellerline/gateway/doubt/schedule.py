"""When the resolver has to wake next: known due times, and a regular look at what other gateways left."""

from __future__ import annotations

import asyncio

from tellerline.adapters.clock import Clock


class WakeUp:
    """An alarm on the injected clock. ``due_in`` may be called by anybody; one waiter waits."""

    def __init__(self, clock: Clock, sweep_seconds: float) -> None:
        self._clock = clock
        self._sweep = sweep_seconds
        self._next = 0.0
        self._waiter: asyncio.Future[None] | None = None

    def due_in(self, seconds: float) -> None:
        """Something will be due then; the waiter is woken no later."""
        due = self._clock.monotonic() + seconds
        if due < self._next:
            self._next = due
            if self._waiter is not None and not self._waiter.done():
                self._waiter.set_result(None)

    def begin(self) -> None:
        """Start a round: from here on, only what is told counts, and the next sweep."""
        self._next = self._clock.monotonic() + self._sweep

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
