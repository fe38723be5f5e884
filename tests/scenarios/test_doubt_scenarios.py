"""Doubts: each way a transfer can fall silent, and how the host's word or the reversal ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from gateway_world import ACCOUNT, PAYEE, World, open_world, settings_for
from ledger_host import Fault, FaultPlan

from tellerline.gateway.doubt.policy import DoubtPolicy, NotFoundRule
from tellerline.gateway.hosts.policy import HostPolicy
from tellerline.gateway.journal.records import DoubtStage, LimitUsage, State
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.ports import Settled
from tellerline.routing.model.accounts import AccountKind, GetBalance, ReportLoss
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, HostCall
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done, Rejected, Unknown
from tellerline.routing.model.transfers import Transferred

TRANSFER = "transfers.CreateTransfer"
REPORT = "accounts.ReportLoss"
DAY = "2026-03-02"


def first(operation: str, fault: Fault, times: int = 1) -> FaultPlan:
    """``fault`` for the first exchanges of ``operation``."""
    left = [times]

    def plan(command: Command, _call: HostCall) -> Fault | None:
        if command.operation != operation or not left[0]:
            return None
        left[0] -= 1
        return fault

    return plan


def every(faults: dict[str, Fault]) -> FaultPlan:
    return lambda command, _call: faults.get(command.operation)


async def state_of(world: World, settled: Settled) -> State:
    return (await world.record(settled.global_serial)).state


async def kinds(world: World, settled: Settled) -> list[str]:
    return [event.kind for event in await world.store.journal.history(settled.global_serial)]


async def in_doubt(world: World, fault: Fault, operation: str = TRANSFER) -> Settled:
    world.host.fault_of = first(operation, fault)
    settled = await world.ask(world.transfer())
    assert settled.state is State.IN_DOUBT
    assert isinstance(settled.outcome, Unknown)
    return settled


@pytest.mark.parametrize("fault", [Fault.LOSE_REPLY, Fault.GARBLE])
async def test_what_the_host_did_is_found_and_done(tmp_path: Path, fault: Fault) -> None:
    async with open_world(tmp_path) as world:
        settled = await in_doubt(world, fault)
        await world.pass_time(3)
        assert await state_of(world, settled) is State.DONE
        assert await kinds(world, settled) == ["doubt_opened", "inquired"]
        assert world.host.effects == 1
        assert await world.store.journal.limit_usage(ACCOUNT, DAY) == LimitUsage(total=100, count=1)
        assert await world.store.journal.doubts() == []


async def test_what_never_arrived_is_reversed_once_the_host_has_had_its_time(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        settled = await in_doubt(world, Fault.LOSE_REQUEST)
        await world.pass_time(28)
        assert await state_of(world, settled) is State.IN_DOUBT
        await world.pass_time(20)
        assert await state_of(world, settled) is State.REVERSED
        history = await world.store.journal.history(settled.global_serial)
        assert [event.kind for event in history][-2:] == ["reversal_decided", "reversed"]
        assert orjson.loads(history[-1].detail)["effective"] is False
        assert world.host.effects == 0
        assert await world.store.journal.limit_usage(ACCOUNT, DAY) == LimitUsage(total=0, count=1)
        with pytest.raises(RefusalError) as refused:
            await world.ask(world.transfer(settled.channel_serial))
        assert refused.value.code is Code.REVERSED


async def test_an_original_that_arrives_behind_its_reversal_is_refused_by_the_tombstone(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        world.host.late_work_by = 60.0
        settled = await in_doubt(world, Fault.LATE_WORK)
        await world.pass_time(90)
        assert await state_of(world, settled) is State.REVERSED
        assert world.host.effects == 0
        assert world.host.balances[PAYEE] == 0


async def test_a_slow_host_is_found_before_its_time_is_over(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        world.host.late_work_by = 10.0
        settled = await in_doubt(world, Fault.LATE_WORK)
        await world.pass_time(30)
        assert await state_of(world, settled) is State.DONE
        assert world.host.effects == 1


async def test_a_reversal_is_repeated_under_one_reference_until_it_is_acknowledged(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        settled = await in_doubt(world, Fault.LOSE_REQUEST)
        world.host.fault_of = first("host.Reverse", Fault.LOSE_REPLY, times=3)
        await world.pass_time(75)
        assert await state_of(world, settled) is State.REVERSED
        reversals = [call for operation, call in world.host.received if operation == "host.Reverse"]
        assert [call.attempt for call in reversals] == [1, 2, 3, 4]
        assert {call.reference for call in reversals} == {settled.global_serial + "R"}


async def test_a_host_that_stays_silent_ends_in_the_manual_queue(tmp_path: Path) -> None:
    policy = DoubtPolicy(version="t/1", not_found=NotFoundRule.REVERSE, give_up_after=60.0)
    async with open_world(tmp_path, policy=HostPolicy(doubts={TRANSFER: policy})) as world:
        world.host.fault_of = every({TRANSFER: Fault.LOSE_REQUEST, "host.Inquire": Fault.LOSE_REPLY})
        settled = await world.ask(world.transfer())
        await world.pass_time(120)
        assert await state_of(world, settled) is State.MANUAL
        [doubt] = await world.store.journal.doubts()
        assert (doubt.stage, doubt.reason) == (DoubtStage.MANUAL, "exhausted")
        assert await world.store.journal.limit_usage(ACCOUNT, DAY) == LimitUsage(total=100, count=1)
        again = await world.ask(world.transfer(settled.channel_serial))
        assert again.state is State.MANUAL
        assert '"level":"error"' in world.logged()


async def test_an_exhausted_reversal_is_never_dropped(tmp_path: Path) -> None:
    policy = DoubtPolicy(version="t/1", not_found=NotFoundRule.REVERSE, max_processing=5.0, give_up_after=60.0)
    async with open_world(tmp_path, policy=HostPolicy(doubts={TRANSFER: policy})) as world:
        world.host.fault_of = every({TRANSFER: Fault.LOSE_REQUEST, "host.Reverse": Fault.NOT_SENT})
        settled = await world.ask(world.transfer())
        await world.pass_time(120)
        assert await state_of(world, settled) is State.MANUAL
        assert (await kinds(world, settled))[-1] == "manual"


async def test_a_rejection_found_later_gives_the_amount_back(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        world.host.balances[ACCOUNT] = 0
        settled = await in_doubt(world, Fault.LOSE_REPLY)
        await world.pass_time(3)
        assert await state_of(world, settled) is State.REJECTED
        assert await world.store.journal.limit_usage(ACCOUNT, DAY) == LimitUsage(total=0, count=1)


async def test_a_late_reply_ends_the_doubt_before_any_inquiry(tmp_path: Path) -> None:
    """Faults card 15."""
    async with open_world(tmp_path) as world:
        settled = await in_doubt(world, Fault.LATE_REPLY)
        await world.pass_time(1.5)
        assert await state_of(world, settled) is State.DONE
        assert await kinds(world, settled) == ["doubt_opened", "late_reply"]
        assert not [call for operation, call in world.host.received if operation == "host.Inquire"]


async def test_a_late_approval_behind_a_reversal_waits_for_the_reversals_answer(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        settled = await in_doubt(world, Fault.LOSE_REQUEST)
        world.host.fault_of = every({"host.Reverse": Fault.LOSE_REQUEST})
        await world.pass_time(40)
        [doubt] = await world.store.journal.doubts()
        assert doubt.stage in (DoubtStage.REVERSE, DoubtStage.FORWARD)
        world.host.late(settled.global_serial, approval())
        await world.pass_time(1)
        assert await state_of(world, settled) is State.IN_DOUBT
        world.host.fault_of = every({})
        await world.pass_time(20)
        assert await state_of(world, settled) is State.REVERSED


def approval(serial: str = "H9") -> Done:
    return Done(result=Transferred(balance_after=Money(1, "CNY"), booked_at="x"), host_serial=serial)


REPLIES: dict[str, tuple[Callable[[str], Done | Rejected | Unknown], bool]] = {
    "the same again": (approval, False),
    "another booking": (lambda _serial: approval("H999"), True),
    "a refusal": (lambda _serial: Rejected(code=Code.INSUFFICIENT_FUNDS), True),
    "nothing readable": (lambda _serial: Unknown(code=Code.OUTCOME_UNKNOWN, reason="x"), False),
}


@pytest.mark.parametrize("case", REPLIES)
async def test_late_replies_about_something_done_are_weighed(tmp_path: Path, case: str) -> None:
    """Faults cards 16 and 17."""
    reply, contradicts = REPLIES[case]
    async with open_world(tmp_path) as world:
        settled = await world.ask(world.transfer())
        world.host.late(settled.global_serial, reply(settled.host_serial))
        await world.pass_time(1)
        assert await state_of(world, settled) is State.DONE
        doubts = await world.store.journal.doubts()
        assert [doubt.reason for doubt in doubts] == (["contradicted"] if contradicts else [])
        assert (await kinds(world, settled))[-1] == ("contradicted" if contradicts else "late_reply")
        assert await world.ask(world.transfer(settled.channel_serial)) == settled


async def test_a_reply_to_nothing_we_know_is_counted_and_no_more(tmp_path: Path) -> None:
    """Faults card 14, the gateway's part."""
    async with open_world(tmp_path) as world:
        world.host.late("01NOBODYASKEDFORTHISSERIAL", approval())
        await world.pass_time(1)
        text = world.gateway.metrics.exposition()[0].decode()
        assert 'tellerline_late_replies_total{host="core",meaning="nobody_asked"} 1.0' in text


