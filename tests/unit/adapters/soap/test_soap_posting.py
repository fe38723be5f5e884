"""Kept connections: closed when nobody uses them, and never used with a reply in them that nobody asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from aiohttp.connector import Connection
from hostile_http import Answer, HostileServer, hostile, http
from mq_worlds import eventually

from tellerline.adapters.clock import VirtualClock
from tellerline.adapters.soap.posting import Poster

IDLE = 15.0


@asynccontextmanager
async def posting(answer: Answer, clock: VirtualClock) -> AsyncIterator[tuple[Poster, HostileServer]]:
    async with hostile(answer) as server:
        poster = Poster(server.url, connections=2, idle_seconds=IDLE, tls=None, clock=clock)
        yield poster, server
        await poster.close()


async def exchange(poster: Poster, connection: Connection, body: bytes = b"<ask/>") -> bytes:
    _, content = await poster.post(connection, poster.head({}), body)
    reply = await content.read()
    poster.give_back(connection)
    return reply


async def test_idle_connections_are_closed_each_after_its_own_time() -> None:
    clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
    at_the_host: list[asyncio.StreamWriter] = []

    async def answer(_: bytes, writer: asyncio.StreamWriter) -> None:
        at_the_host.append(writer)
        writer.write(http(b"<ok/>"))

    async with posting(answer, clock) as (poster, server):
        for connection in [await poster.connection() for _ in range(2)]:
            await exchange(poster, connection)
        await clock.advance(IDLE - 1)
        await exchange(poster, await poster.connection())
        assert server.connections == 2
        used_again, idle = at_the_host[0], at_the_host[1]
        assert at_the_host[2] is used_again
        await clock.advance(0.9)
        assert not idle.is_closing()
        await clock.advance(0.1)
        await eventually(idle.is_closing)
        await clock.advance(IDLE - 1.1)
        assert not used_again.is_closing()
        await clock.advance(0.1)
        await eventually(used_again.is_closing)
        await exchange(poster, await poster.connection())
        assert server.connections == 3


async def test_a_second_reply_that_comes_later_does_not_answer_the_next_request() -> None:
    clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
    answered = asyncio.Event()

    async def answer_twice(body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(http(body))
        await answered.wait()
        answered.clear()
        writer.write(http(body))

    async with posting(answer_twice, clock) as (poster, _):
        for number in range(4):
            body = b"<ask>%d</ask>" % number
            connection = await poster.connection()
            assert await exchange(poster, connection, body) == body
            protocol = connection.protocol
            assert protocol is not None
            answered.set()
            await eventually(lambda heard=protocol: heard.should_close)  # type: ignore[misc]
