"""Does something about facts, outside: each at least once, in order, also across a crash."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Log
from tellerline.callcenter.live.feed import Feed
from tellerline.callcenter.live.log import FactLog
from tellerline.callcenter.live.records import EVERYTHING, Recorded
from tellerline.callcenter.storage import StoreUnavailableError

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_STRIDE = 1_000


class Follower:
    """Calls ``act`` with every fact of ``kinds``, and again until it returns; what it does must bear a repetition.

    Where it is, is written down under ``name`` after each, so that the next process goes on there.
    """

    def __init__(
        self,
        name: str,
        kinds: Collection[str],
        act: Callable[[Recorded], Awaitable[None]],
        *,
        log: FactLog,
        feed: Feed,
        clock: Clock,
        logger: Log,
    ) -> None:
        self._name = name
        self._kinds = frozenset(kinds)
        self._act = act
        self._log = log
        self._feed = feed
        self._clock = clock
        self._logger = logger
        self._working: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Go on in the background. The log has been started."""
        position = await self._log.cursor(self._name)
        self._working = asyncio.get_running_loop().create_task(self._follow(position))

    async def close(self) -> None:
        """Stop, wherever it is."""
        if self._working is not None:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)

    async def _follow(self, position: int) -> None:
        done = position
        while True:
            try:
                async for recorded in self._feed.follow(done, EVERYTHING):
                    if recorded.entry.kind in self._kinds:
                        await self._insist(recorded)
                    elif recorded.position - position < _STRIDE:
                        done = recorded.position
                        continue
                    done = recorded.position
                    await self._log.move(self._name, done)
                    position = done
            except StoreUnavailableError as error:
                self._logger.warning("follower_waits", follower=self._name, reason=error.reason)
                await self._clock.sleep(_LONGEST_PAUSE)
                continue
            return

    async def _insist(self, recorded: Recorded) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                return await self._act(recorded)
            except Exception as error:
                self._logger.warning(
                    "follower_tries_again", follower=self._name, position=recorded.position, error=repr(error)
                )
            await self._clock.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
