"""Connections of lines, over TCP and in memory, hold the same promises."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from tellerline.adapters.lines.connection import MAX_LINE, Connect, LineConnection
from tellerline.adapters.lines.memory import MemoryLines
from tellerline.adapters.lines.tcp import TcpListener, tcp_connect


class Ear:
    """Keeps what it hears of one connection; ``None`` stands for its loss."""

    def __init__(self, connection: LineConnection) -> None:
        self.connection = connection
        self.heard: asyncio.Queue[bytes | None] = asyncio.Queue()

    def line_received(self, line: bytes) -> None:
        self.heard.put_nowait(line)

    def connection_lost(self) -> None:
        self.heard.put_nowait(None)


class Place:
    """Where ends are connected; ``far`` are those of who listens."""

    def __init__(self) -> None:
        self.far: asyncio.Queue[Ear] = asyncio.Queue()
        self.connect: Connect
        self.close: Callable[[], None]

    def accept(self, connection: LineConnection) -> Ear:
        ear = Ear(connection)
        self.far.put_nowait(ear)
        return ear

    async def pair(self) -> tuple[Ear, Ear]:
        near: list[Ear] = []

        def accept(connection: LineConnection) -> Ear:
            near.append(Ear(connection))
            return near[0]

        await self.connect(accept)
        return near[0], await self.far.get()


@pytest.fixture(params=["memory", "tcp"])
async def place(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    place = Place()
    if request.param == "memory":
        lines = MemoryLines()
        lines.listen(place.accept)
        place.connect, place.close = lines.connect, lines.close
    else:
        listener = TcpListener(place.accept)
        await listener.start()
        place.connect, place.close = tcp_connect("127.0.0.1", listener.port), listener.close
    yield place
    place.close()


async def test_lines_arrive_whole_and_in_order(place: Place) -> None:
    near, far = await place.pair()
    sent = [b"%d" % number * (number * 97) for number in range(200)]
    for line in sent:
        near.connection.send(line)
    far.connection.send(b"back")
    assert [await far.heard.get() for _ in sent] == sent
    assert await near.heard.get() == b"back"


async def test_what_was_sent_before_a_close_still_arrives(place: Place) -> None:
    near, far = await place.pair()
    near.connection.send(b"last")
    near.connection.close()
    near.connection.send(b"too late")
    assert [await far.heard.get(), await far.heard.get()] == [b"last", None]
    assert near.heard.empty()


async def test_who_closes_hears_nothing_more(place: Place) -> None:
    near, far = await place.pair()
    far.connection.send(b"on its way")
    near.connection.abort()
    near.connection.close()
    assert await far.heard.get() is None
    assert near.heard.empty()


async def test_nobody_listening_is_an_os_error(place: Place) -> None:
    place.close()
    with pytest.raises(OSError, match=r".+"):
        await place.connect(Ear)


async def test_a_line_too_long_breaks_the_connection() -> None:
    place = Place()
    listener = TcpListener(place.accept)
    await listener.start()
    place.connect = tcp_connect("127.0.0.1", listener.port)
    near, far = await place.pair()
    near.connection.send(b"x" * (MAX_LINE + 100_000))
    assert await far.heard.get() is None
    assert await near.heard.get() is None
    listener.close()


def test_ends_within_a_loop_may_outlive_it() -> None:
    place, lines = Place(), MemoryLines()
    lines.listen(place.accept)
    place.connect = lines.connect
    near, _ = asyncio.run(place.pair())
    near.connection.send(b"unheard")
    near.connection.close()
    assert near.heard.empty()
