"""A connection that is made again whenever it is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tellerline.adapters.clock import Clock
from tellerline.adapters.lines.connection import Connect, LineConnection

PAUSES = (0.05, 0.1, 0.2, 0.5, 1.0)
"""Seconds before the first, second … attempt after a loss; the last one from then on."""

ATTEMPT = 5.0
"""Seconds after which an attempt that has come to nothing is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkUser:
    """Who hears the link: called on the loop, in order, never after ``close``. ``down`` follows each ``up``
    but the last."""

    up: Callable[[], None]
    line: Callable[[bytes], None]
    down: Callable[[], None]


class LineLink:
    """Keeps one connection from ``start`` to ``close``. What is sent while there is none is lost."""

    def __init__(self, connect: Connect, clock: Clock, user: LinkUser, *, pauses: Sequence[float] = PAUSES) -> None:
        self._connect = connect
        self._clock = clock
        self._user = user
        self._pauses = pauses
        self._connection: LineConnection | None = None
        self._lost = asyncio.Event()
        self._failures = 0
        self._keeper: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        return self._connection is not None

    async def start(self) -> None:
        """Return after the first attempt, whatever came of it."""
        if self._keeper is None:
            tried = asyncio.Event()
            self._keeper = asyncio.get_running_loop().create_task(self._keep(tried))
            await tried.wait()

    async def close(self) -> None:
        """Idempotent."""
        keeper, self._keeper = self._keeper, None
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        if keeper is not None:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)

    def send(self, line: bytes) -> bool:
        """Whether there is a connection to send it on; not whether it arrives."""
        if self._connection is None:
            return False
        self._connection.send(line)
        return True

    def proven(self) -> None:
        """The other end is the right one and well: the next loss is answered by the shortest pause again."""
        self._failures = 0

    def drop(self) -> None:
        """Give the present connection up, as if it had been lost; another is made."""
        if self._connection is not None:
            self._connection.abort()
            self._down()

    def give_up(self) -> None:
        """As ``drop``, but no other is made."""
        if self._keeper is not None:
            self._keeper.cancel()
        self.drop()

    async def _keep(self, tried: asyncio.Event) -> None:
        while True:
            self._lost.clear()
            if not await self._attempt():
                self._lost.set()
            tried.set()
            await self._lost.wait()
            pause = self._pauses[min(self._failures, len(self._pauses) - 1)]
            self._failures += 1
            await self._clock.sleep(pause)

    async def _attempt(self) -> bool:
        connecting = asyncio.ensure_future(self._connect(self._accept))
        timer = self._clock.call_later(ATTEMPT, lambda: _cancel(connecting))
        try:
            await asyncio.wait([connecting])
        finally:
            timer.cancel()
            connecting.cancel()
        if connecting.cancelled():
            return False
        error = connecting.exception()
        if error is not None and not isinstance(error, OSError):
            raise error
        return error is None

    def _accept(self, connection: LineConnection) -> _Handler:
        self._connection = connection
        self._user.up()
        return _Handler(self, connection)

    def _received(self, connection: LineConnection, line: bytes) -> None:
        if connection is self._connection:
            self._user.line(line)

    def _down(self) -> None:
        self._connection = None
        self._lost.set()
        self._user.down()


class _Handler:
    __slots__ = ("_connection", "_link")

    def __init__(self, link: LineLink, connection: LineConnection) -> None:
        self._link = link
        self._connection = connection

    def line_received(self, line: bytes) -> None:
        self._link._received(self._connection, line)

    def connection_lost(self) -> None:
        if self._connection is self._link._connection:
            self._link._down()


def _cancel(attempt: asyncio.Future[LineConnection]) -> None:
    attempt.cancel()
