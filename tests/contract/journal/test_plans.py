"""What accepting and settling cost PostgreSQL must not grow with the journal."""

from __future__ import annotations

import asyncio

import asyncpg
from journal_rows import PENDING, acceptance, doubted, settlement
from journal_stores import fresh_schema, until

from tellerline.adapters.clock import SystemClock
from tellerline.gateway.journal.port import Journal
from tellerline.gateway.journal.postgresql import PostgresqlStore

_ROWS_READ = "SELECT relname, seq_tup_read FROM pg_stat_user_tables WHERE schemaname = $1 AND seq_tup_read > 0"
_ROWS_ACCEPTED = "SELECT n_tup_ins FROM pg_stat_user_tables WHERE schemaname = $1 AND relname = 'transactions'"


async def pair(journal: Journal, number: int) -> None:
    row = acceptance(account=f"A{number}")
    await journal.accept(row)
    await journal.settle(settlement(row.global_serial) if number % 3 else doubted(row), PENDING)


async def test_no_table_is_read_from_end_to_end(postgresql_dsn: str) -> None:
    schema = fresh_schema()
    store = PostgresqlStore(postgresql_dsn, SystemClock(), schema=schema)
    await store.start()
    for batch in range(20):
        await asyncio.gather(*(pair(store.journal, 100 * batch + number) for number in range(50)))
    await store.close()
    connection = await asyncpg.connect(postgresql_dsn)

    async def counted() -> bool:
        return bool(await connection.fetchval(_ROWS_ACCEPTED, schema) == 1000)

    await until(counted)
    assert [tuple(row) for row in await connection.fetch(_ROWS_READ, schema)] == []
    await connection.close()
