"""HTTP POST over aiohttp's pool, parser and TLS, without the parts of its client that a SOAP host has no use for.

Cookies, redirects, middlewares, proxies and headers built anew for each request cost more than the exchange itself.
"""

from __future__ import annotations

import ssl
from collections import deque
from typing import Any

import aiohttp
from aiohttp import ClientRequest, ClientTimeout, TCPConnector
from aiohttp.connector import Connection
from aiohttp.http import HttpProcessingError, RawResponseMessage
from aiohttp.streams import StreamReader
from yarl import URL

from tellerline.adapters.clock import Clock, Timer
from tellerline.adapters.soap.whole_replies import Doorway, WholeReply

_NO_TIMEOUT = ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None)
_SWITCHING_PROTOCOLS = 101


class StaleConnectionError(aiohttp.ClientConnectionError):
    """No kept connection was sound: closed, or holding a reply that nobody asked for. Nothing was written."""


Reply = tuple[RawResponseMessage, StreamReader]
"""Status and headers, which have come, and the body, which the caller reads before giving the connection back."""


class Poster:
    """Posts to one URL. Waits for a connection when all are in use; makes no redirect and no second attempt.

    Must be made on the loop that it runs on. ``clock`` measures how long a kept connection is idle. Raises
    ``aiohttp.ClientError`` or ``OSError`` for what happens to the connection, ``HttpProcessingError`` for a reply that
    is not HTTP.
    """

    def __init__(
        self, url: str, *, connections: int, idle_seconds: float, tls: ssl.SSLContext | None, clock: Clock
    ) -> None:
        self._connections = connections
        self._connector = TCPConnector(
            limit=connections, keepalive_timeout=idle_seconds, ssl=tls if tls is not None else True, ttl_dns_cache=30
        )
        self._kept = _KeptConnections(idle_seconds, clock)
        self._entering = 0
        # Says to the pool whereto; it is never sent itself.
        self._whereto = ClientRequest("POST", URL(url))

    async def close(self) -> None:
        self._kept.release()
        await self._connector.close()

    def head(self, headers: dict[str, str]) -> bytes:
        """Request line and ``headers``, without what depends on the body. Raises ``ValueError`` for a line break."""
        url = self._whereto.url
        lines = [f"POST {url.raw_path_qs} HTTP/1.1", f"Host: {self._whereto.headers['Host']}"]
        lines += [header_line(name, value) for name, value in headers.items()]
        return "\r\n".join(lines).encode("latin-1")

    async def connection(self) -> Connection:
        """A sound connection, new or kept; the caller gives it back, or closes it."""
        kept = self._kept.take()
        if kept is not None:
            return kept
        self._entering += 1
        try:
            for _ in range(self._connections + 1):
                connection = await self._connector.connect(self._whereto, traces=[], timeout=_NO_TIMEOUT)
                if _is_sound(connection):
                    return connection
                connection.close()
        finally:
            self._entering -= 1
        raise StaleConnectionError

    def give_back(self, connection: Connection) -> None:
        """Keep it for the next request if the whole reply has been read and the host agrees.

        Nothing is kept here while somebody waits for the pool: it knows who is first.
        """
        if not _is_sound(connection) or not _hears_no_more(connection.protocol):
            connection.close()
        elif self._entering:
            connection.release()
        else:
            self._kept.put(connection)

    async def post(self, connection: Connection, head: bytes, body: bytes) -> WholeReply | Reply:
        """Write the request and return when its reply has come, or when status and headers of one in parts have."""
        protocol: Any = connection.protocol
        expected = Doorway.of(protocol).expect()
        protocol.transport.write(b"%b\r\nContent-Length: %d\r\n\r\n%b" % (head, len(body), body))
        whole = await expected
        if whole is not None:
            return whole
        while True:
            reply: Reply = await protocol.read()
            code = reply[0].code
            if code >= 200 or code == _SWITCHING_PROTOCOLS:
                return reply


class _KeptConnections:
    """Connections that nobody uses, taken in the order in which they were put here, and closed after ``seconds``.

    They are in use for the pool that they come from, which takes several times longer to take one back and find it.
    """

    def __init__(self, seconds: float, clock: Clock) -> None:
        self._seconds = seconds
        self._clock = clock
        self._kept: deque[tuple[Connection, float]] = deque()
        self._timer: Timer | None = None

    def put(self, connection: Connection) -> None:
        self._kept.append((connection, self._clock.monotonic() + self._seconds))
        if self._timer is None:
            self._timer = self._clock.call_later(self._seconds, self._close_idle)

    def take(self) -> Connection | None:
        """The first that is sound; those before it are closed."""
        while self._kept:
            connection, until = self._kept.popleft()
            if self._clock.monotonic() <= until and _is_sound(connection):
                return connection
            connection.close()
        return None

    def release(self) -> None:
        """Give all of them back to the pool."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._kept:
            self._kept.popleft()[0].release()

    def _close_idle(self) -> None:
        self._timer = None
        now = self._clock.monotonic()
        while self._kept and self._kept[0][1] <= now:
            self._kept.popleft()[0].close()
        if self._kept:
            self._timer = self._clock.call_later(self._kept[0][1] - now, self._close_idle)


def _is_sound(connection: Connection) -> bool:
    protocol = connection.protocol
    return protocol is not None and not protocol.should_close and protocol.is_connected()


def _hears_no_more(protocol: Any) -> bool:
    """Whether nothing follows the reply. What comes from now on makes the connection unsound, however little it is.

    Without a parser, which the next reply in parts brings along, the protocol keeps what it hears and should be closed.
    """
    parser, protocol._parser = protocol._parser, None
    if parser is None:
        return True
    try:
        begun = parser.feed_eof()
    except HttpProcessingError:
        return False
    return begun is None


def header_line(name: str, value: str) -> str:
    if "\r" in value or "\n" in value or "\0" in value:
        raise ValueError(f"{name} is not a header's value")
    return f"{name}: {value}"


__all__ = [
    "HttpProcessingError",
    "Poster",
    "RawResponseMessage",
    "Reply",
    "StaleConnectionError",
    "StreamReader",
    "WholeReply",
    "header_line",
]
