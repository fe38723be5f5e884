"""Lines over TCP."""

from __future__ import annotations

import asyncio
import socket
from typing import cast

from tellerline.adapters.lines.connection import MAX_LINE, MAX_UNSENT, Accept, Connect, LineConnection, LineHandler


def tcp_connect(address: str, port: int) -> Connect:
    """Connects there, each time anew."""

    async def connect(accept: Accept) -> LineConnection:
        loop = asyncio.get_running_loop()
        _, protocol = await loop.create_connection(lambda: _Lines(accept), address, port)
        return protocol

    return connect


class TcpListener:
    """Listens from ``start`` to ``close``; connections that are up outlive both."""

    def __init__(self, accept: Accept) -> None:
        self._accept = accept
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """Where it listens; only after ``start``."""
        assert self._server is not None
        return cast("int", self._server.sockets[0].getsockname()[1])

    async def start(self, address: str = "127.0.0.1", port: int = 0) -> None:
        """Bind; port 0 takes a free one. ``OSError`` when the port is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Lines(self._accept), address, port)

    def close(self) -> None:
        """Idempotent."""
        server, self._server = self._server, None
        if server is not None:
            server.close()


class _Lines(asyncio.Protocol):
    """One connection, as the loop sees it and as its user does."""

    _transport: asyncio.Transport
    _handler: LineHandler

    def __init__(self, accept: Accept) -> None:
        self._accept = accept
        self._rest = bytearray()
        self._gone = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        plug: socket.socket = transport.get_extra_info("socket")
        plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._handler = self._accept(self)

    def data_received(self, data: bytes) -> None:
        self._rest += data
        *lines, rest = self._rest.split(b"\n")
        self._rest = rest
        for line in [*lines, rest]:
            if len(line) > MAX_LINE:
                self._break()
                return
            if line is not rest and not self._gone:
                self._handler.line_received(bytes(line))

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._gone:
            self._gone = True
            self._handler.connection_lost()

    def send(self, line: bytes) -> None:
        if self._gone or self._transport.is_closing():
            return
        self._transport.write(line + b"\n")
        if self._transport.get_write_buffer_size() > MAX_UNSENT:
            self._break()

    def close(self) -> None:
        self._gone = True
        self._transport.close()

    def abort(self) -> None:
        self._gone = True
        self._transport.abort()

    def _break(self) -> None:
        """As if the peer had gone: the handler hears of it on the loop's next pass."""
        self._transport.abort()
