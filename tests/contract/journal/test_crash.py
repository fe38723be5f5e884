"""A gateway killed under load: whatever was answered is there, and nothing is half there."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from journal_rows import DAY
from journal_stores import fresh_schema, started

from tellerline.adapters.clock import SystemClock
from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.postgresql import PostgresqlStore
from tellerline.gateway.journal.records import LimitUsage, Search, State
from tellerline.gateway.journal.sqlite import SqliteStore

_SUPPORT = Path(__file__).parents[2] / "support"
_ENOUGH = 400

Reopen = Callable[[], Awaitable[Store]]


@pytest.fixture(params=["sqlite", "postgresql"])
async def crashable(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[list[str], Reopen]]:
    """Arguments of the loading process, and how to open its store afterwards."""
    async with AsyncExitStack() as stack:
        if request.param == "sqlite":
            path = tmp_path / "journal.db"
            yield ["sqlite", str(path)], lambda: started(stack, SqliteStore(path, SystemClock()))
        else:
            dsn, schema = request.getfixturevalue("postgresql_dsn"), fresh_schema()
            store = PostgresqlStore(dsn, SystemClock(), schema=schema)
            yield ["postgresql", dsn, schema], lambda: started(stack, store)


async def answered_before_kill(arguments: list[str]) -> set[str]:
    """Lines that the process managed to say before it was killed, at some moment under load."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "journal_load.py", *arguments, cwd=_SUPPORT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    said = [await process.stdout.readline() for _ in range(_ENOUGH)]
    process.kill()
    said += (await process.stdout.read()).splitlines(keepends=True)
    await process.wait()
    return {line.decode().strip() for line in said if line.endswith(b"\n")}


async def test_what_was_answered_before_a_kill_is_there(crashable: tuple[list[str], Reopen]) -> None:
    arguments, reopen = crashable
    said = await answered_before_kill(arguments)
    assert len(said) >= _ENOUGH
    store = await reopen()
    rows = {row.global_serial: row for row in await store.journal.search(Search(limit=1_000_000))}
    for line in said:
        answer, serial = line.split()
        assert serial in rows
        assert answer == "accepted" or rows[serial].state is State.DONE
    for row in rows.values():
        assert await store.journal.limit_usage(row.account, DAY) == LimitUsage(total=1, count=1)
