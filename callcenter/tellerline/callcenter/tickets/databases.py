"""The two databases of tickets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, TypeVarTuple

from tellerline.adapters.clock import Clock
from tellerline.adapters.store.errors import StoreError
from tellerline.adapters.store.postgresql import PostgresqlEngine
from tellerline.adapters.store.sqlite import SqliteEngine
from tellerline.adapters.store.statements import Steps
from tellerline.callcenter.tickets.migrations import MIGRATIONS
from tellerline.callcenter.tickets.records import StoreUnavailableError
from tellerline.callcenter.tickets.store import TicketStore

ResultT = TypeVar("ResultT")
Args = TypeVarTuple("Args")


def sqlite_tickets(path: Path) -> TicketStore:
    """The store in the file ``path``, created if need be; one process has it."""
    return TicketStore(_Sqlite(SqliteEngine(path)))


def postgresql_tickets(dsn: str, clock: Clock, *, schema: str = "tellerline_tickets") -> TicketStore:
    """The store in ``schema`` of the database ``dsn``, created if need be; any number of processes share it."""
    return TicketStore(_Postgresql(PostgresqlEngine(dsn, clock, schema=schema)))


class _Sqlite:
    """``store.Database`` on one file."""

    def __init__(self, engine: SqliteEngine) -> None:
        self._engine = engine

    async def start(self) -> None:
        try:
            await self._engine.start(MIGRATIONS.upgrade_sqlite)
        except StoreError as error:
            raise _unavailable(error) from error

    async def close(self) -> None:
        await self._engine.close()

    async def look(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        try:
            return self._engine.look(steps, *args)
        except StoreError as error:
            raise _unavailable(error) from error

    async def read(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        try:
            return await self._engine.read(steps, *args)
        except StoreError as error:
            raise _unavailable(error) from error

    async def write(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        try:
            return await self._engine.write(steps, *args)
        except StoreError as error:
            raise _unavailable(error) from error


class _Postgresql:
    """``store.Database`` on one schema."""

    def __init__(self, engine: PostgresqlEngine) -> None:
        self._engine = engine

    async def start(self) -> None:
        try:
            await self._engine.start(MIGRATIONS)
        except StoreError as error:
            raise _unavailable(error) from error

    async def close(self) -> None:
        await self._engine.close()

    async def look(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        try:
            return await self._engine.read(steps, *args)
        except StoreError as error:
            raise _unavailable(error) from error

    async def read(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        return await self.look(steps, *args)

    async def write(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        try:
            return await self._engine.write(steps, *args)
        except StoreError as error:
            raise _unavailable(error) from error


def _unavailable(error: StoreError) -> StoreUnavailableError:
    return StoreUnavailableError(error.reason, maybe_written=error.maybe_written)
