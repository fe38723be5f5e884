"""The PostgreSQL engine: transactions tried again after conflicts, runs that exclude each other, lanes of batches."""

from __future__ import annotations

import asyncio
import socket
import traceback
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import text

from tellerline.adapters.clock import SystemClock, SystemRandomness, VirtualClock
from tellerline.adapters.store.errors import StoreError
from tellerline.adapters.store.lane import Lane
from tellerline.adapters.store.migrations import Migrations
from tellerline.adapters.store.postgresql import PostgresqlEngine
from tellerline.adapters.store.statements import Row, Statement, Steps, every

SCRIPT = """
CREATE TABLE t (k bigint PRIMARY KEY, v bigint NOT NULL);
CREATE TABLE alembic_version (version_num text);
INSERT INTO alembic_version VALUES ('1');
"""
ADD = Statement(text("UPDATE t SET v = v + 1 WHERE k = :key"), "key")
GET = Statement(text("SELECT v FROM t WHERE k = :key"), "key")
SET = Statement(text("UPDATE t SET v = :value WHERE k = :key"), "value", "key")
SLEEP = Statement(text("SELECT pg_sleep(0.05)"))
LONG_SLEEP = Statement(text("SELECT pg_sleep(60)"))
READ_ONLY = Statement(text("SELECT current_setting('transaction_read_only') FROM pg_sleep(0.05)"))
INSERT = "INSERT INTO t SELECT k, 0 FROM unnest($1::bigint[]) x(k) RETURNING k"
COUNT = """
WITH wanted AS (SELECT k, count(*) AS times FROM unnest($1::bigint[]) x(k) GROUP BY k)
UPDATE t SET v = v + times FROM wanted WHERE t.k = wanted.k RETURNING t.k
"""


@pytest.fixture
async def engine(postgresql_dsn: str, tmp_path: Path) -> AsyncIterator[PostgresqlEngine]:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "postgresql.sql").write_text(SCRIPT)
    schema = f"engine_{SystemRandomness().bytes(6).hex()}"
    engine = PostgresqlEngine(postgresql_dsn, SystemClock(), schema=schema)
    await engine.start(Migrations(tmp_path, "1"))
    await engine.write(every, Statement(text("INSERT INTO t VALUES (1, 0), (2, 0)")))
    yield engine
    await engine.close()


def encode(units: list[int]) -> Sequence[list[int]]:
    return [units]


def decode(units: list[int], rows: list[Row]) -> list[int]:
    return [row[0] for row in rows]


def crosswise(one: int, other: int) -> Steps[None]:
    yield ADD, (one,)
    yield SLEEP, ()
    yield ADD, (other,)


def read_then_set(key: int) -> Steps[None]:
    rows = yield GET, (key,)
    yield SLEEP, ()
    yield SET, (rows[0][0] + 1, key)


async def value(engine: PostgresqlEngine, key: int) -> int:
    number: int = (await engine.read(every, GET, key))[0][0]
    return number


@pytest.mark.parametrize("dsn", ["postgresql://u:s3/cret@h/d", "postgresql://u:s3#cret@h/d"])
async def test_a_dsn_that_cannot_be_read_is_not_quoted(dsn: str, tmp_path: Path) -> None:
    engine = PostgresqlEngine(dsn, SystemClock())
    with pytest.raises(StoreError, match="cannot be read") as caught:
        await engine.start(Migrations(tmp_path, "0001"))
    assert "s3" not in "".join(traceback.format_exception(caught.value))


async def test_deadlocked_transactions_are_tried_again(engine: PostgresqlEngine) -> None:
    await asyncio.gather(engine.write(crosswise, 1, 2), engine.write(crosswise, 2, 1))
    assert [await value(engine, key) for key in (1, 2)] == [2, 2]


async def test_writes_of_one_word_are_never_beside_each_other(engine: PostgresqlEngine) -> None:
    await asyncio.gather(*(engine.write(read_then_set, 1, alone="count") for _ in range(4)))
    assert await value(engine, 1) == 4


async def test_steps_that_raise_leave_nothing(engine: PostgresqlEngine) -> None:
    def fail() -> Steps[None]:
        yield ADD, (1,)
        raise LookupError

    with pytest.raises(LookupError):
        await engine.write(fail)
    assert await value(engine, 1) == 0


async def test_a_snapshot_is_of_one_moment(engine: PostgresqlEngine) -> None:
    def twice() -> Steps[list[int]]:
        before = yield GET, (1,)
        yield SLEEP, ()
        after = yield GET, (1,)
        return [before[0][0], after[0][0]]

    async def add(times: int) -> None:
        for _ in range(times):
            await engine.write(every, ADD, 1)

    seen, _ = await asyncio.gather(engine.snapshot(twice), add(30))
    assert seen[0] == seen[1]
    assert await value(engine, 1) == 30


