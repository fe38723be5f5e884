"""A database on which others commit between every two statements of a reading, and the stores to commit through."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar, TypeVarTuple

from journal_stores import fresh_schema

from tellerline.adapters.clock import SystemClock
from tellerline.adapters.store.postgresql import PostgresqlEngine
from tellerline.adapters.store.sqlite import SqliteEngine
from tellerline.adapters.store.statements import Row, Steps, Values
from tellerline.gateway.journal import enquirers, searching
from tellerline.gateway.journal.closed_hosts import StoredClosedHosts
from tellerline.gateway.journal.database import Database
from tellerline.gateway.journal.defaults import DEFAULT_LIMITS
from tellerline.gateway.journal.interactions import StoredInteractions
from tellerline.gateway.journal.journal import StoredJournal
from tellerline.gateway.journal.migrations import MIGRATIONS
from tellerline.gateway.journal.postgresql import PostgresqlDatabase
from tellerline.gateway.journal.records import Acceptance, Accepted, Duplicate, OverLimit, Search, Settlement, State
from tellerline.gateway.journal.sqlite import SqliteDatabase

ResultT = TypeVar("ResultT")
Args = TypeVarTuple("Args")

Commit = Callable[[Database], Awaitable[object]]
"""What somebody else commits."""


class InterleavedDatabase:
    """``Database`` as ``database``: before each further statement of a reading the next of ``commits`` is committed."""

    def __init__(self, database: Database, commit: Callable[[Commit], None]) -> None:
        self._database = database
        self._commit = commit
        self.commits: list[Commit] = []
        """Those still to come."""

    async def accept(self, acceptance: Acceptance) -> Accepted | Duplicate | OverLimit:
        return await self._database.accept(acceptance)

    async def settle(self, settlement: Settlement, expected: frozenset[State]) -> State | None:
        return await self._database.settle(settlement, expected)

    async def append(self, rows: Sequence[Values]) -> None:
        await self._database.append(rows)

    async def look(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        return await self._database.look(steps, *args)

    async def read(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        return await self._database.read(self._interleaved(steps), *args)

    async def snapshot(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        return await self._database.snapshot(self._interleaved(steps), *args)

    async def write(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        return await self._database.write(steps, *args)

    async def write_alone(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        return await self._database.write_alone(steps, *args)

    def _interleaved(self, steps: Callable[[*Args], Steps[ResultT]]) -> Callable[[*Args], Steps[ResultT]]:
        def interleaved(*args: *Args) -> Steps[ResultT]:
            work = steps(*args)
            asked = next(work)
            while True:
                rows = yield asked
                try:
                    asked = work.send(rows)
                except StopIteration as end:
                    result: ResultT = end.value
                    return result
                if self.commits:
                    self._commit(self.commits.pop(0))

        return interleaved


class InterleavedStore:
    """The parts of a store that make pages of several statements."""

    def __init__(
        self,
        database: InterleavedDatabase,
        page: Callable[[Database, Search], Awaitable[list[Row]]],
    ) -> None:
        self.database = database
        self.journal = StoredJournal(database, StoredClosedHosts(database), page)
        self.interactions = StoredInteractions(database, self.journal.flush)


@asynccontextmanager
async def interleaved_sqlite(directory: Path) -> AsyncIterator[InterleavedStore]:
    """What reads on a thread of its own waits there for what the loop's one writer commits."""
    engine = SqliteEngine(directory / "journal.db")
    await engine.start(MIGRATIONS.upgrade_sqlite)
    database = SqliteDatabase(engine, DEFAULT_LIMITS)
    loop = asyncio.get_running_loop()

    def commit(what: Commit) -> None:
        asyncio.run_coroutine_threadsafe(_done(what(database)), loop).result(10)

    yield InterleavedStore(InterleavedDatabase(database, commit), enquirers.page)
    await engine.close()


@asynccontextmanager
async def interleaved_postgresql(dsn: str) -> AsyncIterator[InterleavedStore]:
    """What is committed comes from another gateway, whose loop runs while this one's reading stands still."""
    schema = fresh_schema()
    database = postgresql_database(dsn, schema)
    await database.start()

    async def elsewhere(what: Commit) -> None:
        other = postgresql_database(dsn, schema)
        await other.start()
        await what(other)
        await other.close()

    def commit(what: Commit) -> None:
        thread = threading.Thread(target=lambda: asyncio.run(elsewhere(what)))
        thread.start()
        thread.join(10)

    yield InterleavedStore(InterleavedDatabase(database, commit), searching.page)
    await database.close()


def postgresql_database(dsn: str, schema: str) -> PostgresqlDatabase:
    return PostgresqlDatabase(PostgresqlEngine(dsn, SystemClock(), schema=schema), DEFAULT_LIMITS)


async def _done(work: Awaitable[object]) -> None:
    await work
