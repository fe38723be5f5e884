"""The pool that the cold paths share: who looks through the whole journal does not hold up who asks for one row."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from journal_stores import fresh_schema
from sqlalchemy import text

from tellerline.adapters.clock import SystemClock
from tellerline.adapters.store.postgresql import PostgresqlEngine
from tellerline.adapters.store.statements import Statement, every
from tellerline.gateway.journal.defaults import DEFAULT_LIMITS
from tellerline.gateway.journal.postgresql import PostgresqlDatabase

LONG = Statement(text("SELECT pg_sleep(1)"))
SHORT = Statement(text("SELECT 1"))


@pytest.fixture
async def database(postgresql_dsn: str) -> AsyncIterator[PostgresqlDatabase]:
    engine = PostgresqlEngine(postgresql_dsn, SystemClock(), schema=fresh_schema())
    database = PostgresqlDatabase(engine, DEFAULT_LIMITS)
    await database.start()
    yield database
    await database.close()


async def test_long_reads_leave_room_for_rows_by_key(database: PostgresqlDatabase) -> None:
    long = [asyncio.get_running_loop().create_task(database.read(every, LONG)) for _ in range(6)]
    await asyncio.sleep(0.1)
    async with asyncio.timeout(0.6):
        await asyncio.gather(*(database.look(every, SHORT) for _ in range(10)))
    for task in long:
        task.cancel()
    await asyncio.gather(*long, return_exceptions=True)
