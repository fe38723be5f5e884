"""A connection that comes back by itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from tellerline.adapters.clock import Clock
from tellerline.adapters.mq.rabbitmq.link import BrokerUnavailableError, Link, connection_parameters

_log = logging.getLogger(__name__)

FIRST_DELAY_S = 0.05
LONGEST_DELAY_S = 5.0
SET_UP_S = 5.0
"""A broker that has just begun may leave a request about a replicated queue without answer for ever: try anew."""


class Session:
    """Keeps one connection up: connect, ``set_up``, wait until it is lost, again.

    ``on_lost`` runs at the moment the connection is gone. Between attempts the wait doubles up to
    ``LONGEST_DELAY_S`` and starts anew after each success. Raises ``ValueError`` for a URL that is none.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        set_up: Callable[[Link], Awaitable[None]],
        on_lost: Callable[[], None],
    ) -> None:
        connection_parameters(url)
        self._url = url
        self._clock = clock
        self._set_up = set_up
        self._on_lost = on_lost
        self._link: Link | None = None
        self._tried = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; returns when the first attempt has succeeded or failed. Idempotent."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._keep_up())
        await self._tried.wait()

    async def close(self) -> None:
        """End the connection and stop trying. Idempotent."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        link, self._link = self._link, None
        if link is not None:
            await link.close()

    async def _keep_up(self) -> None:
        delay = FIRST_DELAY_S
        while True:
            try:
                async with asyncio.timeout(SET_UP_S):
                    self._link = link = await Link.open(self._url, self._on_lost)
                    await self._set_up(link)
            except (BrokerUnavailableError, TimeoutError) as error:
                _log.warning("message broker unavailable: %r", error)
                await self._drop()
            except Exception:
                _log.exception("setting up the message broker's connection failed")
                await self._drop()
            else:
                delay = FIRST_DELAY_S
                self._tried.set()
                await link.gone.wait()
            self._tried.set()
            await self._clock.sleep(delay)
            delay = min(2 * delay, LONGEST_DELAY_S)

    async def _drop(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            await link.close()
            self._on_lost()
