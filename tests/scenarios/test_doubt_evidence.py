"""Doubts while the world changes around them: other policies, replies at any time, heads that stick."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from gateway_world import ACCOUNT, PAYEE, START, World, open_world
from ledger_host import Fault, FaultPlan, LedgerHost

from tellerline.adapters.clock import VirtualClock
from tellerline.gateway.doubt.policy import DoubtPolicy, NotFoundRule
from tellerline.gateway.hosts.policy import HostPolicy
from tellerline.gateway.journal.records import CaseEnding, DoubtStage, State
from tellerline.gateway.services.ports import Settled
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, HostCall
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done, Rejected
from tellerline.routing.model.transfers import Transferred

TRANSFER = "transfers.CreateTransfer"
APPROVAL = Done(result=Transferred(balance_after=Money(1, "CNY"), booked_at="x"), host_serial="H900")
REFUSAL = Rejected(code=Code.INSUFFICIENT_FUNDS, host_serial="H901")


def under(**changes: object) -> HostPolicy:
    terms: dict[str, object] = {"version": "t/1", "not_found": NotFoundRule.REVERSE, "max_processing": 5.0, **changes}
    return HostPolicy(doubts={TRANSFER: DoubtPolicy(**terms)})  # type: ignore[arg-type]


def always(faults: dict[str, Fault]) -> FaultPlan:
    return lambda command, _call: faults.get(command.operation)


async def kinds(world: World, settled: Settled) -> list[str]:
    return [event.kind for event in await world.store.journal.history(settled.global_serial)]


async def state_of(world: World, settled: Settled) -> State:
    return (await world.record(settled.global_serial)).state


async def test_a_doubt_goes_on_under_the_policy_that_is_in_force_now(tmp_path: Path) -> None:
    async with open_world(tmp_path, policy=under(not_found=NotFoundRule.MANUAL, max_processing=600.0)) as world:
        world.host.fault_of = always({TRANSFER: Fault.LOSE_REQUEST})
        settled = await world.ask(world.transfer())
        await world.pass_time(10)
        [doubt] = await world.store.journal.doubts()
        assert doubt.policy == "t/1"
        clock, host = world.clock, world.host
    async with open_world(tmp_path, policy=under(version="t/2"), clock=clock, host=host) as world:
        await world.pass_time(40)
        assert await state_of(world, settled) is State.REVERSED
        history = await world.store.journal.history(settled.global_serial)
        [opened] = [event for event in history if event.kind == "doubt_opened"]
        [changed] = [event for event in history if event.kind == "policy_changed"]
        assert orjson.loads(opened.detail)["policy"] == "t/1"
        assert orjson.loads(changed.detail) == {"was": "t/1", "now": "t/2"}


async def test_a_reversal_that_has_begun_stays_one_under_another_policy(tmp_path: Path) -> None:
    async with open_world(tmp_path, policy=under()) as world:
        world.host.fault_of = always({TRANSFER: Fault.LOSE_REQUEST, "host.Reverse": Fault.LOSE_REPLY})
        settled = await world.ask(world.transfer())
        await world.pass_time(15)
        [doubt] = await world.store.journal.doubts()
        assert doubt.stage in (DoubtStage.REVERSE, DoubtStage.FORWARD)
        clock, host = world.clock, world.host
    host.fault_of = always({})
    gentle = under(version="t/2", not_found=NotFoundRule.RESEND)
    async with open_world(tmp_path, policy=gentle, clock=clock, host=host) as world:
        await world.pass_time(60)
        assert await state_of(world, settled) is State.REVERSED
        assert host.effects == 0


async def at_stage(world: World, stage: DoubtStage) -> Settled:
    """A transfer that the host never got, whose doubt has come as far as ``stage``."""
    faults = {TRANSFER: Fault.LOSE_REQUEST}
    if stage is not DoubtStage.INQUIRE:
        faults["host.Reverse"] = Fault.LOSE_REQUEST
    world.host.fault_of = always(faults)
    settled = await world.ask(world.transfer())
    for _ in range(200):
        [doubt] = await world.store.journal.doubts()
        if doubt.stage is stage:
            return settled
        await world.pass_time(0.5)
    raise AssertionError(f"never came to {stage}")


@pytest.mark.parametrize("stage", list(DoubtStage))
async def test_a_late_reply_is_an_event_at_every_stage(tmp_path: Path, stage: DoubtStage) -> None:
    async with open_world(tmp_path, policy=under(give_up_after=40.0)) as world:
        settled = await at_stage(world, stage)
        world.host.late(settled.global_serial, APPROVAL)
        await world.pass_time(0.25)
        expected = {DoubtStage.INQUIRE: State.DONE, DoubtStage.MANUAL: State.MANUAL}.get(stage, State.IN_DOUBT)
        assert await state_of(world, settled) is expected
        assert "late_reply" in await kinds(world, settled)


async def test_a_host_that_repeats_itself_without_end_fills_no_history(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        settled = await world.ask(world.transfer())
        for _ in range(500):
            world.host.late(settled.global_serial, REFUSAL)
        await world.pass_time(1)
        told = await kinds(world, settled)
        assert (told.count("contradicted"), len(told) <= 8) == (1, True)
        assert len(await world.store.journal.doubts()) == 1
        text = world.gateway.metrics.exposition()[0].decode()
        assert 'tellerline_late_replies_total{host="core",meaning="repeated"} 492.0' in text


async def test_what_people_have_dismissed_is_no_case_again(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        settled = await world.ask(world.transfer())
        world.host.late(settled.global_serial, REFUSAL)
        await world.pass_time(1)
        desk = world.gateway.parts.desk
        proposed = await desk.propose(settled.global_serial, "li.na", CaseEnding.DONE, reason="booked", evidence="")
        await desk.confirm(settled.global_serial, proposed.number, "wang.wei", remark="")
        world.host.late(settled.global_serial, REFUSAL)
        await world.pass_time(1)
        assert await world.store.journal.doubts() == []
        assert (await kinds(world, settled))[-1] == "late_reply"


async def test_a_head_that_sticks_holds_up_its_own_account_alone(tmp_path: Path) -> None:
    """Reversals are forwarded per account: there is no one queue of them all."""
    clock = VirtualClock(START)
    host = LedgerHost(clock, balances={ACCOUNT: 1_000, "B1": 1_000, PAYEE: 0})
    async with open_world(tmp_path, policy=under(), clock=clock, host=host) as world:
        stuck: set[str] = set()

        def plan(command: Command, call: HostCall) -> Fault | None:
            if command.operation == TRANSFER:
                return Fault.LOSE_REQUEST
            sticks = command.operation == "host.Reverse" and call.reference.removesuffix("R") in stuck
            return Fault.LOSE_REPLY if sticks else None

        world.host.fault_of = plan
        head = await world.ask(world.transfer())
        stuck.add(head.global_serial)
        others = []
        for account in (ACCOUNT, "B1", "B1"):
            request = world.transfer()
            command = replace(request.command, debit_account=account)  # type: ignore[call-arg]
            others.append(await world.ask(replace(request, command=command)))
        await world.pass_time(60)
        assert await state_of(world, head) is State.IN_DOUBT
        assert [await state_of(world, each) for each in others] == [State.REVERSED] * 3
