"""An HTTP server that answers as slowly as a test likes: nothing leaves it but by ``drip``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class DrippingServer:
    """``asked`` is set while somebody waits for an answer, ``left`` once he has hung up."""

    def __init__(self) -> None:
        self.url = ""
        self.connections = 0
        self.asked = asyncio.Event()
        self.left = asyncio.Event()
        self._writer: asyncio.StreamWriter | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            self._writer = writer
            self.asked.set()
            await reader.read()
        self._writer = None
        self.left.set()
        writer.close()

    def drip(self, some: bytes) -> None:
        """To whoever asked last and waits."""
        assert self._writer is not None
        self._writer.write(some)


@asynccontextmanager
async def dripping() -> AsyncIterator[DrippingServer]:
    server = DrippingServer()
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/keys"
    try:
        yield server
    finally:
        listener.close()
