"""Cases for people, on a whole gateway: limits, closed accounts, figures, and what callers are told afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from gateway_world import ACCOUNT, World, open_world
from ledger_host import Fault

from tellerline.gateway.doubt.policy import DoubtPolicy, NotFoundRule
from tellerline.gateway.hosts.policy import HostPolicy
from tellerline.gateway.journal.records import CaseEnding, LimitUsage, Resolution, State
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.ports import Settled
from tellerline.routing.model.accounts import AccountKind, ReportLoss
from tellerline.routing.model.codes import Code
from tellerline.routing.model.outcome import Attested, Done, Rejected

TRANSFER, REPORT, DAY = "transfers.CreateTransfer", "accounts.ReportLoss", "2026-03-02"
PEOPLE = DoubtPolicy(version="t/1", not_found=NotFoundRule.MANUAL, max_processing=5.0)
POLICY = HostPolicy(doubts={TRANSFER: PEOPLE, REPORT: PEOPLE})


async def case(world: World) -> Settled:
    """A transfer that never arrived and that nobody may reverse."""
    world.host.fault_of = lambda command, _call: Fault.LOSE_REQUEST if command.operation == TRANSFER else None
    settled = await world.ask(world.transfer())
    await world.pass_time(20)
    assert (await world.record(settled.global_serial)).state is State.MANUAL
    return settled


async def decide(world: World, settled: Settled, ending: CaseEnding) -> None:
    proposed = await propose(world, settled, ending)
    await world.gateway.parts.desk.confirm(settled.global_serial, proposed.number, "wang.wei", remark="")


async def propose(world: World, settled: Settled, ending: CaseEnding) -> Resolution:
    return await world.gateway.parts.desk.propose(
        settled.global_serial, "li.na", ending, reason="seen in the books", evidence="page 7"
    )


async def test_done_by_two_people_goes_on_counting_and_is_answered_so(tmp_path: Path) -> None:
    async with open_world(tmp_path, policy=POLICY) as world:
        settled = await case(world)
        await decide(world, settled, CaseEnding.DONE)
        assert (await world.record(settled.global_serial)).state is State.DONE
        assert await world.store.journal.doubts() == []
        assert await world.store.journal.limit_usage(ACCOUNT, DAY) == LimitUsage(total=100, count=1)
        again = await world.ask(world.transfer(settled.channel_serial))
        assert again.state is State.DONE
        assert again.outcome == Done(result=Attested())


async def test_undone_by_two_people_gives_the_amount_back_and_is_answered_so(tmp_path: Path) -> None:
    async with open_world(tmp_path, policy=POLICY) as world:
        settled = await case(world)
        await decide(world, settled, CaseEnding.UNDONE)
        assert (await world.record(settled.global_serial)).state is State.REVERSED
        assert await world.store.journal.limit_usage(ACCOUNT, DAY) == LimitUsage(total=0, count=1)
        with pytest.raises(RefusalError) as refused:
            await world.ask(world.transfer(settled.channel_serial))
        assert refused.value.code is Code.REVERSED
        text = world.gateway.metrics.exposition()[0].decode()
        assert f'tellerline_doubts_ended_total{{end="REVERSED",host="core",operation="{TRANSFER}"}} 1.0' in text
        assert '"event":"case_resolved"' in world.logged()


async def test_nothing_changes_until_somebody_else_agrees(tmp_path: Path) -> None:
    async with open_world(tmp_path, policy=POLICY) as world:
        settled = await case(world)
        proposed = await propose(world, settled, CaseEnding.UNDONE)
        with pytest.raises(RefusalError) as refused:
            await world.gateway.parts.desk.confirm(settled.global_serial, proposed.number, "li.na", remark="")
        assert refused.value.code is Code.SECOND_PERSON_REQUIRED
        await world.pass_time(60)
        assert (await world.record(settled.global_serial)).state is State.MANUAL
        assert await world.store.journal.limit_usage(ACCOUNT, DAY) == LimitUsage(total=100, count=1)


async def test_evidence_that_comes_after_a_proposal_must_be_seen_before_it_is_confirmed(tmp_path: Path) -> None:
    async with open_world(tmp_path, policy=POLICY) as world:
        settled = await case(world)
        serial, desk = settled.global_serial, world.gateway.parts.desk
        proposed = await propose(world, settled, CaseEnding.UNDONE)
        world.host.late(serial, Done(result=Attested(), host_serial="H77"))
        await world.pass_time(1)
        with pytest.raises(RefusalError) as refused:
            await desk.confirm(serial, proposed.number, "wang.wei", remark="")
        assert refused.value.code is Code.RESOLUTION_OUTDATED
        assert (await world.record(serial)).state is State.MANUAL
        await desk.reject(serial, proposed.number, "li.na", remark="there is a reply now")
        await decide(world, settled, CaseEnding.DONE)
        assert (await world.record(serial)).state is State.DONE


async def test_a_loss_report_that_people_end_opens_the_account_again(tmp_path: Path) -> None:
    async with open_world(tmp_path, policy=POLICY) as world:
        world.host.fault_of = lambda command, _call: Fault.LOSE_REQUEST if command.operation == REPORT else None
        report = await world.ask(world.request(ReportLoss(account=ACCOUNT, kind=AccountKind.CARD)))
        await world.pass_time(20)
        assert await world.outcomes([world.transfer()]) == [Code.ACCOUNT_REPORTED_LOST]
        await decide(world, report, CaseEnding.UNDONE)
        assert (await world.ask(world.transfer())).state is State.DONE


async def contradicted(world: World) -> Settled:
    settled = await world.ask(world.transfer())
    world.host.late(settled.global_serial, Rejected(code=Code.INSUFFICIENT_FUNDS))
    await world.pass_time(1)
    assert [doubt.reason for doubt in await world.store.journal.doubts()] == ["contradicted"]
    return settled


async def test_a_contradiction_that_people_dismiss_leaves_the_end_as_it_was(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        settled = await contradicted(world)
        before = await world.record(settled.global_serial)
        await decide(world, settled, CaseEnding.DONE)
        assert await world.record(settled.global_serial) == before
        assert await world.store.journal.doubts() == []
        assert await world.ask(world.transfer(settled.channel_serial)) == settled


async def test_a_contradiction_that_people_uphold_puts_the_end_right(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        settled = await contradicted(world)
        await decide(world, settled, CaseEnding.UNDONE)
        assert (await world.record(settled.global_serial)).state is State.REVERSED
        assert await world.store.journal.limit_usage(ACCOUNT, DAY) == LimitUsage(total=0, count=1)


async def test_an_end_put_right_to_done_counts_again(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        world.host.balances[ACCOUNT] = 0
        request = world.transfer()
        assert await world.outcomes([request]) == [Code.INSUFFICIENT_FUNDS]
        record = await world.store.journal.find(request.channel, request.channel_serial)
        assert record is not None
        booked = Done(result=Attested(), host_serial="H77")
        world.host.late(record.global_serial, booked)
        await world.pass_time(1)
        assert await world.store.journal.limit_usage(ACCOUNT, DAY) == LimitUsage(total=0, count=1)
        proposed = await world.gateway.parts.desk.propose(
            record.global_serial, "li.na", CaseEnding.DONE, reason="booked", evidence=""
        )
        await world.gateway.parts.desk.confirm(record.global_serial, proposed.number, "wang.wei", remark="")
        assert (await world.ask(request)).state is State.DONE
        assert await world.store.journal.limit_usage(ACCOUNT, DAY) == LimitUsage(total=100, count=1)
