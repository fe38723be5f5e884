"""First come, first served, for each of several things at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Lanes:
    """Whoever asks for a turn at some keys gets it when all who asked for any of them before have had theirs.

    So turns at one key are taken in the order in which they were asked for, and nobody waits for nobody.
    """

    def __init__(self) -> None:
        self._last: dict[str, asyncio.Future[None]] = {}

    @asynccontextmanager
    async def turn(self, *keys: str) -> AsyncIterator[None]:
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        before = {self._last[key] for key in keys if key in self._last}
        self._last |= dict.fromkeys(keys, mine)
        try:
            for turn in before:
                await asyncio.shield(turn)
            yield
        finally:
            self._pass_on(mine, before, keys)

    def _pass_on(self, mine: asyncio.Future[None], before: set[asyncio.Future[None]], keys: tuple[str, ...]) -> None:
        """Whoever gave up waiting passes the turn on when it would have come."""
        waiting = [turn for turn in before if not turn.done()]
        if waiting:
            waiting[0].add_done_callback(lambda _: self._pass_on(mine, set(waiting[1:]), keys))
            return
        mine.set_result(None)
        for key in keys:
            if self._last.get(key) is mine:
                del self._last[key]
