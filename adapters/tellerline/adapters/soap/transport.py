"""SOAP over HTTP: one POST, one fate."""

from __future__ import annotations

import asyncio
import ssl
import zlib
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import ClientRequest, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from yarl import URL

from tellerline.adapters.clock import Clock
from tellerline.adapters.exchange import Exchanged, Fate, WireRequest

_NO_TIMEOUT = ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None)
_READABLE_STATUS = frozenset({200, 500})
_MEDIA_TYPES = frozenset({"text/xml", "application/soap+xml"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SoapEndpoint:
    """Where a SOAP host is and how much of it may be used at once.

    ``connections`` is the most that are open together; more exchanges wait, and are NOT_SENT if their deadline passes
    first. ``idle_seconds`` should be below the host's own keep-alive, for a connection that the host closes while it
    is being reused leaves a doubt. ``max_reply_bytes`` holds after decompression.
    """

    url: str
    connections: int = 100
    idle_seconds: float = 15.0
    max_reply_bytes: int = 1 << 20
    tls: ssl.SSLContext | None = None


class _Attempt:
    """Whether anything of one exchange may have left, and whether its time is up."""

    __slots__ = ("expired", "sent", "task")

    def __init__(self, task: asyncio.Task[Any]) -> None:
        self.task = task
        self.sent = False
        self.expired = False

    def expire(self) -> None:
        self.expired = True
        self.task.cancel()


_attempt: ContextVar[_Attempt] = ContextVar("soap_attempt")


class _StaleConnectionError(aiohttp.ClientConnectionError):
    """The kept connection is closed, or holds a reply that nobody asked for; nothing was written to it."""


class _Request(ClientRequest):
    """Marks the exchange as possibly sent at the last moment before aiohttp writes: a connection is there by then.

    A kept connection with left-over bytes would answer this request with the reply of another; it is not used.
    """

    async def send(self, conn: Any) -> ClientResponse:
        protocol = conn.protocol
        if protocol is None or protocol.should_close or not protocol.is_connected():
            raise _StaleConnectionError
        _attempt.get().sent = True
        return await super().send(conn)


class _UnreadableError(Exception):
    """A reply came that must not be handed on; the message is the reason word."""


class SoapTransport:
    """``Transport`` by HTTP POST over kept connections.

    Never retried, never redirected, no cookies. An exchange that is waiting for a connection has sent nothing; one that
    has a connection may have, so everything that fails from then on is SENT_NO_REPLY. HTTP correlates by connection:
    ``WireRequest.correlation`` is not sent here, the connector compares the reference inside the message.
    """

    def __init__(self, endpoint: SoapEndpoint, clock: Clock) -> None:
        self._endpoint = endpoint
        self._clock = clock
        self._url = URL(endpoint.url)
        self._session: ClientSession | None = None
        self._headers: dict[str, dict[str, str]] = {}

    async def start(self) -> None:
        """Open the pool; nothing is connected before the first exchange."""
        if self._session is not None:
            return
        connector = TCPConnector(
            limit=self._endpoint.connections,
            keepalive_timeout=self._endpoint.idle_seconds,
            ssl=self._endpoint.tls if self._endpoint.tls is not None else True,
            ttl_dns_cache=30,
        )
        self._session = ClientSession(
            connector=connector,
            cookie_jar=DummyCookieJar(),
            timeout=_NO_TIMEOUT,
            auto_decompress=False,
            trust_env=False,
            request_class=_Request,
            skip_auto_headers=("User-Agent", "Accept"),
            max_line_size=8190,
            max_field_size=8190,
        )

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def exchange(self, request: WireRequest, deadline: float) -> Exchanged:
        session = self._session
        remaining = deadline - self._clock.monotonic()
        if session is None or remaining <= 0:
            return Exchanged(Fate.NOT_SENT, reason="transport_closed" if session is None else "deadline_over")
        task = asyncio.current_task()
        assert task is not None
        attempt = _Attempt(task)
        cancelling = task.cancelling()
        _attempt.set(attempt)
        timer = self._clock.call_later(remaining, attempt.expire)
        try:
            return Exchanged(Fate.REPLIED, await self._post(session, request))
        except asyncio.CancelledError:
            if attempt.expired and task.uncancel() <= cancelling:
                return _failed(attempt, "deadline_over", "no_reply_in_time")
            if attempt.expired or task.cancelling() > cancelling:
                raise
            return _failed(attempt, "transport_closed", "closed")  # the pool cancels those who wait when it closes
        except (_UnreadableError, aiohttp.ClientPayloadError, aiohttp.ClientResponseError) as error:
            return Exchanged(Fate.REPLIED_UNREADABLE, reason=_unreadable(error))
        except (aiohttp.ClientError, OSError, ValueError):
            return _failed(attempt, "not_connected", "connection_lost")
        finally:
            timer.cancel()

    async def _post(self, session: ClientSession, request: WireRequest) -> bytes:
        headers = self._headers.get(request.operation) or self._remember_headers(request.operation)
        if request.trace:
            headers = headers | {"traceparent": request.trace}
        response = await self._post_on_sound_connection(session, request.body, headers)
        try:
            body = await self._read(response)
        except BaseException:
            response.close()
            raise
        response.release()
        return body

    async def _post_on_sound_connection(
        self, session: ClientSession, body: bytes, headers: dict[str, str]
    ) -> ClientResponse:
        """Take connections from the pool until one is sound: nothing was written to those before it."""
        for _ in range(self._endpoint.connections + 1):
            try:
                return await session.post(self._url, data=body, headers=headers, allow_redirects=False)
            except _StaleConnectionError:
                continue
        raise _StaleConnectionError

    async def _read(self, response: ClientResponse) -> bytes:
        if response.status not in _READABLE_STATUS:
            raise _UnreadableError(f"http_{response.status}")
        if response.content_type not in _MEDIA_TYPES:
            raise _UnreadableError("content_type")
        limit = self._endpoint.max_reply_bytes
        length = response.content_length
        if length is not None and length > limit:
            raise _UnreadableError("oversized")
        body = await _read_up_to(response, limit)
        coding = response.headers.get("Content-Encoding", "identity").lower()
        if coding == "identity":
            return body
        if coding != "gzip":
            raise _UnreadableError("content_encoding")
        return _gunzip(body, limit)

    def _remember_headers(self, operation: str) -> dict[str, str]:
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": f'"{operation}"',
            "Accept-Encoding": "identity",
        }
        self._headers[operation] = headers
        return headers


def _failed(attempt: _Attempt, before: str, after: str) -> Exchanged:
    if attempt.sent:
        return Exchanged(Fate.SENT_NO_REPLY, reason=after)
    return Exchanged(Fate.NOT_SENT, reason=before)


def _unreadable(error: Exception) -> str:
    if isinstance(error, _UnreadableError):
        return str(error)
    return "truncated" if isinstance(error, aiohttp.ClientPayloadError) else "not_http"


async def _read_up_to(response: ClientResponse, limit: int) -> bytes:
    stream = response.content
    parts: list[bytes] = []
    size = 0
    while not stream.at_eof():
        part = await stream.readany()
        size += len(part)
        if size > limit:
            raise _UnreadableError("oversized")
        parts.append(part)
    return b"".join(parts)


def _gunzip(body: bytes, limit: int) -> bytes:
    inflater = zlib.decompressobj(wbits=31)
    try:
        plain = inflater.decompress(body, limit + 1)
    except zlib.error:
        raise _UnreadableError("truncated") from None
    if len(plain) > limit:
        raise _UnreadableError("oversized")
    if not inflater.eof or inflater.unused_data:
        raise _UnreadableError("truncated")
    return plain
