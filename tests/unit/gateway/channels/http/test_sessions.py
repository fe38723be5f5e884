"""Logins: one grant each, given by the first request, taken away at the end, and none after it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.gateway.access.grants import GrantIssuer, token_hash
from tellerline.gateway.channels.http.refusals import HttpRefusalError
from tellerline.gateway.channels.http.sessions import SessionBook
from tellerline.gateway.channels.http.tokens import Claims
from tellerline.gateway.journal.access_records import AccessKind, AccessSearch
from tellerline.gateway.journal.records import Customer
from tellerline.gateway.journal.sqlite import SqliteStore
from tellerline.routing.model.codes import Code

START = datetime(2026, 3, 2, tzinfo=UTC)
NOW = START.timestamp()


@dataclass
class Bench:
    clock: VirtualClock
    store: SqliteStore
    book: SessionBook
    elsewhere: SessionBook
    """Of another process on the same store."""

    async def alive(self, grant: str) -> bool:
        return await self.store.grants.grant(token_hash(grant)) is not None


@asynccontextmanager
async def opened(folder: Path, most: int = 100) -> AsyncIterator[Bench]:
    clock = VirtualClock(START)
    store = SqliteStore(folder / "journal.db", clock)
    await store.start()
    for number in ("C1", "C2"):
        await store.registry.add_customer(
            Customer(number=number, name="张三", identity_document=number, tier="STANDARD", registered_at=START)
        )
    book, elsewhere = (
        SessionBook(
            grants=store.grants,
            issuer=GrantIssuer(store.grants, clock, SeededRandomness(seed)),
            registry=store.registry,
            clock=clock,
            log=make_log(clock, LogWriter(os.open(os.devnull, os.O_WRONLY))),
            seconds=900,
            most=most,
        )
        for seed in (1, 2)
    )
    try:
        yield Bench(clock, store, book, elsewhere)
    finally:
        await store.close()


def login(customer: str = "C1", session: str = "s", seconds: float = 600) -> Claims:
    return Claims(customer, session, NOW + seconds)


async def test_a_login_has_one_grant_however_many_ask_at_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        sessions = await asyncio.gather(*(bench.book.of(login()) for _ in range(20)))
        assert len({session.grant for session in sessions}) == 1
        grant = await bench.store.grants.grant(token_hash(sessions[0].grant))
        assert grant is not None
        assert (grant.customer, grant.channel) == ("C1", "ONLINE_BANKING")
        assert grant.expires_at.timestamp() == NOW + 600


async def test_logins_do_not_share(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        claims = [login(), login(session="t"), login(customer="C2")]
        assert len({(await bench.book.of(each)).grant for each in claims}) == 3


async def test_the_end_is_for_the_whole_login_and_for_good(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        session = await bench.book.of(login())
        told: list[str] = []
        session.leavers.add(lambda: told.append("over"))
        await bench.book.end(login())
        await bench.book.end(login())
        assert told == ["over"]
        assert not await bench.alive(session.grant)
        for seconds in (600, 900):
            with pytest.raises(HttpRefusalError) as refused:
                await bench.book.of(login(seconds=seconds))
            assert refused.value.code is Code.TOKEN_INVALID
        assert (await bench.book.of(login(session="next"))).customer == "C1"


async def test_an_end_while_the_login_begins_wins(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        beginning = asyncio.ensure_future(bench.book.of(login()))
        await asyncio.sleep(0)
        await bench.book.end(login())
        with pytest.raises(HttpRefusalError):
            await beginning


async def test_the_end_holds_in_every_process_and_in_those_to_come(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        here, there = await bench.book.of(login()), await bench.elsewhere.of(login())
        await bench.book.end(login())
        assert not await bench.alive(here.grant)
        assert not await bench.elsewhere.alive(there)
        await bench.clock.advance(600)
        with pytest.raises(HttpRefusalError) as refused:
            await bench.elsewhere.of(login(seconds=3600))
        assert refused.value.code is Code.TOKEN_INVALID
        assert (await bench.elsewhere.of(login(session="next"))).customer == "C1"


async def test_who_never_came_by_here_is_logged_out_here_all_the_same(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        await bench.elsewhere.end(login())
        with pytest.raises(HttpRefusalError):
            await bench.book.of(login())


async def test_the_trail_says_who_took_a_grant_away_and_why(tmp_path: Path) -> None:
    async with opened(tmp_path, most=1) as bench:
        for session in ("1", "2"):
            await bench.book.of(login(session=session))
        await bench.book.end(login(session="2"))
        trail = await bench.store.access_trail.newest(AccessSearch(customer="C1"))
        said = [(each.who, each.why) for each in trail if each.kind is AccessKind.REVOKED]
        assert said == [("ONLINE_BANKING", "session_ended"), ("ONLINE_BANKING", "too_many_sessions")]


async def test_a_grant_that_is_over_is_renewed_while_the_token_is_good(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        long = login(seconds=3600)
        first = await bench.book.of(long)
        await bench.clock.advance(900)
        second = await bench.book.of(long)
        assert second.grant != first.grant
        assert second.until == NOW + 1800


async def test_customers_whom_the_gateway_does_not_know_have_no_login(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        with pytest.raises(HttpRefusalError) as refused:
            await bench.book.of(login(customer="C9"))
        assert refused.value.status == 401


async def test_beyond_the_bound_the_oldest_loses_its_grant_and_gets_another(tmp_path: Path) -> None:
    async with opened(tmp_path, most=2) as bench:
        first = await bench.book.of(login(session="1"))
        for session in ("2", "3"):
            await bench.book.of(login(session=session))
        assert not await bench.alive(first.grant)
        assert await bench.alive((await bench.book.of(login(session="1"))).grant)
