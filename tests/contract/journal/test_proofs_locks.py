"""In PostgreSQL, who issues grants and who ends them take the same locks in the same order, and wait for no others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from journal_rows import NOON, PENDING, acceptance, grant, settlement
from journal_stores import fresh_schema, until

from tellerline.adapters.clock import SystemClock
from tellerline.gateway.journal.postgresql import PostgresqlStore
from tellerline.gateway.journal.records import ProofsEnd, State

LONG = NOON + timedelta(days=36_500)
BEFORE = NOON - timedelta(days=1)
ENDS = ProofsEnd(customer="C1", who="T1", why="pin_changed")


@dataclass
class Somebody:
    """Another process, with a transaction of its own."""

    connection: Any

    async def takes(self, table: str, login: str) -> None:
        """Fails if somebody else has it."""
        query = f"SELECT 1 FROM {table} WHERE login = $1 FOR UPDATE NOWAIT"
        assert await self.connection.fetch(query, login)

    async def lets_go(self) -> None:
        await self.connection.execute("COMMIT")

    async def is_waited_for(self) -> None:
        waiting = "SELECT 1 FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"

        async def blocks() -> bool:
            return bool(await self.connection.fetch(waiting))

        await until(blocks)


@pytest.fixture
async def schema() -> str:
    return fresh_schema()


@pytest.fixture
async def store(postgresql_dsn: str, schema: str) -> AsyncIterator[PostgresqlStore]:
    opened = PostgresqlStore(postgresql_dsn, SystemClock(), schema=schema)
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture
async def somebody(postgresql_dsn: str, schema: str, store: PostgresqlStore) -> AsyncIterator[Somebody]:
    await store.grants.issue(grant(b"expired", login="l0", issued_at=BEFORE, expires_at=NOON))
    connection: Any = await asyncpg.connect(postgresql_dsn, server_settings={"search_path": schema})
    await connection.execute("BEGIN")
    yield Somebody(connection)
    await connection.close()


async def test_what_has_expired_is_waited_for_by_nobody(store: PostgresqlStore, somebody: Somebody) -> None:
    await somebody.takes("grants", "l0")
    await somebody.takes("logins", "l0")
    assert await store.grants.issue(grant(b"new", login="l1", issued_at=NOON, expires_at=LONG))
    assert await store.grants.grant(grant(b"expired").token_hash) is not None


async def test_who_waits_for_a_login_has_taken_no_other_to_forget_it(
    store: PostgresqlStore, somebody: Somebody
) -> None:
    await store.grants.issue(grant(b"live", login="l1", issued_at=BEFORE, expires_at=LONG))
    await somebody.takes("logins", "l1")
    issuing = asyncio.ensure_future(store.grants.issue(grant(b"new", login="l1", issued_at=NOON, expires_at=LONG)))
    await somebody.is_waited_for()
    await somebody.takes("logins", "l0")
    await somebody.lets_go()
    assert await issuing


@pytest.mark.parametrize("how", ["settling", "revoking"])
async def test_who_ends_grants_has_their_logins_first(store: PostgresqlStore, somebody: Somebody, how: str) -> None:
    await store.grants.issue(grant(b"live", login="l1", issued_at=BEFORE, expires_at=LONG))
    row = acceptance()
    await store.journal.accept(row)
    await somebody.takes("logins", "l1")
    work: Awaitable[State | int | None]
    if how == "settling":
        work = store.journal.settle(settlement(row.global_serial, proofs=ENDS), PENDING)
    else:
        work = store.grants.revoke(customer="C1")
    ending = asyncio.ensure_future(work)
    await somebody.is_waited_for()
    await somebody.takes("grants", "l1")
    await somebody.lets_go()
    await ending
    assert await store.grants.grant(grant(b"live").token_hash) is None
    assert not await store.grants.issue(grant(b"again", login="l1", expires_at=LONG))
