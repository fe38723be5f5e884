"""A plan whose gateway is killed at each await of store and hosts: the next life ends it, and no fen is lost."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from gateway_world import World, settings_for
from journal_stores import fresh_schema
from plan_bench import no_fault
from plan_lives import Life, Strike, heal, judge, opened
from wired_host import WireFault

from tellerline.gateway.journal.port import Store
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.transactions.legs import WhenRefused
from tellerline.routing.transactions.plans import discover

PLANS = discover()
FAULTS = {
    "all is well": None,
    "the last reply is lost": WireFault.LOST_REPLY,
    "the last leg before the point of no return is refused": WireFault.REFUSED,
}
QUIET_SWEEP = 1000.0
STRIDE = int(os.environ.get("TELLERLINE_PLAN_STRIDE", "2"))
"""Every how manieth await a gateway is killed at: with 2, every other one on SQLite and those between on PostgreSQL;
with 1, each one on both."""


class Kill:
    """Stops the world for good at the ``place``-th point: just before a call, or just behind one that was made."""

    def __init__(self, place: int) -> None:
        self._left = place
        self.happened = asyncio.Event()

    async def around(self, _name: str, call: Callable[[], Awaitable[Any]]) -> Any:
        await self._point()
        result = await call()
        await self._point()
        return result

    async def _point(self) -> None:
        if self._left == 0:
            self.happened.set()
        self._left -= 1
        if self.happened.is_set():
            await asyncio.get_running_loop().create_future()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, str]:
    dsn = request.getfixturevalue("postgresql_dsn") if request.param == "postgresql" else ""
    return dsn, tmp_path_factory.mktemp("plans"), fresh_schema()


@pytest.fixture
async def store(database: tuple[str, Path, str]) -> AsyncIterator[Store]:
    async with opened(*database) as store:
        yield store


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("operation", sorted(PLANS))
async def test_a_gateway_killed_at_each_await(
    tmp_path: Path, store: Store, operation: str, fault: str, request: pytest.FixtureRequest
) -> None:
    first = 0 if "sqlite" in request.node.name else STRIDE - 1
    for place in count(first, STRIDE):
        life = await Life.begin(operation)
        happened, accepted = await _killed_at(life, tmp_path, store, place, FAULTS[fault])
        if accepted:
            ended = await _next_life(life, tmp_path, store)
            assert ended in ("DONE", "REJECTED", "REVERSED", "NOT_SENT"), (place, ended)
        if not happened:
            break
    assert place > 20
    assert accepted


async def _killed_at(life: Life, folder: Path, store: Store, place: int, fault: WireFault | None) -> tuple[bool, bool]:
    """Whether it came to that, and whether the plan's row was written."""
    kill = Kill(place)
    if fault is not None:
        life.bench.strike(Strike(_place_of(life.request.command.operation, fault), fault))
    settings = settings_for(sweep_seconds=QUIET_SWEEP)
    world = life.bench.world(
        folder, database=life.kept(store), seed=str(life.number), around=kill.around, settings=settings
    )
    living = asyncio.get_running_loop().create_task(_live(world, life))
    while not living.done() and not kill.happened.is_set():
        await world.settle()
        await world.clock.advance(0.5)
    await world.abandon()
    accepted = await store.journal.find("COUNTER", life.request.channel_serial) is not None
    return kill.happened.is_set(), accepted


def _place_of(operation: str, fault: WireFault) -> int:
    steps = PLANS[operation].steps
    undoing = [step for step in steps if step.when_refused is WhenRefused.UNDO]
    return len(undoing if fault is WireFault.REFUSED else steps) - 1


async def _live(world: World, life: Life) -> None:
    await world.gateway.start()
    try:
        await world.gateway.pipeline.run(life.request, world.call())
    except RefusalError:
        return
    await world.clock.sleep(20)


async def _next_life(life: Life, folder: Path, store: Store) -> str:
    life.bench.strike(no_fault)
    world = life.world(folder, store, "again")
    await world.run(world.gateway.start())
    await heal(life, world, store)
    await world.run(world.gateway.close())
    world.close_log()
    return await judge(life, store)
