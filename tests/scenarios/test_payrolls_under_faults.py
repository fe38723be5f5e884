"""A payroll of 500 lines under every fault at every step of its plan, and with its gateway killed at each: it ends
done, undone or with people who know why, and the books of core agree with it on every line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from gateway_world import World
from journal_stores import fresh_schema
from payroll_lives import LONGEST_SECONDS, KillAtLeg, LegStrike, PayrollLife, accounted, legs_of
from plan_bench import no_fault
from plan_lives import heal, opened
from wired_host import WireFault

from tellerline.gateway.journal.port import Store
from tellerline.gateway.services.ports import Settled
from tellerline.routing.model.codes import Code
from tellerline.routing.transactions.legs import Step, WhenRefused
from tellerline.routing.transactions.plans import discover

PLAN = discover()["corporate.RunPayroll"]
LINES, MISSING = 500, 50
FAULTS = list(WireFault)
DEFINITE = ("DONE", "REJECTED", "REVERSED", "NOT_SENT")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, str]:
    dsn = request.getfixturevalue("postgresql_dsn") if request.param == "postgresql" else ""
    return dsn, tmp_path_factory.mktemp("payrolls"), fresh_schema()


@pytest.fixture
async def store(database: tuple[str, Path, str]) -> AsyncIterator[Store]:
    async with opened(*database) as store:
        yield store


async def run_to_its_end(life: PayrollLife, world: World, store: Store) -> str:
    await world.run(world.gateway.start())
    await world.outcomes([life.request])
    await heal(life, world, store, LONGEST_SECONDS)
    await world.run(world.gateway.close())
    world.close_log()
    return await accounted(life, store)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("step", PLAN.steps, ids=lambda step: step.name)
async def test_a_fault_at_each_step(tmp_path: Path, store: Store, step: Step[Any], fault: WireFault) -> None:
    """Each line is struck by one of the faults, by a crash only two of them: it takes all others with it."""
    life = await PayrollLife.filed(LINES, MISSING)
    legs = legs_of(PLAN, life.payroll)[step.name]
    apart = LINES // 2 if fault is WireFault.CRASH_AFTER_COMMIT else len(FAULTS)
    places = legs[FAULTS.index(fault) :: apart] if len(legs) > 1 else legs
    strike = LegStrike(places, fault)
    life.bench.strike(strike)
    ended = await run_to_its_end(life, life.world(tmp_path, store), store)
    assert strike.struck == len(places)
    assert ended in (*DEFINITE, "MANUAL")
    forward = step.when_refused is WhenRefused.FORWARD
    assert (ended == "MANUAL") == (forward and fault is WireFault.REFUSED)
    if step.when_refused is not WhenRefused.UNDO:
        assert ended in ("DONE", "MANUAL")


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_at_every_line(tmp_path: Path, store: Store, fault: WireFault) -> None:
    """Core counts as down soon, and what it could not take in time comes back to the company."""
    life = await PayrollLife.filed(100, MISSING)
    strike = LegStrike(legs_of(PLAN, life.payroll)["pay"], fault)
    life.bench.strike(strike)
    assert await run_to_its_end(life, life.world(tmp_path, store), store) == "DONE"
    assert strike.struck > 20


@pytest.mark.parametrize("done", [False, True], ids=["before core knows", "when it is done"])
@pytest.mark.parametrize("step", PLAN.steps, ids=lambda step: step.name)
async def test_a_kill_at_each_step(tmp_path: Path, store: Store, step: Step[Any], done: bool) -> None:
    for place in (0, LINES // 2, LINES - 1):
        life = await PayrollLife.filed(LINES, MISSING)
        legs = legs_of(PLAN, life.payroll)[step.name]
        if place >= len(legs):
            break
        kill = KillAtLeg(legs[place], done=done)
        life.bench.strike(kill.fault_of)
        await live_until(kill, life, life.world(tmp_path, store, around=kill.around))
        life.bench.strike(no_fault)
        ended = await run_to_its_end(life, life.world(tmp_path, store, "again"), store)
        assert ended in DEFINITE


async def live_until(kill: KillAtLeg, life: PayrollLife, world: World) -> None:
    async def live() -> Settled | Code:
        await world.gateway.start()
        return await world.outcome(life.request, LONGEST_SECONDS)

    living = asyncio.get_running_loop().create_task(live())
    while not kill.happened:
        assert not living.done(), living.result()
        await world.settle()
        await world.clock.advance(0.25)
    await world.abandon()
