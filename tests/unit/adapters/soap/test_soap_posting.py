"""Kept connections: closed when nobody uses them, and never used with a reply in them that nobody asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp.connector import Connection
from hostile_http import Answer, HostileServer, always, hostile, http
from mq_worlds import eventually

from tellerline.adapters.clock import VirtualClock
from tellerline.adapters.soap.posting import Poster, WholeReply

IDLE = 15.0
OK = http(b"<ok/>")


class WatchedClock(VirtualClock):
    """Knows which timers it gave away."""

    def __init__(self) -> None:
        super().__init__(datetime(2026, 3, 2, tzinfo=UTC))
        self.timers: list[Any] = []

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Any:
        timer = super().call_later(seconds, callback)
        self.timers.append(timer)
        return timer


@asynccontextmanager
async def posting(
    answer: Answer, clock: VirtualClock, *, connections: int = 2
) -> AsyncIterator[tuple[Poster, HostileServer]]:
    async with hostile(answer) as server:
        poster = Poster(server.url, connections=connections, idle_seconds=IDLE, tls=None, clock=clock)
        yield poster, server
        await poster.close()


async def exchange(poster: Poster, connection: Connection, body: bytes = b"<ask/>") -> bytes:
    reply = await poster.post(connection, poster.head({}), body)
    heard = reply.body if isinstance(reply, WholeReply) else await reply[1].read()
    poster.give_back(connection)
    return heard


async def test_idle_connections_are_closed_each_after_its_own_time() -> None:
    clock = WatchedClock()
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


async def test_who_comes_alone_gets_the_connection_that_was_given_back_past_the_pool() -> None:
    async with posting(always(OK), WatchedClock()) as (poster, server):
        kept = await poster.connection()
        for _ in range(3):
            await exchange(poster, kept)
            assert await poster.connection() is kept
        assert server.connections == 1


async def test_a_kept_connection_that_is_no_longer_sound_is_closed_and_its_place_is_free() -> None:
    async with posting(always(OK), WatchedClock(), connections=1) as (poster, _):
        kept = await poster.connection()
        await exchange(poster, kept)
        protocol = kept.protocol
        assert protocol is not None
        protocol.force_close()
        async with asyncio.timeout(60):
            assert await poster.connection() is not kept


async def test_closing_gives_back_what_is_kept_and_leaves_no_timer() -> None:
    clock = WatchedClock()
    async with posting(always(OK), clock) as (poster, _):
        kept = await poster.connection()
        await exchange(poster, kept)
        [timer] = clock.timers
        assert not timer.cancelled
        await poster.close()
        assert timer.cancelled
        assert kept.protocol is None


@pytest.mark.parametrize("heard", [1, len(OK) // 2, len(OK)])
async def test_a_second_reply_that_comes_later_does_not_answer_the_next_request(heard: int) -> None:
    answered = asyncio.Event()

    async def answer_twice(body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(http(body))
        await answered.wait()
        answered.clear()
        writer.write(OK[:heard])

    async with posting(answer_twice, WatchedClock()) as (poster, server):
        for number in range(3):
            body = b"<ask>%d</ask>" % number
            connection = await poster.connection()
            assert await exchange(poster, connection, body) == body
            protocol = connection.protocol
            assert protocol is not None
            answered.set()
            await eventually(lambda heard=protocol: heard.should_close)  # type: ignore[misc]
        assert server.connections == 3


@pytest.mark.parametrize("connections", [1, 3])
@pytest.mark.parametrize("heard", [1, len(OK) // 2, len(OK)])
async def test_whoever_asks_next_asks_where_nothing_followed_the_reply(heard: int, connections: int) -> None:
    async def answer(body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(http(body) + OK[:heard])

    async def ask(body: bytes) -> bytes:
        return await exchange(poster, await poster.connection(), body)

    bodies = [b"<ask>%d</ask>" % number for number in range(3)]
    async with posting(answer, WatchedClock(), connections=connections) as (poster, server):
        for _ in range(2):
            assert await asyncio.gather(*map(ask, bodies)) == bodies
        assert server.connections == 6
