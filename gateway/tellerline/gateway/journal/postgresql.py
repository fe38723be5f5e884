"""The store for several gateways: one schema of a PostgreSQL database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar, TypeVarTuple

from tellerline.adapters.clock import Clock
from tellerline.adapters.store.errors import StoreError
from tellerline.adapters.store.lane import Lane
from tellerline.adapters.store.postgresql import PostgresqlEngine
from tellerline.adapters.store.statements import Steps, Values
from tellerline.gateway.journal import limits, transactions
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
from tellerline.gateway.journal.lanes import (
    ACCEPT_SQL,
    SETTLE_SQL,
    AcceptCodec,
    SettleUnit,
    Verdict,
    decode_settlements,
    encode_settlements,
)
from tellerline.gateway.journal.legs import StoredLegs
from tellerline.gateway.journal.migrations import MIGRATIONS
from tellerline.gateway.journal.records import Acceptance, Limits, Settlement, State
from tellerline.gateway.journal.registry import StoredRegistry
from tellerline.gateway.journal.routing_changes import StoredRoutingHistory
from tellerline.gateway.journal.table_versions import StoredTableVersions

ResultT = TypeVar("ResultT")
Args = TypeVarTuple("Args")

_LONG_READS = 2

# Either may be taken away by any process; an account's limits are never taken from here.
_GRANT_SECONDS = 1.0
_ACCOUNT_SECONDS = 10.0


class PostgresqlDatabase:
    """``database.Database`` on an engine: accepting and settling each have a lane, the rest shares the pool.

    Reads of many rows take no more than ``_LONG_READS`` of its connections, whoever asks for how much.
    """

    def __init__(self, engine: PostgresqlEngine, default_limits: Limits) -> None:
        self._engine = engine
        self._defaults = default_limits
        self._long_reads = asyncio.Semaphore(_LONG_READS)
        self._accepting: Lane[Acceptance, Verdict]
        self._settling: Lane[SettleUnit, State | None]

    async def start(self) -> None:
        try:
            await self._engine.start(MIGRATIONS)
            codec = AcceptCodec(self._defaults)
            self._accepting = Lane(self._engine, ACCEPT_SQL, codec.encode, codec.decode)
            self._settling = Lane(self._engine, SETTLE_SQL, encode_settlements, decode_settlements)
            await self._accepting.warm_up()
            await self._settling.warm_up()
        except StoreError as error:
            raise unavailable(error) from error

    async def close(self) -> None:
        await self._engine.close()

    async def accept(self, acceptance: Acceptance) -> Verdict:
        try:
            return await self._accepting.submit(acceptance)
        except StoreError as error:
            raise unavailable(error) from error

    async def settle(self, settlement: Settlement, expected: frozenset[State]) -> State | None:
        if settlement.proofs is not None or settlement.pin_change:
            return await self.write(limits.settle_by_itself, settlement, expected)
        try:
            return await self._settling.submit((settlement, expected))
        except StoreError as error:
            raise unavailable(error) from error

    async def append(self, rows: Sequence[Values]) -> None:
        await self.write(transactions.append, rows)

    async def look(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        try:
            return await self._engine.read(steps, *args)
        except StoreError as error:
            raise unavailable(error) from error

    async def read(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        async with self._long_reads:
            return await self.look(steps, *args)

    async def snapshot(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        async with self._long_reads:
            try:
                return await self._engine.snapshot(steps, *args)
            except StoreError as error:
                raise unavailable(error) from error

    async def write(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        try:
            return await self._engine.write(steps, *args)
        except StoreError as error:
            raise unavailable(error) from error

    async def write_alone(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        try:
            return await self._engine.write(steps, *args, alone=steps.__qualname__)
        except StoreError as error:
            raise unavailable(error) from error


class PostgresqlStore:
    """``port.Store`` in ``schema`` of the database ``dsn``, created if need be; any number of gateways may share it.

    ``default_limits`` apply to accounts that are not registered.
    """

    def __init__(
        self, dsn: str, clock: Clock, *, schema: str = "tellerline", default_limits: Limits = DEFAULT_LIMITS
    ) -> None:
        engine = PostgresqlEngine(dsn, clock, schema=schema)
        self._database = PostgresqlDatabase(engine, default_limits)
        self.grants = StoredGrants(self._database, Cache(clock, seconds=_GRANT_SECONDS), clock)
        self.closed_hosts = StoredClosedHosts(self._database)
        self.journal = StoredJournal(self._database, self.closed_hosts, proofs_ended=self.grants.forget)
        self.cases = StoredCases(self._database, proofs_ended=self.grants.forget)
        self.routing = StoredRoutingHistory(self._database)
        self.differences = StoredDifferences(self._database)
        self.legs = StoredLegs(self._database)
        self.follow_ups = StoredFollowUps(self._database)
        self.tables = StoredTableVersions(self._database)
        self.interactions = StoredInteractions(self._database, self.journal.flush)
        self.dossiers = StoredDossiers(self._database)
        self.registry = StoredRegistry(self._database, Cache(clock, seconds=_ACCOUNT_SECONDS))
        self.access_trail = StoredAccessTrail(self._database)

    async def start(self) -> None:
        """Connect and bring the schema up to date; several gateways may start at the same time."""
        await self._database.start()

    async def close(self) -> None:
        await self.journal.close()
        await self.closed_hosts.close()
        await self._database.close()
