"""Steps of the resolver that come too late, meet a defect or find their host gone: nothing is undone by them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
from gateway_world import ACCOUNT, World, make_world, open_world
from ledger_host import Fault, LedgerHost

from tellerline.adapters.clock import VirtualClock
from tellerline.gateway.doubt.policy import DoubtPolicy, NotFoundRule
from tellerline.gateway.hosts.policy import HostPolicy
from tellerline.gateway.journal.records import Doubt, DoubtStage, Record, State
from tellerline.gateway.services.ports import Settled
from tellerline.routing.model.accounts import AccountKind, ReportLoss
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, HostCall
from tellerline.routing.model.outcome import Rejected

TRANSFER = "transfers.CreateTransfer"
Call = Callable[[], Awaitable[Any]]


def lost(*operations: str) -> Callable[[Command, HostCall], Fault | None]:
    return lambda command, _call: Fault.LOSE_REQUEST if command.operation in operations else None


async def in_doubt(world: World, *also: str) -> tuple[Settled, Doubt, Record]:
    """A transfer that never arrived, its doubt, and its row; the resolver is not running any more."""
    world.host.fault_of = lost(TRANSFER, *also)
    settled = await world.ask(world.transfer())
    await world.run(world.gateway.resolver.close())
    (doubt,) = await world.store.journal.doubts()
    return settled, doubt, await world.record(settled.global_serial)


async def begin_reversal(world: World, doubt: Doubt, record: Record) -> None:
    """What another resolver does meanwhile, on the same journal."""
    settler = world.gateway.resolver.settler
    reversing = replace(doubt, stage=DoubtStage.REVERSE, due_at=doubt.due_at + timedelta(hours=1))
    assert await settler.reversal_begins(record, reversing, settler.event("reversal_decided")) is not None


async def test_a_stale_inquiry_settles_nothing_once_a_reversal_may_be_on_its_way(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        settled, doubt, record = await in_doubt(world)
        await begin_reversal(world, doubt, record)
        _, call = world.host.received[0]
        world.host.work(world.transfer().command, call)
        await world.run(world.gateway.resolver.pursuit.step(doubt))
        assert (await world.record(settled.global_serial)).state is State.IN_DOUBT
        history = await world.store.journal.history(settled.global_serial)
        assert history[-1].kind == "inquired"
        assert orjson.loads(history[-1].detail)["found"] == "DONE"


async def test_a_stale_inquiry_never_takes_a_reversal_back_to_asking(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        _, doubt, record = await in_doubt(world, "host.Inquire")
        await begin_reversal(world, doubt, record)
        await world.run(world.gateway.resolver.pursuit.step(doubt))
        (left,) = await world.store.journal.doubts()
        assert left.stage is DoubtStage.REVERSE


async def test_an_acknowledged_reversal_is_kept_as_evidence_where_people_have_the_doubt(tmp_path: Path) -> None:
    held: list[Call] = []

    async def around(name: str, call: Call) -> Any:
        answer = await call()
        if name == "host.execute" and held:
            await held.pop()()
        return answer

    async with open_world(tmp_path, around=around) as world:
        settled, doubt, record = await in_doubt(world)
        reversing = replace(doubt, stage=DoubtStage.FORWARD)
        held.append(lambda: world.gateway.resolver.settler.hand_over(record, reversing, "exhausted"))
        await world.run(world.gateway.resolver.pursuit.step(reversing))
        assert (await world.record(settled.global_serial)).state is State.MANUAL
        history = await world.store.journal.history(settled.global_serial)
        assert [event.kind for event in history][-2:] == ["manual", "reversed"]


async def test_a_loss_report_is_not_made_days_after_it_was_asked_for(tmp_path: Path) -> None:
    policy = DoubtPolicy(version="test/1", not_found=NotFoundRule.RESEND, give_up_after=24 * 3600.0)
    async with open_world(tmp_path, policy=HostPolicy(doubts={"accounts.ReportLoss": policy})) as world:
        world.host.fault_of = lost("accounts.ReportLoss", "host.Inquire")
        settled = await world.ask(world.request(ReportLoss(account=ACCOUNT, kind=AccountKind.CARD)))
        await world.run(world.gateway.resolver.close())
        (doubt,) = await world.store.journal.doubts()
        await world.clock.advance(6 * 24 * 3600.0)
        world.host.fault_of = lost()
        await world.run(world.gateway.resolver.pursuit.step(doubt))
        assert (await world.record(settled.global_serial)).state is State.MANUAL
        assert ACCOUNT not in world.host.lost


async def test_a_hosts_word_about_a_repetition_does_not_end_the_original(tmp_path: Path) -> None:
    """The network brought the request twice, the host did it once, and the answer to the second copy came first."""
    told = [Code.DUPLICATE_AT_HOST]

    async def around(name: str, call: Call) -> Any:
        answer = await call()
        if name == "host.execute" and told:
            return replace(answer, outcome=Rejected(code=told.pop(), host_code="1401"))
        return answer

    async with open_world(tmp_path, around=around) as world:
        settled = await world.ask(world.transfer())
        assert settled.state is State.IN_DOUBT
        await world.pass_time(5)
        assert (await world.record(settled.global_serial)).state is State.DONE
        assert world.host.effects == 1
        assert (await world.store.journal.limit_usage(ACCOUNT, "2026-03-02")).total == 100


async def test_a_defect_in_one_round_does_not_end_the_resolver(tmp_path: Path) -> None:
    defects = [RuntimeError("a row that this version cannot read")]

    async def around(name: str, call: Call) -> Any:
        if name == "journal.claim_doubts" and defects:
            raise defects.pop()
        return await call()

    async with open_world(tmp_path, around=around) as world:
        world.host.fault_of = lambda command, _call: Fault.LOSE_REPLY if command.operation == TRANSFER else None
        settled = await world.ask(world.transfer())
        await world.pass_time(10)
        assert (await world.record(settled.global_serial)).state is State.DONE
        assert not defects
        assert "doubt_round_failed" in world.logged()


async def test_a_gateway_starts_though_a_host_of_its_pending_rows_is_gone(tmp_path: Path) -> None:
    first = make_world(tmp_path)
    await first.run(first.gateway.start())
    first.host.latency = 5.0
    request = first.transfer()
    begun = first.gateway.pipeline.run(request, first.call())
    task = asyncio.get_running_loop().create_task(begun)
    await first.pass_time(1)
    task.cancel()
    await first.abandon()
    clock = VirtualClock(first.clock.now())
    elsewhere = LedgerHost(clock, name="another")
    async with open_world(tmp_path, host=elsewhere, clock=clock) as world:
        await world.pass_time(10)
        found = await world.store.journal.find(request.channel, request.channel_serial)
        assert found is not None
        assert found.state is State.MANUAL
