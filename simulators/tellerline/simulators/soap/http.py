"""As much HTTP/1.1 as a SOAP host needs, at the cost of a few microseconds a request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

MAX_HEAD = 64 * 1024
MAX_BODY = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """``action`` is the SOAPAction without its quotes, empty where there is none."""

    method: str
    target: str
    action: str
    body: bytes


class Connection(asyncio.Protocol):
    """Hands complete requests to ``handler`` in order of arrival; needs Content-Length (411 without).

    Requests must not be pipelined: a client waits for an answer before it asks again on the same connection. Where the
    client wants it closed, it is closed behind the answer, however late that is given.
    """

    def __init__(self, handler: Callable[[HttpRequest, Connection], None], registry: set[Connection]) -> None:
        self._handler = handler
        self._registry = registry
        self._buffer = b""
        self._keep_alive = True
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._registry.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._registry.discard(self)
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._transport is not None:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                if len(self._buffer) > MAX_HEAD:
                    self._end(431, "Request Header Fields Too Large")
                return
            if not self._take(end):
                return

    def answer(self, status: int, body: bytes, content_type: str = "text/xml; charset=utf-8") -> None:
        """Write one response; nothing happens when the caller has gone."""
        if self._transport is not None:
            self._transport.write(_head(status, len(body), content_type) + body)
            if not self._keep_alive:
                self._transport.close()

    def answer_half(self, status: int, body: bytes) -> None:
        """Promise the whole body, send half of it and close."""
        if self._transport is not None:
            self._transport.write(_head(status, len(body), "text/xml; charset=utf-8") + body[: len(body) // 2])
            self._transport.close()

    def close(self) -> None:
        """Close when everything written has left."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Drop the connection without a farewell, as a process that dies does."""
        if self._transport is not None:
            self._transport.abort()

    def _take(self, end: int) -> bool:
        """Handle one request if all of it is here; False when more must come or the connection is done with."""
        head = self._buffer[:end].decode("latin-1").split("\r\n")
        parts = head[0].split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        length = headers.get("content-length", "" if parts[0] == "POST" else "0")
        if len(parts) != 3 or not length.isdecimal() or int(length) > MAX_BODY:
            self._end(*((411, "Length Required") if not length else (413, "Content Too Large")))
            return False
        size = end + 4 + int(length)
        if len(self._buffer) < size:
            if headers.get("expect", "").lower() == "100-continue" and len(self._buffer) == end + 4:
                self._continue()
            return False
        body, self._buffer = self._buffer[end + 4 : size], self._buffer[size:]
        self._keep_alive = parts[2] == "HTTP/1.1" and headers.get("connection", "").lower() != "close"
        action = headers.get("soapaction", "").strip('"')
        self._handler(HttpRequest(parts[0], parts[1], action, body), self)
        return bool(self._buffer)

    def _continue(self) -> None:
        if self._transport is not None:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _end(self, status: int, reason: str) -> None:
        self.answer(status, reason.encode(), "text/plain")
        self.close()


_REASONS = {200: "OK", 404: "Not Found", 405: "Method Not Allowed", 411: "Length Required", 413: "Content Too Large"}


def _head(status: int, length: int, content_type: str) -> bytes:
    reason = _REASONS.get(status, "Internal Server Error" if status == 500 else "Error")
    return f"HTTP/1.1 {status} {reason}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n".encode()
