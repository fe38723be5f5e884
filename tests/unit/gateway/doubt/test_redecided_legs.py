"""People put the end of a leg right when its plan is over already: then the plan is theirs to look at too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest
from gateway_world import World
from journal_stores import fresh_schema
from plan_lives import Life, opened
from wired_host import LATE_BY, WireFault

from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.records import CaseEnding, DoubtStage, Record, State
from tellerline.routing.model.command import Command, HostCall
from tellerline.routing.model.securities import DepositFunds


@pytest.fixture(params=["sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    dsn = request.getfixturevalue("postgresql_dsn") if request.param == "postgresql" else ""
    async with opened(dsn, tmp_path, fresh_schema()) as store:
        yield store


def contradicted_deposit(command: Command, _call: HostCall) -> WireFault | None:
    return WireFault.CONTRADICTORY_REPLY if isinstance(command, DepositFunds) else None


async def contradicted(life: Life, world: World, store: Store) -> tuple[Record, Record]:
    """A plan that is done, and its deposit, of which the host has said yes and then no."""
    life.bench.strike(contradicted_deposit)
    await world.outcomes([life.request])
    await world.pass_time(2 * LATE_BY)
    plan = await life.row(store)
    assert plan.state is State.DONE
    [_, deposit] = await store.legs.of(plan.global_serial)
    assert deposit.record is not None
    return plan, deposit.record


async def decide(world: World, serial: str, ending: CaseEnding) -> None:
    desk = world.gateway.parts.desk
    proposed = await desk.propose(serial, "li.na", ending, reason="seen in the books", evidence="")
    await desk.confirm(serial, proposed.number, "wang.wei", remark="")


async def cases(store: Store) -> dict[str, str]:
    doubts = await store.journal.doubts(limit=100)
    return {doubt.global_serial: doubt.reason for doubt in doubts if doubt.stage is DoubtStage.MANUAL}


async def test_a_leg_that_was_not_done_after_all_makes_its_plan_a_case(tmp_path: Path, store: Store) -> None:
    """Else the money has left one host and nobody looks for it at the other."""
    life = await Life.begin("securities.TransferToSecurities")
    world = life.world(tmp_path, store)
    await world.run(world.gateway.start())
    plan, deposit = await contradicted(life, world, store)
    await decide(world, deposit.global_serial, CaseEnding.UNDONE)
    assert await cases(store) == {plan.global_serial: "leg_decided_otherwise"}
    [event] = [each for each in await store.journal.history(plan.global_serial) if each.kind == "contradicted"]
    assert orjson.loads(event.detail) == {"leg": deposit.global_serial, "was": "DONE", "now": "REVERSED"}
    await decide(world, plan.global_serial, CaseEnding.UNDONE)
    assert (await life.row(store)).state is State.REVERSED
    assert await cases(store) == {}
    await world.run(world.gateway.close())
    world.close_log()
    assert f'"serial":"{plan.global_serial}","host":"","state":"DONE","leg":"{deposit.global_serial}"' in world.logged()


async def test_a_leg_that_ended_as_it_was_said_leaves_its_plan_alone(tmp_path: Path, store: Store) -> None:
    life = await Life.begin("securities.TransferToSecurities")
    world = life.world(tmp_path, store)
    await world.run(world.gateway.start())
    _, deposit = await contradicted(life, world, store)
    await decide(world, deposit.global_serial, CaseEnding.DONE)
    assert await cases(store) == {}
    assert (await life.row(store)).state is State.DONE
    await world.run(world.gateway.close())
    world.close_log()
