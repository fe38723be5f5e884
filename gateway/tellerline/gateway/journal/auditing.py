"""Answered enquiries on their way to the journal: batched in memory, because nobody waits for them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from tellerline.adapters.store.statements import Values
from tellerline.gateway.journal.port import StoreUnavailableError

_SECONDS = 0.1
_BATCH = 500
_MOST = 20 * _BATCH


class AuditBuffer:
    """Writes what it is given within about 100 ms of real time, or as soon as 500 rows wait, in one commit.

    What a crash catches in memory is lost, as the journal's contract says. While the store is unavailable up to
    10,000 rows wait for it; beyond that the oldest are dropped and counted in ``dropped``.
    """

    def __init__(self, append: Callable[[Sequence[Values]], Awaitable[None]]) -> None:
        self._append = append
        self._waiting: deque[Values] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None
        self.dropped = 0

    def add(self, row: Values) -> None:
        """Returns at once."""
        if len(self._waiting) >= _MOST:
            self._waiting.popleft()
            self.dropped += 1
        self._waiting.append(row)
        if self._writing is None and len(self._waiting) >= _BATCH:
            self._begin()
        elif self._timer is None and self._writing is None:
            self._timer = asyncio.get_running_loop().call_later(_SECONDS, self._begin)

    async def flush(self) -> None:
        """Return when what was added so far is durable, or the store has failed to take it (it goes on waiting)."""
        if self._writing is not None:
            await asyncio.shield(self._writing)
        if self._waiting:
            self._begin()
            if self._writing is not None:
                await asyncio.shield(self._writing)

    async def close(self) -> None:
        """Flush for the last time; what the store does not take now is lost."""
        await self.flush()
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _begin(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        try:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]
                try:
                    await self._append(batch)
                except StoreUnavailableError:
                    self._waiting.extendleft(reversed(batch))
                    self._timer = asyncio.get_running_loop().call_later(_SECONDS * 10, self._begin)
                    return
        finally:
            self._writing = None
