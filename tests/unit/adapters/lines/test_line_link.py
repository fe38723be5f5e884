"""A link comes back after every loss, more slowly each time, on the clock that it was given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from tellerline.adapters.clock import VirtualClock
from tellerline.adapters.lines.connection import Accept, LineConnection
from tellerline.adapters.lines.link import LineLink, LinkUser
from tellerline.adapters.lines.memory import MemoryLines


class Far:
    """The listening end: keeps its connections and answers each line with itself."""

    def __init__(self) -> None:
        self.connections: list[LineConnection] = []

    def accept(self, connection: LineConnection) -> Far:
        self.connections.append(connection)
        return self

    def line_received(self, line: bytes) -> None:
        self.connections[-1].send(line)

    def connection_lost(self) -> None:
        self.connections.append(self.connections[-1])


class World:
    def __init__(self) -> None:
        self.clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
        self.lines, self.far = MemoryLines(), Far()
        self.heard: list[str] = []
        user = LinkUser(
            up=lambda: self.heard.append("up"),
            line=lambda line: self.heard.append(line.decode()),
            down=lambda: self.heard.append("down"),
        )
        self.link = LineLink(self.lines.connect, self.clock, user, pauses=(1.0, 2.0, 4.0))


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = World()
    yield world
    await world.link.close()


async def test_a_link_that_is_lost_comes_back(world: World) -> None:
    world.lines.listen(world.far.accept)
    await world.link.start()
    assert world.link.send(b"one")
    await world.clock.advance(0)
    world.far.connections[0].abort()
    await world.clock.advance(0.9)
    assert world.heard == ["up", "one", "down"]
    assert not world.link.send(b"lost")
    await world.clock.advance(0.1)
    assert world.link.send(b"two")
    await world.clock.advance(0)
    assert world.heard == ["up", "one", "down", "up", "two"]


async def test_attempts_become_rarer_until_the_other_end_has_proven_itself(world: World) -> None:
    await world.link.start()
    await world.clock.advance(6.9)
    world.lines.listen(world.far.accept)
    assert world.heard == []
    await world.clock.advance(0.1)
    assert world.heard == ["up"]
    world.link.drop()
    await world.clock.advance(3.9)
    assert world.heard == ["up", "down"]
    await world.clock.advance(0.1)
    world.link.proven()
    world.link.drop()
    await world.clock.advance(1.0)
    assert world.heard == ["up", "down", "up", "down", "up"]


async def test_an_attempt_that_hangs_is_given_up(world: World) -> None:
    attempts: list[float] = []

    async def nowhere(accept: Accept) -> LineConnection:
        attempts.append(world.clock.monotonic())
        connection: asyncio.Future[LineConnection] = asyncio.get_running_loop().create_future()
        return await connection

    user = LinkUser(up=lambda: None, line=lambda line: None, down=lambda: None)
    link = LineLink(nowhere, world.clock, user, pauses=(1.0, 2.0))
    starting = asyncio.create_task(link.start())
    await world.clock.advance(4.9)
    assert not starting.done()
    await world.clock.advance(20)
    await starting
    assert attempts == [0.0, 6.0, 13.0, 20.0]
    await link.close()


async def test_a_closed_link_hears_nothing_and_stays_away(world: World) -> None:
    world.lines.listen(world.far.accept)
    await world.link.start()
    world.link.send(b"unheard")
    await world.link.close()
    await world.link.close()
    await world.clock.advance(60)
    assert world.heard == ["up"]
    assert len(world.far.connections) == 2
