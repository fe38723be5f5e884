"""Connections within one loop: no socket, no thread, and the same order of everything in every run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tellerline.adapters.lines.connection import Accept, LineConnection, LineHandler


class MemoryLines:
    """A place where one end listens and others connect. A line arrives one pass of the loop after it was sent."""

    def __init__(self) -> None:
        self._accept: Accept | None = None

    def listen(self, accept: Accept) -> None:
        """From now on connections come in; replaces who listened before."""
        self._accept = accept

    def close(self) -> None:
        """No new connections; those that are up stay. Idempotent."""
        self._accept = None

    async def connect(self, accept: Accept) -> LineConnection:
        if self._accept is None:
            raise ConnectionRefusedError("nobody listens")
        near, far = _End(), _End()
        near.peer, far.peer = far, near
        near.handler = accept(near)
        far.handler = self._accept(far)
        return near


class _End:
    peer: _End
    handler: LineHandler

    def __init__(self) -> None:
        self._gone = False
        self._loop = asyncio.get_running_loop()

    def send(self, line: bytes) -> None:
        if not self._gone:
            self._soon(self.peer._deliver, line)

    def close(self) -> None:
        if not self._gone:
            self._gone = True
            self._soon(self.peer._lose)

    def abort(self) -> None:
        self.close()

    def _soon(self, step: Callable[..., None], *arguments: bytes) -> None:
        """Unless the loop has ended before its connections did: then nobody is left to hear it."""
        if not self._loop.is_closed():
            self._loop.call_soon(step, *arguments)

    def _deliver(self, line: bytes) -> None:
        if not self._gone:
            self.handler.line_received(line)

    def _lose(self) -> None:
        if not self._gone:
            self._gone = True
            self.handler.connection_lost()
