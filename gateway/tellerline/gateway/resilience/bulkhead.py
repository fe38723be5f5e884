"""A limit on what one host is given at the same time, with a short queue in front of it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

from tellerline.adapters.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkheadRules:
    """At most ``concurrent`` exchanges at a time; at most ``queued`` more wait, first come first served."""

    concurrent: int = 64
    queued: int = 1024


class Bulkhead:
    """One host's places. A place taken is given back with ``leave``, exactly once."""

    __slots__ = ("_clock", "_queue", "_rules", "in_flight")

    def __init__(self, clock: Clock, rules: BulkheadRules) -> None:
        self._clock = clock
        self._rules = rules
        self._queue: OrderedDict[asyncio.Future[bool], None] = OrderedDict()
        self.in_flight = 0

    @property
    def queued(self) -> int:
        return len(self._queue)

    def enter_now(self) -> bool:
        """Take a place if one is free and nobody waits for it."""
        if self.in_flight >= self._rules.concurrent or self._queue:
            return False
        self.in_flight += 1
        return True

    async def enter(self, deadline: float) -> bool:
        """Take a place, waiting for it until ``deadline`` at most; False when the queue is full or the time is up."""
        if self.enter_now():
            return True
        remaining = deadline - self._clock.monotonic()
        if len(self._queue) >= self._rules.queued or remaining <= 0:
            return False
        place: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._queue[place] = None
        timer = self._clock.call_later(remaining, lambda: self._give_up(place))
        try:
            return await place
        except asyncio.CancelledError:
            self._queue.pop(place, None)
            if not place.cancelled() and place.result():
                self.leave()
            raise
        finally:
            timer.cancel()

    def leave(self) -> None:
        """Give the place back, or hand it to the one who waits longest."""
        while self._queue:
            place, _ = self._queue.popitem(last=False)
            if not place.done():
                place.set_result(True)
                return
        self.in_flight -= 1

    def _give_up(self, place: asyncio.Future[bool]) -> None:
        if not place.done():
            del self._queue[place]
            place.set_result(False)
