"""People put the end of a leg right: while its plan runs it goes by that, and once it is over it is theirs too."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from gateway_world import World
from intercepted import STORE_PARTS, Intercepted
from journal_stores import fresh_schema
from plan_lives import Life, opened
from wired_host import LATE_BY, WireFault

from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.records import CaseEnding, Doubt, DoubtStage, Record, Settlement, State
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


async def make_a_case(store: Store, leg: Record) -> None:
    doubt = Doubt(
        global_serial=leg.global_serial,
        host=leg.host,
        operation=leg.operation,
        account=leg.account,
        stage=DoubtStage.MANUAL,
        policy="contradiction",
        attempts=0,
        opened_at=leg.accepted_at,
        due_at=leg.accepted_at,
        reason="contradicted",
    )
    at = leg.settled_at or leg.accepted_at
    stays = Settlement(global_serial=leg.global_serial, state=leg.state, at=at, outcome=leg.outcome, doubt=doubt)
    assert await store.journal.settle(stays, frozenset({leg.state})) is leg.state


async def test_a_leg_put_right_while_its_plan_ends_is_what_the_plan_goes_by(tmp_path: Path, store: Store) -> None:
    """Between the plan's last look at its legs and the write by which it would have been done."""
    met: list[str] = []

    async def around(call: str, go: Callable[[], Awaitable[Any]]) -> Any:
        plan = await store.journal.find("COUNTER", life.request.channel_serial)
        legs = await store.legs.of(plan.global_serial) if plan and call == "journal.settle" else []
        states = [leg.record.state for leg in legs if leg.record]
        if states == [State.DONE, State.DONE] and not met:
            deposit = legs[-1].record
            assert deposit is not None
            met.append(deposit.global_serial)
            await make_a_case(store, deposit)
            await decide(world, deposit.global_serial, CaseEnding.UNDONE)
        return await go()

    life = await Life.begin("securities.TransferToSecurities")
    seen: Any = Intercepted(store, around, parts=STORE_PARTS)
    world = life.world(tmp_path, seen)
    await world.run(world.gateway.start())
    await world.outcomes([life.request])
    plan = await life.row(store)
    assert len(met) == 1
    assert plan.state is State.REVERSED
    assert life.bench.balance(plan.account) == life.before
    assert await cases(store) == {}
    await world.run(world.gateway.close())
    world.close_log()
