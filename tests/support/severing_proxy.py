"""A TCP proxy that can turn deaf and then break its connections: a network that fails at the worst moment."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self


class SeveringProxy:
    """Forwards to ``host:port``; after ``mute`` nothing comes back from there any more, requests still go through;
    after ``swallow`` nothing gets there."""

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self._muted = self._swallows = False
        self._refuses = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self.sever()

    def mute(self) -> None:
        """Swallow everything that the other side says from now on."""
        self._muted = True

    def swallow(self) -> None:
        """Lose everything that is said to the other side from now on."""
        self._swallows = True

    def sever(self) -> None:
        """Break every connection; new ones are forwarded and heard again."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()
        self._muted = self._swallows = False

    def refuse(self) -> None:
        """Break every connection, and new ones too until ``admit``."""
        self._refuses = True
        self.sever()

    def admit(self) -> None:
        self._refuses = False

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refuses:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except ConnectionError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        await asyncio.gather(self._pump(reader, far_writer, hears=True), self._pump(far_reader, writer, hears=False))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, hears: bool) -> None:
        try:
            while data := await reader.read(65536):
                if not (self._swallows if hears else self._muted):
                    writer.write(data)
                    await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()
