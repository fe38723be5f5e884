"""Decides when the next commit starts and what it takes: the size of the batch decides what a commit costs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

UnitT = TypeVar("UnitT")

LINGER = 0.004
"""Seconds that units wait for company under load. Real time, whatever clock the bank's business runs on."""

_CROWD = 3


class CommitWindow(Generic[UnitT]):
    """Collects units of work and hands them over in batches, in the order they came, one batch at a time.

    A lonely unit goes at once. When the last batch was a crowd, the next one waits ``linger`` seconds for others, or
    until ``largest`` have come. ``hand_over`` must not block and must lead to one call of ``finished``. Not
    thread-safe: everything happens on the loop's thread.
    """

    __slots__ = ("_busy", "_drained", "_hand_over", "_largest", "_linger", "_loop", "_pending", "_size", "_timer")

    def __init__(self, hand_over: Callable[[list[UnitT]], None], *, linger: float = LINGER, largest: int = 512) -> None:
        self._hand_over = hand_over
        self._linger = linger
        self._largest = largest
        self._loop = asyncio.get_running_loop()
        self._pending: list[UnitT] = []
        self._busy = False
        self._size = 0
        self._timer: asyncio.TimerHandle | None = None
        self._drained: asyncio.Future[None] | None = None

    def add(self, unit: UnitT) -> None:
        self._pending.append(unit)
        if not self._busy:
            self._consider()

    def finished(self) -> None:
        """The batch handed over has ended, well or badly; its callers have been told."""
        self._busy = False
        if self._drained is not None:
            self._drained.set_result(None)
            self._drained = None
        if self._pending:
            self._consider()

    async def drain(self) -> None:
        """Return when everything added so far has finished; nothing waits for company any more meanwhile."""
        while self._busy or self._pending:
            if not self._busy:
                self._go()
            if self._drained is None:
                self._drained = self._loop.create_future()
            await asyncio.shield(self._drained)

    def _consider(self) -> None:
        waiting = len(self._pending)
        if waiting >= self._largest or self._size < _CROWD or self._linger <= 0:
            self._go()
        elif self._timer is None:
            self._timer = self._loop.call_later(self._linger, self._go)

    def _go(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        batch = self._pending[: self._largest]
        del self._pending[: self._largest]
        self._busy = True
        self._size = len(batch)
        self._hand_over(batch)
