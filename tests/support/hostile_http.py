"""An HTTP server that says anything at all: whole connections are answered by hand."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)

Answer = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]
"""Is given the body of each request, and may write or close as it likes."""


class HostileServer:
    """Counts what reaches it; ``url`` is on 127.0.0.1, on a free port."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.connections = 0
        self.heads: list[bytes] = []
        self.requests: list[bytes] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.heads.append(head)
                length = _LENGTH.search(head)
                body = await reader.readexactly(int(length[1]) if length else 0)
                self.requests.append(body)
                await self._answer(body, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def hostile(answer: Answer) -> AsyncIterator[HostileServer]:
    server = HostileServer(answer)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/core"
    try:
        yield server
    finally:
        listener.close()


def http(
    body: bytes, *, status: str = "200 OK", content_type: str = "text/xml; charset=utf-8", head: str = ""
) -> bytes:
    """One whole response."""
    lines = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n{head}\r\n"
    return lines.encode() + body


def always(response: bytes) -> Answer:
    async def answer(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(response)

    return answer
