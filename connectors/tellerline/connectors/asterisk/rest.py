"""Requests to Asterisk's REST interface, over a bounded pool of connections that stay open."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeAlias
from urllib.parse import quote

import aiohttp
import orjson
from yarl import URL

from tellerline.connectors.asterisk.settings import AsteriskSettings
from tellerline.connectors.telephony.errors import SwitchError, SwitchReason

Json: TypeAlias = Any
_KEEP_ALIVE = 45.0
"""Seconds; shorter than Asterisk's own, so that it never closes a connection that is about to be used."""


class RestRefusedError(Exception):
    """Asterisk answered a request with an error."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status} {message}")
        self.status = status
        self.message = message

    def as_switch_error(self) -> SwitchError:
        """For an order about a leg, where nothing more is known."""
        by_status = {404: SwitchReason.NO_SUCH_LEG, 409: SwitchReason.WRONG_STATE, 412: SwitchReason.WRONG_STATE}
        by_status[422] = SwitchReason.WRONG_STATE
        return SwitchError(by_status.get(self.status, SwitchReason.REFUSED), str(self))


class AriRest:
    """One Asterisk. Requests raise ``RestRefusedError``, or ``SwitchError`` with ``UNAVAILABLE`` (nothing was sent) or
    ``UNKNOWN`` (no answer). Nothing of a request or an answer is logged: either may hold digits."""

    def __init__(self, settings: AsteriskSettings) -> None:
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None

    def open(self) -> None:
        """On the running loop. Connects to nothing yet."""
        self._session = aiohttp.ClientSession(
            headers={"Authorization": aiohttp.encode_basic_auth(self._settings.user, self._settings.password)},
            connector=aiohttp.TCPConnector(limit=self._settings.connections, keepalive_timeout=_KEEP_ALIVE),
            timeout=aiohttp.ClientTimeout(total=self._settings.patience.total_seconds()),
        )

    async def close(self) -> None:
        if self._session:
            await self._session.close()
            self._session = None

    def events(self) -> AbstractAsyncContextManager[aiohttp.ClientWebSocketResponse]:
        """The stream of the application's events; it does not count among the pool's connections."""
        return self._open_session.ws_connect(
            f"{self._settings.url}/events",
            params={"app": self._settings.app},
            heartbeat=self._settings.heartbeat.total_seconds(),
            max_msg_size=0,
        )

    async def get(self, *path: str, **query: str) -> Json:
        return orjson.loads(await self._ask("GET", path, query, None))

    async def get_file(self, *path: str) -> bytes:
        return await self._ask("GET", path, {}, None)

    async def get_or_none(self, *path: str, **query: str) -> Json:
        """None for what is not there."""
        try:
            return await self.get(*path, **query)
        except RestRefusedError as refused:
            if refused.status == 404:
                return None
            raise

    async def post(self, *path: str, body: Json = None, **query: str) -> None:
        await self._ask("POST", path, query, body)

    async def put(self, *path: str, body: Json) -> None:
        await self._ask("PUT", path, {}, body)

    async def delete(self, *path: str, **query: str) -> None:
        await self._ask("DELETE", path, query, None)

    async def remove(self, *path: str, **query: str) -> None:
        """``delete`` what may be gone already."""
        await _unless_gone(self.delete(*path, **query))

    async def remove_by_post(self, *path: str) -> None:
        """``post`` an end to what may be gone already."""
        await _unless_gone(self.post(*path))

    async def _ask(self, method: str, path: tuple[str, ...], query: Mapping[str, str], body: Json) -> bytes:
        place = "/".join(quote(part, safe="") for part in path)
        url = URL(f"{self._settings.url}/{place}", encoded=True).with_query(query)
        try:
            async with self._open_session.request(method, url, json=body) as response:
                answer = await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise SwitchError(SwitchReason.UNAVAILABLE, type(error).__name__) from None
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise SwitchError(SwitchReason.UNKNOWN, type(error).__name__) from None
        if response.status >= 300:
            raise RestRefusedError(response.status, _message(answer))
        return answer

    @property
    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise SwitchError(SwitchReason.UNAVAILABLE, "closed")
        return self._session


async def _unless_gone(request: Awaitable[None]) -> None:
    try:
        await request
    except RestRefusedError as refused:
        if refused.status != 404:
            raise


def _message(answer: bytes) -> str:
    try:
        return str(orjson.loads(answer)["message"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""
