"""A private PostgreSQL: comes up, survives a kill with its data, leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress

import asyncpg
import psutil
import pytest

from tellerline.simulators.servers import PostgresqlServer, ServerFailedError, ServerMissingError


async def _run(dsn: str, statement: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn)
    try:
        return list(await connection.fetch(statement))
    finally:
        await connection.close()


async def test_committed_data_outlives_a_kill(postgresql_server: PostgresqlServer) -> None:
    await _run(postgresql_server.dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
    await asyncio.to_thread(postgresql_server.kill)
    with pytest.raises(OSError, match=r"refused|Connect call failed"):
        await _run(postgresql_server.dsn, "SELECT 1")
    await asyncio.to_thread(postgresql_server.start)
    assert [row["answer"] for row in await _run(postgresql_server.dsn, "SELECT answer FROM kept")] == [42]


async def test_an_orderly_stop_keeps_the_address(postgresql_server: PostgresqlServer) -> None:
    dsn = postgresql_server.dsn
    await asyncio.to_thread(postgresql_server.stop)
    assert not postgresql_server.running
    await asyncio.to_thread(postgresql_server.start)
    assert postgresql_server.dsn == dsn
    assert len(await _run(dsn, "SELECT 1")) == 1


async def test_nothing_is_weakened_by_default(postgresql_server: PostgresqlServer) -> None:
    for setting, value in (("fsync", "on"), ("full_page_writes", "on"), ("synchronous_commit", "on")):
        assert (await _run(postgresql_server.dsn, f"SHOW {setting}"))[0][0] == value


async def test_a_stranger_without_the_password_is_refused(postgresql_server: PostgresqlServer) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(postgresql_server.dsn, password="guess")


def test_close_removes_the_data_and_every_process() -> None:
    before = set(psutil.Process().children())
    with _started() as server:
        started = set(psutil.Process().children()) - before
        family = started.union(*(each.children(recursive=True) for each in started))
        assert len(family) > len(started) > 0
    assert not server.running
    assert not any(map(_alive, family))


def test_a_server_that_cannot_start_shows_its_log() -> None:
    try:
        server = PostgresqlServer({"shared_buffers": "nonsense"})
        with pytest.raises(ServerFailedError, match="nonsense"):
            server.start()
    except ServerMissingError as missing:
        pytest.skip(f"missing on this machine: {missing}")
    finally:
        server.close()


async def test_the_shared_server_answers(postgresql_dsn: str) -> None:
    given = os.environ.get("TELLERLINE_TEST_POSTGRESQL")
    assert given in (None, postgresql_dsn)
    assert len(await _run(postgresql_dsn, "SELECT 1")) == 1


def _started() -> PostgresqlServer:
    server = PostgresqlServer({"fsync": "off"})
    try:
        server.start()
    except ServerMissingError as missing:
        pytest.skip(f"missing on this machine: {missing}")
    return server


def _alive(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False