@pytest.mark.parametrize("how", ["raises", "is refused", "is cancelled"])
async def test_a_snapshot_leaves_no_transaction_open(engine: PostgresqlEngine, how: str) -> None:
    complaints: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))

    def failing() -> Steps[None]:
        yield GET, (1,)
        if how == "raises":
            raise LookupError
        yield (ADD, (1,)) if how == "is refused" else (LONG_SLEEP, ())

    reading = asyncio.get_running_loop().create_task(engine.snapshot(failing))
    if how == "is cancelled":
        await engine.read(every, SLEEP)
        reading.cancel()
    [error] = await asyncio.gather(reading, return_exceptions=True)
    assert isinstance(error, LookupError | StoreError | asyncio.CancelledError)
    assert not getattr(error, "maybe_written", False)
    # All connections of the pool, at once: none is in the snapshot's transaction.
    settings = await asyncio.gather(*(engine.read(every, READ_ONLY) for _ in range(4)))
    assert [rows[0][0] for rows in settings] == ["off"] * 4
    assert complaints == []


async def test_a_lane_answers_each_unit_and_a_bad_one_fails_alone(engine: PostgresqlEngine) -> None:
    lane = Lane(engine, INSERT, encode, decode)
    results = await asyncio.gather(*(lane.submit(key) for key in (9, 10, 1, 11)), return_exceptions=True)
    assert [result for result in results if not isinstance(result, StoreError)] == [9, 10, 11]
    assert isinstance(results[2], StoreError)
    assert not results[2].maybe_written


def misread(units: list[int], rows: list[Row]) -> list[int]:
    raise LookupError(units)


def decode_composite(units: list[int], rows: list[Row]) -> list[int]:
    return [row[0]["v"] for row in rows]


def decode_but_one(units: list[int], rows: list[Row]) -> list[int]:
    return decode(units, rows)[1:]


@pytest.mark.parametrize("reading", [misread, decode_but_one])
@pytest.mark.parametrize("keys", [(1,), (1, 2, 1)])
async def test_what_is_committed_and_cannot_be_read_is_not_sent_again(
    engine: PostgresqlEngine, keys: tuple[int, ...], reading: Callable[[list[int], list[Row]], list[int]]
) -> None:
    lane = Lane(engine, COUNT, encode, reading)
    alone = lane.submit(1)  # the batch waits for it
    results = await asyncio.gather(alone, *(lane.submit(key) for key in keys), return_exceptions=True)
    assert [(str(result), getattr(result, "maybe_written", None)) for result in results] == [
        ("answer unreadable", True)
    ] * (1 + len(keys))
    assert [await value(engine, key) for key in (1, 2)] == [1 + keys.count(1), keys.count(2)]


async def test_a_row_whose_type_has_changed_meanwhile_is_not_written_twice(engine: PostgresqlEngine) -> None:
    """As when another gateway brings the schema to a newer version: the driver finds out while it reads."""
    lane = Lane(engine, "UPDATE t SET v = v + 1 WHERE k = ANY($1::bigint[]) RETURNING t", encode, decode_composite)
    assert await lane.submit(1) == 1
    await engine.write(every, Statement(text("ALTER TABLE t ADD COLUMN w bigint")))
    with pytest.raises(StoreError) as raised:
        await lane.submit(1)
    assert raised.value.maybe_written
    assert await value(engine, 1) == 2
    assert await lane.submit(1) == 3


async def test_a_statement_that_cannot_be_prepared_is_prepared_anew(engine: PostgresqlEngine) -> None:
    lane = Lane(engine, "SELECT k FROM later WHERE k = ANY($1::bigint[])", encode, decode)
    for _ in range(2):
        with pytest.raises(StoreError) as raised:
            await lane.submit(1)
        assert (raised.value.reason, raised.value.maybe_written) == ("database error 42P01", False)
    await engine.write(every, Statement(text("CREATE TABLE later AS SELECT k FROM t")))
    assert await lane.submit(1) == 1


async def test_a_connection_cut_during_the_commit_leaves_it_unknown(engine: PostgresqlEngine) -> None:
    slow = "SELECT k FROM unnest($1::bigint[]) x(k), pg_sleep(60)"
    lane = Lane(engine, slow, encode, decode)
    unit = lane.submit(1)
    cut = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE query LIKE 'SELECT k FROM unnest%' AND state = 'active' AND wait_event = 'PgSleep'
    """
    async with asyncio.timeout(50):
        while not await engine.read(every, Statement(text(cut))):
            assert not unit.done(), "it sleeps"
    with pytest.raises(StoreError) as raised:
        await unit
    assert raised.value.maybe_written


async def test_close_finishes_a_lane_and_refuses_the_rest(engine: PostgresqlEngine) -> None:
    lane = Lane(engine, INSERT, encode, decode)
    units = [lane.submit(key) for key in range(10, 30)]
    await engine.close()
    assert [unit.result() for unit in units] == list(range(10, 30))
    with pytest.raises(StoreError, match="closed"):
        await lane.submit(99)
    with pytest.raises(StoreError, match="closed"):
        await engine.read(every, GET, 1)


async def test_after_a_failure_attempts_pause_on_the_clock(tmp_path: Path) -> None:
    clock = VirtualClock(SystemClock().now())
    with socket.socket() as holder:  # who does not listen: nobody else can meanwhile
        holder.bind(("127.0.0.1", 0))
        nowhere = PostgresqlEngine(f"postgresql://nobody@127.0.0.1:{holder.getsockname()[1]}/none", clock)
        for pause, why in ((0, "connection lost"), (0, "database unavailable"), (0.06, "connection lost")):
            await clock.advance(pause)
            with pytest.raises(StoreError, match=why):
                await nowhere.connect()
        await clock.advance(0.06)
        with pytest.raises(StoreError, match="database unavailable"):
            await nowhere.connect()
