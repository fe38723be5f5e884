"""The embedded store: one SQLite file, one process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar, TypeVarTuple

from tellerline.adapters.clock import Clock
from tellerline.adapters.store.errors import StoreError
from tellerline.adapters.store.sqlite import SqliteEngine
from tellerline.adapters.store.statements import Steps, Together, Values
from tellerline.gateway.journal import enquirers, limits, transactions
from tellerline.gateway.journal.access_trail import StoredAccessTrail
from tellerline.gateway.journal.caching import Cache
from tellerline.gateway.journal.cases import StoredCases
from tellerline.gateway.journal.closed_hosts import StoredClosedHosts
from tellerline.gateway.journal.database import unavailable
from tellerline.gateway.journal.defaults import DEFAULT_LIMITS
from tellerline.gateway.journal.differences import StoredDifferences
from tellerline.gateway.journal.dossiers import StoredDossiers
from tellerline.gateway.journal.follow_ups import StoredFollowUps
from tellerline.gateway.journal.grants import StoredGrants
from tellerline.gateway.journal.interactions import StoredInteractions
from tellerline.gateway.journal.journal import StoredJournal
from tellerline.gateway.journal.legs import StoredLegs
from tellerline.gateway.journal.migrations import MIGRATIONS
from tellerline.gateway.journal.records import (
    Acceptance,
    Accepted,
    Duplicate,
    Limits,
    OverLimit,
    Settlement,
    State,
)
from tellerline.gateway.journal.registry import StoredRegistry
from tellerline.gateway.journal.routing_changes import StoredRoutingHistory
from tellerline.gateway.journal.table_versions import StoredTableVersions

ResultT = TypeVar("ResultT")
Args = TypeVarTuple("Args")


class SqliteDatabase:
    """``database.Database`` on an engine: everything is a unit of work of its one writer, which is always alone."""

    def __init__(self, engine: SqliteEngine, default_limits: Limits) -> None:
        self._engine = engine
        self._defaults = default_limits

    async def accept(self, acceptance: Acceptance) -> Accepted | Duplicate | OverLimit:
        return await self._write_together(limits.accept_together, limits.accept, acceptance, self._defaults)

    async def settle(self, settlement: Settlement, expected: frozenset[State]) -> State | None:
        if limits.concludes(settlement, expected):
            return await self._write_together(limits.conclude_together, limits.settle, settlement, expected)
        return await self.write(limits.settle, settlement, expected)

    async def append(self, rows: Sequence[Values]) -> None:
        await self.write(transactions.append, rows)

    async def look(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        try:
            return self._engine.look(steps, *args)
        except StoreError as error:
            raise unavailable(error) from error

    async def read(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        try:
            return await self._engine.read(steps, *args)
        except StoreError as error:
            raise unavailable(error) from error

    async def snapshot(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        try:
            return await self._engine.snapshot(steps, *args)
        except StoreError as error:
            raise unavailable(error) from error

    async def write(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        try:
            return await self._engine.write(steps, *args)
        except StoreError as error:
            raise unavailable(error) from error

    async def _write_together(
        self,
        together: Callable[[Sequence[tuple[*Args]]], Together[ResultT]],
        steps: Callable[[*Args], Steps[ResultT]],
        *args: *Args,
    ) -> ResultT:
        try:
            return await self._engine.write_together(together, steps, *args)
        except StoreError as error:
            raise unavailable(error) from error

    async def write_alone(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        return await self.write(steps, *args)


class SqliteStore:
    """``port.Store`` in the file ``path``, created if need be; no other process may have it open at the same time.

    ``default_limits`` apply to accounts that are not registered.
    """

    def __init__(self, path: Path, clock: Clock, *, default_limits: Limits = DEFAULT_LIMITS) -> None:
        self._engine = SqliteEngine(path)
        database = SqliteDatabase(self._engine, default_limits)
        self.grants = StoredGrants(database, Cache(clock, seconds=None), clock)
        self.closed_hosts = StoredClosedHosts(database)
        self.journal = StoredJournal(database, self.closed_hosts, enquirers.page, proofs_ended=self.grants.forget)
        self.cases = StoredCases(database, proofs_ended=self.grants.forget)
        self.routing = StoredRoutingHistory(database)
        self.differences = StoredDifferences(database)
        self.legs = StoredLegs(database)
        self.follow_ups = StoredFollowUps(database)
        self.tables = StoredTableVersions(database)
        self.interactions = StoredInteractions(database, self.journal.flush)
        self.dossiers = StoredDossiers(database)
        self.registry = StoredRegistry(database, Cache(clock, seconds=None))
        self.access_trail = StoredAccessTrail(database)

    async def start(self) -> None:
        """Take the file and bring its schema up to date; raises ``StoreUnavailableError`` if another process has it."""
        try:
            await self._engine.start(MIGRATIONS.upgrade_sqlite)
        except StoreError as error:
            raise unavailable(error) from error

    async def close(self) -> None:
        await self.journal.close()
        await self.closed_hosts.close()
        await self._engine.close()
