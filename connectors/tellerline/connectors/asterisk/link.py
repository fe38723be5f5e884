"""The stream of events, opened again whenever it breaks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import aiohttp
import orjson

from tellerline.adapters.clock import Clock
from tellerline.connectors.asterisk.messages import HEARD
from tellerline.connectors.asterisk.rest import AriRest, Json, RestRefusedError
from tellerline.connectors.telephony.errors import SwitchError

_FIRST_WAIT, _LONGEST_WAIT = 0.05, 2.0
_log = logging.getLogger(__name__)


class EventLink:
    """While the stream is closed it is opened again, after waits that double.

    ``on_open`` runs before the first event of a stream is read, and what it raises closes the stream; events wait in
    the meantime. ``on_lost`` is called once for each ``on_open`` that succeeded. A second controller that takes the
    application over ends the link for good: two would fight over every call.
    """

    def __init__(
        self,
        rest: AriRest,
        app: str,
        clock: Clock,
        *,
        on_open: Callable[[], Awaitable[None]],
        on_event: Callable[[Json], None],
        on_lost: Callable[[], None],
    ) -> None:
        self._rest = rest
        self._app = app
        self._clock = clock
        self._on_open = on_open
        self._on_event = on_event
        self._on_lost = on_lost
        self._attempted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.replaced = False

    async def start(self) -> None:
        """Return after the first attempt, whatever became of it."""
        self._task = asyncio.get_running_loop().create_task(self._run())
        await self._attempted.wait()

    async def close(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        wait = _FIRST_WAIT
        while not self.replaced:
            if await self._follow():
                wait = _FIRST_WAIT
            self._attempted.set()
            if not self.replaced:
                await self._clock.sleep(wait)
                wait = min(2 * wait, _LONGEST_WAIT)

    async def _follow(self) -> bool:
        """Open the stream and follow it to its end; returns whether it ever was open."""
        opened = False
        try:
            async with self._rest.events() as stream:
                filtering = {"allowed": [{"type": kind} for kind in HEARD]}
                await self._rest.put("applications", self._app, "eventFilter", body=filtering)
                await self._on_open()
                opened = True
                self._attempted.set()
                await self._read(stream)
        except (aiohttp.ClientError, OSError, SwitchError, RestRefusedError) as error:
            _log.warning("no events of Asterisk: %s", type(error).__name__)
        except Exception as error:
            _log.error("Asterisk said what nobody understands: %s", type(error).__name__)
        finally:
            if opened:
                self._on_lost()
        return opened

    async def _read(self, stream: aiohttp.ClientWebSocketResponse) -> None:
        async for message in stream:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            event = orjson.loads(message.data)
            if event.get("type") == "ApplicationReplaced":
                _log.error("another controller has taken the application %s over", self._app)
                self.replaced = True
                return
            self._on_event(event)
