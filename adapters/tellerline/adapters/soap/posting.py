"""HTTP POST over aiohttp's pool, parser and TLS, without the parts of its client that a SOAP host has no use for.

Cookies, redirects, middlewares, proxies and headers built anew for each request cost more than the exchange itself.
"""

from __future__ import annotations

import ssl
from typing import Any

import aiohttp
from aiohttp import ClientRequest, ClientTimeout, TCPConnector
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.http import HttpProcessingError, RawResponseMessage
from aiohttp.streams import StreamReader
from yarl import URL

_NO_TIMEOUT = ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None)
_LONGEST_LINE = 8190
_SWITCHING_PROTOCOLS = 101


class StaleConnectionError(aiohttp.ClientConnectionError):
    """No kept connection was sound: closed, or holding a reply that nobody asked for. Nothing was written."""


Reply = tuple[RawResponseMessage, StreamReader]
"""Status and headers, which have come, and the body, which the caller reads before giving the connection back."""


class Poster:
    """Posts to one URL. Waits for a connection when all are in use; makes no redirect and no second attempt.

    Must be made on the loop that it runs on. Raises ``aiohttp.ClientError`` or ``OSError`` for what happens to the
    connection, ``HttpProcessingError`` for a reply that is not HTTP.
    """

    def __init__(self, url: str, *, connections: int, idle_seconds: float, tls: ssl.SSLContext | None) -> None:
        self._connections = connections
        self._connector = TCPConnector(
            limit=connections, keepalive_timeout=idle_seconds, ssl=tls if tls is not None else True, ttl_dns_cache=30
        )
        # Says to the pool whereto; it is never sent itself.
        self._whereto = ClientRequest("POST", URL(url))

    async def close(self) -> None:
        await self._connector.close()

    def head(self, headers: dict[str, str]) -> bytes:
        """Request line and ``headers``, without what depends on the body. Raises ``ValueError`` for a line break."""
        url = self._whereto.url
        lines = [f"POST {url.raw_path_qs} HTTP/1.1", f"Host: {self._whereto.headers['Host']}"]
        lines += [header_line(name, value) for name, value in headers.items()]
        return "\r\n".join(lines).encode("latin-1")

    async def connection(self) -> Connection:
        """A sound connection, new or kept; the caller gives it back.

        ``release`` keeps it for the next request if the whole reply has been read and the host agrees; ``close`` never.
        """
        for _ in range(self._connections + 1):
            connection = await self._connector.connect(self._whereto, traces=[], timeout=_NO_TIMEOUT)
            protocol = connection.protocol
            if protocol is not None and not protocol.should_close and protocol.is_connected():
                return connection
            connection.close()
        raise StaleConnectionError

    async def post(self, connection: Connection, head: bytes, body: bytes) -> Reply:
        """Write the request and return when status and headers of its reply are there."""
        protocol: Any = connection.protocol
        _expect_reply(protocol)
        protocol.transport.write(b"%b\r\nContent-Length: %d\r\n\r\n%b" % (head, len(body), body))
        while True:
            reply: Reply = await protocol.read()
            code = reply[0].code
            if code >= 200 or code == _SWITCHING_PROTOCOLS:
                return reply


def header_line(name: str, value: str) -> str:
    if "\r" in value or "\n" in value or "\0" in value:
        raise ValueError(f"{name} is not a header's value")
    return f"{name}: {value}"


def _expect_reply(protocol: ResponseHandler) -> None:
    protocol.set_response_params(
        read_until_eof=True, auto_decompress=False, max_line_size=_LONGEST_LINE, max_field_size=_LONGEST_LINE
    )


__all__ = [
    "HttpProcessingError",
    "Poster",
    "RawResponseMessage",
    "Reply",
    "StaleConnectionError",
    "StreamReader",
    "header_line",
]
