"""The end of a customer's grant before another agent has the customer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Log

EndGrant = Callable[[str], Awaitable[None]]
"""Returns once the gateway has ended the grants of a call; raises where it has not."""

_MOST_SECONDS = 1.0
_PAUSE_SECONDS = 0.1


async def nothing_to_end(call: str) -> None:
    """For sites without a gateway."""


class GrantGate:
    """A caller waits for a bank's gateway no longer than a second: then he is put through, and the gateway is told of
    the end of his grant by whoever follows the site's facts."""

    def __init__(self, end: EndGrant, clock: Clock, log: Log) -> None:
        self._end = end
        self._clock = clock
        self._log = log

    async def passed(self, call: str) -> None:
        """Return once the call's grants have ended, or the second is over."""
        ending = asyncio.ensure_future(self._insist(call))
        waiting = asyncio.ensure_future(self._clock.sleep(_MOST_SECONDS))
        try:
            done, _ = await asyncio.wait({ending, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if ending not in done:
                self._log.warning("grant_may_outlive_its_call", call=call)
        finally:
            for each in (ending, waiting):
                each.cancel()
            await asyncio.gather(ending, waiting, return_exceptions=True)

    async def _insist(self, call: str) -> None:
        while True:
            try:
                return await self._end(call)
            except Exception as error:
                self._log.warning("grant_not_ended", call=call, error=type(error).__name__)
            await self._clock.sleep(_PAUSE_SECONDS)
