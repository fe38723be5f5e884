"""SOAP over HTTP: one POST, one fate."""

from __future__ import annotations

import asyncio
import ssl
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import aiohttp

from tellerline.adapters.clock import Clock, SystemClock
from tellerline.adapters.exchange import Exchanged, Fate, WireRequest
from tellerline.adapters.soap.posting import (
    HttpProcessingError,
    Poster,
    RawResponseMessage,
    StreamReader,
    WholeReply,
    header_line,
)

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
        self._poster: Poster | None = None
        self._heads: dict[str, bytes] = {}

    async def start(self) -> None:
        """Open the pool; nothing is connected before the first exchange."""
        if self._poster is None:
            endpoint = self._endpoint
            self._poster = Poster(
                endpoint.url,
                connections=endpoint.connections,
                idle_seconds=endpoint.idle_seconds,
                tls=endpoint.tls,
                clock=SystemClock(),  # the host's patience, whatever time is played here
            )

    async def close(self) -> None:
        poster, self._poster = self._poster, None
        if poster is not None:
            await poster.close()

    async def exchange(self, request: WireRequest, deadline: float) -> Exchanged:
        poster = self._poster
        remaining = deadline - self._clock.monotonic()
        if poster is None or remaining <= 0:
            return Exchanged(Fate.NOT_SENT, reason="transport_closed" if poster is None else "deadline_over")
        task = asyncio.current_task()
        assert task is not None
        attempt = _Attempt(task)
        cancelling = task.cancelling()
        timer = self._clock.call_later(remaining, attempt.expire)
        try:
            return Exchanged(Fate.REPLIED, await self._post(poster, request, attempt))
        except asyncio.CancelledError:
            if attempt.expired and task.uncancel() <= cancelling:
                return _failed(attempt, "deadline_over", "no_reply_in_time")
            if attempt.expired or task.cancelling() > cancelling:
                raise
            return _failed(attempt, "transport_closed", "closed")  # the pool cancels those who wait when it closes
        except (_UnreadableError, aiohttp.ClientPayloadError, HttpProcessingError) as error:
            return Exchanged(Fate.REPLIED_UNREADABLE, reason=_unreadable(error))
        except (aiohttp.ClientError, OSError, ValueError):
            return _failed(attempt, "not_connected", "connection_lost")
        finally:
            timer.cancel()

    async def _post(self, poster: Poster, request: WireRequest, attempt: _Attempt) -> bytes:
        head = self._heads.get(request.operation) or self._remember_head(poster, request.operation)
        if request.trace:
            head = b"%b\r\n%b" % (head, header_line("traceparent", request.trace).encode("latin-1"))
        connection = await poster.connection()
        try:
            attempt.sent = True
            reply = await poster.post(connection, head, request.body)
            body = self._whole(reply) if isinstance(reply, WholeReply) else await self._body(*reply)
        except BaseException:
            connection.close()
            raise
        poster.give_back(connection)
        return body

    def _whole(self, reply: WholeReply) -> bytes:
        if not _is_xml(reply.content_type):
            raise _UnreadableError("content_type")
        if len(reply.body) > self._endpoint.max_reply_bytes:
            raise _UnreadableError("oversized")
        return reply.body

    async def _body(self, message: RawResponseMessage, content: StreamReader) -> bytes:
        if message.code not in _READABLE_STATUS:
            raise _UnreadableError(f"http_{message.code}")
        headers = message.headers
        if not _is_xml(headers.get("Content-Type", "")):
            raise _UnreadableError("content_type")
        limit = self._endpoint.max_reply_bytes
        body = _whole(content, limit) if content.is_eof() else await _read_up_to(content, limit, headers)
        coding = headers.get("Content-Encoding")
        if coding is None or coding.lower() == "identity":
            return body
        if coding.lower() != "gzip":
            raise _UnreadableError("content_encoding")
        return _gunzip(body, limit)

    def _remember_head(self, poster: Poster, operation: str) -> bytes:
        head = self._heads[operation] = poster.head(
            {
                "Content-Type": "text/xml; charset=utf-8",
                "SOAPAction": f'"{operation}"',
                "Accept-Encoding": "identity",
            }
        )
        return head


def _failed(attempt: _Attempt, before: str, after: str) -> Exchanged:
    if attempt.sent:
        return Exchanged(Fate.SENT_NO_REPLY, reason=after)
    return Exchanged(Fate.NOT_SENT, reason=before)


def _unreadable(error: Exception) -> str:
    if isinstance(error, _UnreadableError):
        return str(error)
    return "truncated" if isinstance(error, aiohttp.ClientPayloadError) else "not_http"


@lru_cache(maxsize=16)
def _is_xml(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() in _MEDIA_TYPES


def _whole(stream: StreamReader, limit: int) -> bytes:
    """A body that came to its end together with its headers."""
    if stream.total_bytes > limit:
        raise _UnreadableError("oversized")
    return stream.read_nowait()


async def _read_up_to(stream: StreamReader, limit: int, headers: Mapping[str, str]) -> bytes:
    length = headers.get("Content-Length")
    if length is not None and int(length) > limit:
        raise _UnreadableError("oversized")
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
