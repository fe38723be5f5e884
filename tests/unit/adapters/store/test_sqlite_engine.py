"""The SQLite engine: shared commits in which each unit stands or falls by itself."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, bindparam, insert, select, text
from sqlalchemy.dialects.postgresql import insert as insert_or_not

from tellerline.adapters.store.errors import StoreError
from tellerline.adapters.store.sqlite import SqliteEngine
from tellerline.adapters.store.statements import Statement, Steps, Together, every, first

table = Table("t", MetaData(), Column("k", Integer, primary_key=True), Column("v", Text))
INSERT = Statement(insert(table).values(k=bindparam("k"), v=bindparam("v")), "k", "v")
GET = Statement(select(table).where(table.c.k == bindparam("key")), "key")
ADD = Statement(insert_or_not(table).values(k=bindparam("k"), v=bindparam("v")).on_conflict_do_nothing(), "k", "v")
EVERYTHING = Statement(select(table))
ALL = Statement(select(table.c.k).order_by(table.c.k))
BEGIN = Statement(text("BEGIN"))


def create(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE IF NOT EXISTS t (k INTEGER PRIMARY KEY, v TEXT)")


def put(connection: sqlite3.Connection, key: int) -> int:
    connection.execute("INSERT INTO t VALUES (?, ?)", (key, "v"))
    return key


def put_and_fail(connection: sqlite3.Connection, key: int) -> int:
    put(connection, key)
    raise LookupError(key)


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[SqliteEngine]:
    engine = SqliteEngine(tmp_path / "t.db")
    await engine.start(create)
    yield engine
    await engine.close()


async def keys(engine: SqliteEngine) -> list[int]:
    return [row[0] for row in await engine.read(every, ALL)]


async def test_results_come_back_to_their_callers_and_are_readable(engine: SqliteEngine) -> None:
    assert await asyncio.gather(*(engine.submit(put, key) for key in range(50))) == list(range(50))
    assert await keys(engine) == list(range(50))
    assert engine.look(first, GET, 7) == (7, "v")


async def test_steps_are_one_unit_of_work(engine: SqliteEngine) -> None:
    await engine.write(every, INSERT, 1, "a")
    assert engine.look(first, GET, 1) == (1, "a")
    assert engine.look(first, GET, 2) is None


async def test_a_failing_unit_fails_alone_and_leaves_nothing(engine: SqliteEngine) -> None:
    engine.submit(put, 0)
    units = [engine.submit(put_and_fail if key == 5 else put, key) for key in range(1, 10)]
    results = await asyncio.gather(*units, return_exceptions=True)
    assert isinstance(results[4], LookupError)
    assert [result for result in results if not isinstance(result, LookupError)] == [1, 2, 3, 4, 6, 7, 8, 9]
    assert await keys(engine) == [0, 1, 2, 3, 4, 6, 7, 8, 9]


async def test_a_broken_constraint_is_a_store_error_of_its_own_caller(engine: SqliteEngine) -> None:
    results = await asyncio.gather(*(engine.submit(put, 1) for _ in range(3)), return_exceptions=True)
    assert results[0] == 1
    for result in results[1:]:
        assert isinstance(result, StoreError)
        assert (result.reason, result.maybe_written) == ("constraint violated", False)


def adding(key: int) -> Steps[int]:
    yield INSERT, (key, "v")
    return key


def adding_and_failing(key: int) -> Steps[int]:
    yield INSERT, (key, "v")
    raise LookupError(key)


def adding_together(units: Sequence[tuple[int]]) -> Together[int]:
    changed = yield ADD, [(key, "together") for (key,) in units]
    return [key for (key,) in units] if changed == len(units) else None


async def test_units_together_are_committed_before_anyone_is_answered(engine: SqliteEngine, tmp_path: Path) -> None:
    units = [engine.write_together(adding_together, adding, key) for key in range(30)]
    assert await asyncio.gather(*units) == list(range(30))
    with sqlite3.connect(tmp_path / "t.db") as other:
        assert [row[0] for row in other.execute("SELECT k FROM t ORDER BY k")] == list(range(30))


async def test_units_that_cannot_be_done_together_are_each_done_by_themselves(engine: SqliteEngine) -> None:
    engine.submit(put, 5)
    units = [engine.write_together(adding_together, adding, key) for key in range(1, 10)]
    results = await asyncio.gather(*units, return_exceptions=True)
    assert isinstance(results[4], StoreError)
    assert [result for result in results if not isinstance(result, StoreError)] == [1, 2, 3, 4, 6, 7, 8, 9]
    written = {row[0]: row[1] for row in await engine.read(every, EVERYTHING)}
    assert written == dict.fromkeys(range(1, 10), "v")


async def test_a_failing_unit_beside_units_together_fails_alone(engine: SqliteEngine) -> None:
    engine.write_together(adding_together, adding, 0)
    keys_given = range(1, 10)
    units = [
        engine.write_together(adding_together, adding_and_failing if key == 5 else adding, key) for key in keys_given
    ]
    blocked = engine.write_together(adding_together, adding, 1)
    results = await asyncio.gather(*units, blocked, return_exceptions=True)
    assert isinstance(results[4], LookupError)
    assert isinstance(results[9], StoreError)
    assert await keys(engine) == [0, 1, 2, 3, 4, 6, 7, 8, 9]


async def test_units_together_beside_other_work_keep_their_order(engine: SqliteEngine) -> None:
    engine.submit(put, 0)
    late = [engine.write_together(adding_together, adding, 1), engine.submit(put, 1)]
    first_of_two, second = await asyncio.gather(*late, return_exceptions=True)
    assert first_of_two == 1
    assert isinstance(second, StoreError)


async def test_a_cancelled_caller_does_not_take_back_its_work(engine: SqliteEngine) -> None:
    engine.submit(put, 1).cancel()
    await engine.submit(put, 2)
    assert await keys(engine) == [1, 2]


async def test_a_reader_cannot_write(engine: SqliteEngine) -> None:
    with pytest.raises(StoreError, match="read-only"):
        engine.look(every, INSERT, 1, "a")
    with pytest.raises(StoreError, match="read-only"):
        await engine.read(every, INSERT, 1, "a")


async def test_a_snapshot_is_of_one_moment_and_holds_nobody_up(engine: SqliteEngine) -> None:
    await engine.submit(put, 1)
    loop = asyncio.get_running_loop()

    async def write(key: int) -> None:
        await engine.submit(put, key)

    def twice(key: int) -> Steps[tuple[int, int]]:
        before = yield ALL, ()
        asyncio.run_coroutine_threadsafe(write(key), loop).result(60)
        after = yield ALL, ()
        return len(before), len(after)

    assert await engine.snapshot(twice, 2) == (1, 1)
    assert await engine.read(twice, 3) == (2, 3)


def nobody_reads(path: Path, patience: float = 60) -> bool:
    """Whether the whole log can be copied into the file, once all readers have ended that will within ``patience``."""
    with sqlite3.connect(path, timeout=patience) as other:
        busy, *_ = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    other.close()
    return not busy


async def test_a_snapshot_that_fails_is_over(engine: SqliteEngine, tmp_path: Path) -> None:
    def failing() -> Steps[None]:
        yield ALL, ()
        raise LookupError

    def writing() -> Steps[None]:
        yield ALL, ()
        yield INSERT, (1, "a")

    await engine.submit(put, 1)
    with pytest.raises(LookupError):
        await engine.snapshot(failing)
    assert await asyncio.to_thread(nobody_reads, tmp_path / "t.db")
    with pytest.raises(StoreError, match="read-only"):
        await engine.snapshot(writing)
    assert await asyncio.to_thread(nobody_reads, tmp_path / "t.db")


async def test_a_reader_that_is_left_within_a_transaction_is_used_no_more(engine: SqliteEngine, tmp_path: Path) -> None:
    def leaving() -> Steps[None]:
        yield BEGIN, ()
        yield ALL, ()

    await engine.submit(put, 1)
    await engine.read(leaving)
    assert await asyncio.to_thread(nobody_reads, tmp_path / "t.db")
    await engine.submit(put, 2)
    assert await keys(engine) == [1, 2]


async def test_a_snapshot_that_nobody_waits_for_any_more_ends(engine: SqliteEngine, tmp_path: Path) -> None:
    began, go_on = threading.Event(), threading.Event()

    def waiting() -> Steps[None]:
        yield ALL, ()
        began.set()
        go_on.wait(60)
        yield ALL, ()

    await engine.submit(put, 1)
    reading = asyncio.get_running_loop().create_task(engine.snapshot(waiting))
    assert await asyncio.to_thread(began.wait, 60)
    reading.cancel()
    assert not await asyncio.to_thread(nobody_reads, tmp_path / "t.db", 0.5)
    go_on.set()
    assert await asyncio.to_thread(nobody_reads, tmp_path / "t.db")


async def test_a_file_has_one_owner_until_it_is_closed(engine: SqliteEngine, tmp_path: Path) -> None:
    second = SqliteEngine(tmp_path / "t.db")
    with pytest.raises(StoreError, match="another process owns the database file"):
        await second.start(create)
    await engine.close()
    await second.start(create)
    await second.close()


async def test_close_finishes_what_was_asked_for_and_refuses_the_rest(engine: SqliteEngine, tmp_path: Path) -> None:
    units = [engine.submit(put, key) for key in range(20)]
    await engine.close()
    assert [unit.result() for unit in units] == list(range(20))
    with pytest.raises(StoreError, match="closed"):
        await engine.submit(put, 99)
    with pytest.raises(StoreError, match="closed"):
        engine.look(every, ALL)


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.db").write_bytes(b"no database at all" * 100)
    broken = SqliteEngine(tmp_path / "t.db")
    with pytest.raises(StoreError, match="corrupted"):
        await broken.start(create)
    (tmp_path / "t.db").unlink()
    await broken.start(create)
    await broken.close()