async def test_a_loss_report_closes_the_account_while_it_is_in_doubt(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        world.host.fault_of = every({REPORT: Fault.LOSE_REQUEST})
        report = world.request(ReportLoss(account=ACCOUNT, kind=AccountKind.CARD))
        settled = await world.ask(report)
        assert settled.state is State.IN_DOUBT
        for request in (world.transfer(), world.request(GetBalance(account=ACCOUNT))):
            with pytest.raises(RefusalError) as refused:
                await world.ask(request)
            assert refused.value.code is Code.ACCOUNT_REPORTED_LOST
        await world.pass_time(40)
        assert await state_of(world, settled) is State.MANUAL
        assert world.host.effects == 0


async def test_a_loss_report_takes_effect_the_moment_it_is_accepted(tmp_path: Path) -> None:
    async with open_world(tmp_path, settings=settings_for(sweep_seconds=1000.0)) as world:
        world.host.latency = 4.0
        report = world.request(ReportLoss(account=ACCOUNT, kind=AccountKind.CARD))
        reporting = asyncio.get_running_loop().create_task(world.gateway.pipeline.run(report, world.call()))
        await world.pass_time(0.25)
        assert await world.outcomes([world.transfer()]) == [Code.ACCOUNT_REPORTED_LOST]
        await world.pass_time(4)
        assert reporting.result().state is State.DONE
        assert [operation for operation, _ in world.host.received] == [REPORT]


async def test_a_loss_report_that_was_refused_opens_the_account_again(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        world.host.fault_of = every({REPORT: Fault.NOT_SENT})
        report = world.request(ReportLoss(account=ACCOUNT, kind=AccountKind.CARD))
        assert await world.outcomes([report]) == [Code.HOST_UNAVAILABLE]
        assert (await world.ask(world.transfer())).state is State.DONE


async def test_a_loss_report_is_sent_again_to_a_host_that_does_a_reference_once(tmp_path: Path) -> None:
    policy = DoubtPolicy(version="t/1", not_found=NotFoundRule.RESEND, max_processing=5.0)
    async with open_world(tmp_path, policy=HostPolicy(doubts={REPORT: policy})) as world:
        world.host.fault_of = first(REPORT, Fault.LOSE_REQUEST)
        settled = await world.ask(world.request(ReportLoss(account=ACCOUNT, kind=AccountKind.CARD)))
        await world.pass_time(20)
        assert await state_of(world, settled) is State.DONE
        calls = [call for operation, call in world.host.received if operation == REPORT]
        assert {call.reference for call in calls} == {settled.global_serial}
        assert world.host.lost == {ACCOUNT}


async def test_doubts_of_one_account_are_pursued_one_after_the_other(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        world.host.fault_of = every({TRANSFER: Fault.LOSE_REPLY})
        requests = [world.transfer() for _ in range(5)]
        answers = await world.outcomes(requests)
        await world.pass_time(4)
        settled = [answer for answer in answers if isinstance(answer, Settled)]
        assert [await state_of(world, each) for each in settled] == [State.DONE] * 5
