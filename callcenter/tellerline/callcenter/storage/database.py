"""What a room of the call centre asks of a database: steps of statements, on one file or on one schema."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol, TypeVar, TypeVarTuple

from tellerline.adapters.clock import Clock
from tellerline.adapters.store.errors import StoreError
from tellerline.adapters.store.migrations import Migrations
from tellerline.adapters.store.postgresql import PostgresqlEngine
from tellerline.adapters.store.sqlite import SqliteEngine
from tellerline.adapters.store.statements import Steps

ResultT = TypeVar("ResultT")
Args = TypeVarTuple("Args")


class StoreUnavailableError(Exception):
    """The database did not do it; ``maybe_written`` says that it may have, where that cannot be known."""

    def __init__(self, reason: str, *, maybe_written: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.maybe_written = maybe_written


class Database(Protocol):
    """Every method raises ``StoreUnavailableError`` and no other error of storage."""

    async def start(self) -> None:
        """Connect, and bring the schema up to date."""

    async def close(self) -> None: ...

    async def look(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        """Read a few rows by key."""

    async def read(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        """Read, perhaps many rows."""

    async def write(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        """Durable before it returns; all of it, or nothing when ``steps`` raise. May be run again after a conflict."""


def sqlite(path: Path, migrations: Migrations) -> Database:
    """One file, created if need be; one process has it."""
    return _Sqlite(SqliteEngine(path), migrations)


def postgresql(dsn: str, clock: Clock, schema: str, migrations: Migrations) -> Database:
    """One schema, created if need be; any number of processes share it."""
    return _Postgresql(PostgresqlEngine(dsn, clock, schema=schema), migrations)


async def _told(result: Awaitable[ResultT]) -> ResultT:
    try:
        return await result
    except StoreError as error:
        raise StoreUnavailableError(error.reason, maybe_written=error.maybe_written) from error


class _Sqlite:
    def __init__(self, engine: SqliteEngine, migrations: Migrations) -> None:
        self._engine = engine
        self._migrations = migrations

    async def start(self) -> None:
        await _told(self._engine.start(self._migrations.upgrade_sqlite))

    async def close(self) -> None:
        await self._engine.close()

    async def look(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        try:
            return self._engine.look(steps, *args)
        except StoreError as error:
            raise StoreUnavailableError(error.reason) from error

    async def read(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        return await _told(self._engine.read(steps, *args))

    async def write(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        return await _told(self._engine.write(steps, *args))


class _Postgresql:
    def __init__(self, engine: PostgresqlEngine, migrations: Migrations) -> None:
        self._engine = engine
        self._migrations = migrations

    async def start(self) -> None:
        await _told(self._engine.start(self._migrations))

    async def close(self) -> None:
        await self._engine.close()

    async def look(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        return await _told(self._engine.read(steps, *args))

    async def read(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        return await _told(self._engine.read(steps, *args))

    async def write(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        return await _told(self._engine.write(steps, *args))
