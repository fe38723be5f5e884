"""The lives of single plans: begun at a fresh bank, disturbed, healed, and judged by the books of all hosts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Self

from gateway_world import PLENTY, World
from plan_bench import MAKE, PlanBench, asking, make_bench
from wired_host import WireFault

from tellerline.adapters.clock import SystemClock
from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.postgresql import PostgresqlStore
from tellerline.gateway.journal.records import FINAL_STATES, DoubtStage, Record, State
from tellerline.gateway.journal.sqlite import SqliteStore
from tellerline.gateway.services.ports import Request
from tellerline.routing.model.command import Command, Effect, HostCall

HEALING_SECONDS = 75.0
LATEST_REPLY_SECONDS = 12.0
_numbers = count(1)


class Kept:
    """A store that outlives the gateways that are put before it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def start(self) -> None:
        return None

    async def close(self) -> None:
        return None


@asynccontextmanager
async def opened(dsn: str, folder: Path, schema: str) -> AsyncIterator[Store]:
    """On PostgreSQL if there is a ``dsn``, else in a file in ``folder``."""
    store: Store
    if dsn:
        store = PostgresqlStore(dsn, SystemClock(), schema=schema, default_limits=PLENTY)
    else:
        store = SqliteStore(folder / "journal.db", SystemClock(), default_limits=PLENTY)
    await store.start()
    yield store
    await store.close()


@dataclass
class Strike:
    """Disturbs the ``place``-th exchange that changes something; before that the leg ``refused`` is refused, once."""

    place: int
    fault: WireFault
    refused: str = ""
    seen: list[str] = field(default_factory=list)

    def __call__(self, command: Command, _call: HostCall) -> WireFault | None:
        if command.effect is Effect.ENQUIRY:
            return None
        if command.operation == self.refused:
            self.refused = ""
            return WireFault.REFUSED
        self.seen.append(command.operation)
        return self.fault if len(self.seen) == self.place + 1 else None

    @property
    def struck(self) -> bool:
        return len(self.seen) > self.place


@dataclass
class Life:
    """One plan at one bank."""

    bench: PlanBench
    request: Request
    before: int
    number: int

    @classmethod
    async def begin(cls, operation: str) -> Life:
        bench = make_bench()
        return cls.of(bench, await MAKE[operation](bench))

    @classmethod
    def of(cls, bench: PlanBench, command: Command) -> Self:
        number = next(_numbers)
        before = bench.balance(command.account_number)
        return cls(bench, asking(command, f"P{number}"), before, number)

    def world(self, folder: Path, store: Store, seed: str = "", **how: Any) -> World:
        return self.bench.world(folder, database=self.kept(store), seed=f"{self.number}{seed}", **how)

    @staticmethod
    def kept(store: Store) -> Any:
        return Kept(store)

    async def row(self, store: Store) -> Record:
        found = await store.journal.find("COUNTER", self.request.channel_serial)
        assert found is not None
        return found


async def judge(life: Life, store: Store) -> str:
    """As ``conserved``; and money has moved if the plan is done, and has not if it is not."""
    ended, plan = await conserved(life, store), await life.row(store)
    if ended != State.MANUAL:
        moved = life.before - life.bench.balance(plan.account)
        assert (moved != 0) == (plan.state is State.DONE), (moved, plan)
    return ended


async def conserved(life: Life, store: Store) -> str:
    """Done, undone, or with people who know why; money conserved and nowhere between two hosts."""
    bench, plan = life.bench, await life.row(store)
    legs = await store.legs.of(plan.global_serial)
    records = [plan, *(leg.record for leg in legs if leg.record is not None)]
    serials = {record.global_serial for record in records}
    cases = [doubt for doubt in await store.journal.doubts(limit=1000) if doubt.global_serial in serials]
    assert all(case.stage is DoubtStage.MANUAL and case.reason for case in cases), cases
    assert bench.broken_ledgers() == []
    if not any(record.state is State.MANUAL for record in records):
        assert {record.state for record in records} <= FINAL_STATES, (plan, legs)
        assert bench.mirrored() == {}, (plan, legs)
    usage = await store.journal.limit_usage(plan.account, plan.limit_day)
    assert usage.total == 0
    return str(plan.state)


async def heal(life: Life, world: World, store: Store, longest: float = HEALING_SECONDS) -> None:
    """Let time pass until the plan is over and everything late has arrived, but not for ever."""
    await world.pass_time(LATEST_REPLY_SECONDS, step=1.0)
    passed = LATEST_REPLY_SECONDS
    while passed < longest and (await life.row(store)).state is State.PENDING:
        await world.pass_time(3.0, step=1.0)
        passed += 3.0
