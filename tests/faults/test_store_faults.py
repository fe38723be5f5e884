"""Faults of the store: cards 57 and 58. Refused before anything is sent, or unknown; never answered wrongly."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import TypeVar

import asyncpg
import pytest
from journal_rows import ACCOUNT, DAY, PENDING, acceptance, cny, pending, settlement
from journal_stores import fresh_schema, started, until

from tellerline.adapters.clock import SystemClock
from tellerline.adapters.store.sqlite import SqliteEngine
from tellerline.gateway.journal.closed_hosts import StoredClosedHosts
from tellerline.gateway.journal.defaults import DEFAULT_LIMITS
from tellerline.gateway.journal.journal import StoredJournal
from tellerline.gateway.journal.migrations import MIGRATIONS
from tellerline.gateway.journal.port import Store, StoreUnavailableError
from tellerline.gateway.journal.postgresql import PostgresqlStore
from tellerline.gateway.journal.records import Acceptance, Accepted, Duplicate, LimitUsage, State
from tellerline.gateway.journal.sqlite import SqliteDatabase
from tellerline.simulators.servers.postgresql import PostgresqlServer

AnswerT = TypeVar("AnswerT")


def allow_pages(connection: sqlite3.Connection, more: int) -> None:
    """Let the file grow by so many pages, as a disk would that has no room for others."""
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count={pages + more}")


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[SqliteEngine]:
    engine = SqliteEngine(tmp_path / "journal.db")
    await engine.start(MIGRATIONS.upgrade_sqlite)
    yield engine
    await engine.close()


async def fill(journal: StoredJournal) -> tuple[list[Acceptance], Acceptance, StoreUnavailableError]:
    """Accept until the disk is full: what was accepted, what was refused, and how."""
    accepted: list[Acceptance] = []
    while True:
        row = acceptance(limited=cny(1), account=f"A{len(accepted)}", command=b"c" * 2000)
        try:
            assert await journal.accept(row) == Accepted()
        except StoreUnavailableError as error:
            return accepted, row, error
        accepted.append(row)


async def test_card_57_a_full_disk_refuses_and_keeps_what_it_has(engine: SqliteEngine) -> None:
    database = SqliteDatabase(engine, DEFAULT_LIMITS)
    journal = StoredJournal(database, StoredClosedHosts(database))
    await engine.submit(allow_pages, 20)
    accepted, refused, error = await fill(journal)
    assert (error.reason, error.maybe_written) == ("disk full", False)
    assert await journal.get(refused.global_serial) is None
    assert await journal.limit_usage(refused.account, DAY) == LimitUsage(total=0, count=0)
    for row in accepted:
        assert await journal.get(row.global_serial) == pending(row)


async def test_card_57_a_settlement_that_finds_no_room_leaves_the_row_pending(engine: SqliteEngine) -> None:
    database = SqliteDatabase(engine, DEFAULT_LIMITS)
    journal = StoredJournal(database, StoredClosedHosts(database))
    await engine.submit(allow_pages, 20)
    accepted, _, _ = await fill(journal)
    outcome = settlement(accepted[0].global_serial, outcome=b"o" * 100_000)
    with pytest.raises(StoreUnavailableError) as raised:
        await journal.settle(outcome, PENDING)
    assert not raised.value.maybe_written
    assert await journal.get(accepted[0].global_serial) == pending(accepted[0])
    await engine.submit(allow_pages, 10_000)
    assert await journal.settle(outcome, PENDING) is State.PENDING


@pytest.fixture
async def store(postgresql_server: PostgresqlServer) -> AsyncIterator[Store]:
    async with AsyncExitStack() as stack:
        store = PostgresqlStore(postgresql_server.dsn, SystemClock(), schema=fresh_schema())
        yield await started(stack, store)


async def command(server: PostgresqlServer, *statements: str) -> None:
    connection = await asyncpg.connect(server.dsn)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


async def commit_for_ever(server: PostgresqlServer) -> None:
    """Commit, until a commit is not answered or the server is gone."""
    connection = await asyncpg.connect(server.dsn)
    while True:
        await connection.execute("SELECT pg_logical_emit_message(true, 'tellerline', '')")


async def until_commits_wait(server: PostgresqlServer, count: int) -> None:
    """Wait until so many commits wait for a standby."""
    connection = await asyncpg.connect(server.dsn)

    async def wait() -> bool:
        waiting: int = await connection.fetchval("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
        return waiting >= count

    await until(wait)
    await connection.close()


async def once_back(ask: Callable[[], Awaitable[AnswerT]]) -> AnswerT:
    """The answer of a store whose database is there again: for a pause, it does not ask."""
    async with asyncio.timeout(60):
        while True:
            with suppress(StoreUnavailableError):
                return await ask()
            await asyncio.sleep(0.05)


async def test_card_58_a_database_lost_in_the_middle_of_a_commit_leaves_it_unknown(
    store: Store, postgresql_server: PostgresqlServer
) -> None:
    row = acceptance()
    waits_for_a_standby = "ALTER SYSTEM SET synchronous_standby_names = 'nobody'"
    await command(postgresql_server, waits_for_a_standby, "SELECT pg_reload_conf()")
    committing = asyncio.create_task(commit_for_ever(postgresql_server))
    await until_commits_wait(postgresql_server, 1)
    accepting = asyncio.create_task(store.journal.accept(row))
    await until_commits_wait(postgresql_server, 2)
    assert not accepting.done()
    await asyncio.to_thread(postgresql_server.kill)
    await asyncio.gather(committing, return_exceptions=True)
    with pytest.raises(StoreUnavailableError) as raised:
        await accepting
    assert raised.value.maybe_written
    await asyncio.to_thread(postgresql_server.start)
    await command(postgresql_server, "ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()")
    again = await once_back(lambda: store.journal.accept(row))
    assert again == Duplicate(record=pending(row))
    assert await store.journal.limit_usage(ACCOUNT, DAY) == LimitUsage(total=10_000, count=1)


async def test_card_58_a_database_that_is_away_refuses_before_anything_is_sent(
    store: Store, postgresql_server: PostgresqlServer
) -> None:
    await asyncio.to_thread(postgresql_server.kill)
    await asyncio.sleep(0.1)
    row = acceptance()
    with pytest.raises(StoreUnavailableError) as raised:
        await store.journal.accept(row)
    assert not raised.value.maybe_written
    await asyncio.to_thread(postgresql_server.start)
    assert await once_back(lambda: store.journal.find(row.channel, row.channel_serial)) is None
