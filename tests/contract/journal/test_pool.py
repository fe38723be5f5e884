"""The pool that the cold paths share: who looks through the whole journal does not hold up who asks for one row."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from journal_stores import fresh_schema, until
from sqlalchemy import text

from tellerline.adapters.clock import SystemClock
from tellerline.adapters.store.postgresql import PostgresqlEngine
from tellerline.adapters.store.statements import Statement, every
from tellerline.gateway.journal.defaults import DEFAULT_LIMITS
from tellerline.gateway.journal.postgresql import PostgresqlDatabase

LONG = Statement(text("SELECT pg_sleep(50)"))
SHORT = Statement(text("SELECT 1"))
_SLEEPERS = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE '%pg_sleep(50)%'"


@pytest.fixture
async def database(postgresql_dsn: str) -> AsyncIterator[PostgresqlDatabase]:
    engine = PostgresqlEngine(postgresql_dsn, SystemClock(), schema=fresh_schema(), timeout=60)
    database = PostgresqlDatabase(engine, DEFAULT_LIMITS)
    await database.start()
    yield database
    await database.close()


async def test_long_reads_leave_room_for_rows_by_key(database: PostgresqlDatabase, postgresql_dsn: str) -> None:
    connection = await asyncpg.connect(postgresql_dsn)
    long = [asyncio.get_running_loop().create_task(database.read(every, LONG)) for _ in range(6)]

    async def asleep() -> bool:
        return bool(await connection.fetchval(_SLEEPERS) >= 2)

    await until(asleep)
    await asyncio.sleep(0.1)
    async with asyncio.timeout(30):
        await asyncio.gather(*(database.look(every, SHORT) for _ in range(10)))
    assert not any(task.done() for task in long)
    for task in long:
        task.cancel()
    await asyncio.gather(*long, return_exceptions=True)
    await connection.close()
