"""Rows that this version cannot read, as a newer one wrote them: they fail for their own caller only."""

from __future__ import annotations

import asyncio

import asyncpg
from journal_rows import DAY, acceptance
from journal_stores import fresh_schema

from tellerline.adapters.clock import SystemClock
from tellerline.gateway.journal.port import StoreUnavailableError
from tellerline.gateway.journal.postgresql import PostgresqlStore
from tellerline.gateway.journal.records import Accepted


async def test_an_unreadable_original_does_not_spoil_the_batch_of_its_duplicate(postgresql_dsn: str) -> None:
    schema = fresh_schema()
    store = PostgresqlStore(postgresql_dsn, SystemClock(), schema=schema)
    await store.start()
    known, *others = [acceptance(account=f"A{number}") for number in range(6)]
    await store.journal.accept(known)
    connection = await asyncpg.connect(postgresql_dsn)
    await connection.execute(f"UPDATE {schema}.transactions SET state = 'OF_TOMORROW'")
    await connection.close()
    rows = [others[0], others[1], known, *others[2:]]
    answers = await asyncio.gather(*(store.journal.accept(row) for row in rows), return_exceptions=True)
    assert [answer for answer in answers if isinstance(answer, Accepted)] == [Accepted()] * 5
    assert isinstance(answers[2], StoreUnavailableError)
    assert (answers[2].reason, answers[2].maybe_written) == ("row unreadable", False)
    assert [(await store.journal.limit_usage(row.account, DAY)).count for row in rows] == [1] * 6
    await store.close()
