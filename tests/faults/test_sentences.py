"""The sentences of "Timeouts, exactly", each by its number in docs/faults.md."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from core_books import fresh_books
from credit_bench import a_repayment
from gateway_world import ACCOUNT, PAYEE, World, make_world, open_world, settings_for
from ledger_host import Fault, FaultPlan, LedgerHost
from mq_worlds import World as QueueWorld
from plan_lives import Life, Strike, heal, judge, opened
from wired_host import WireFault

import tellerline.connectors.credit
from tellerline.adapters.clock import VirtualClock
from tellerline.adapters.copybook import Charset
from tellerline.adapters.exchange import Fate
from tellerline.connectors.credit.connector import build_connector
from tellerline.connectors.discovery import discover
from tellerline.connectors.records import load_records
from tellerline.gateway.doubt.policy import DoubtPolicy, NotFoundRule
from tellerline.gateway.hosts.policy import HostPolicy
from tellerline.gateway.journal.records import DoubtStage, LimitUsage, State
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.ports import Settled
from tellerline.gateway.settings import ChannelSettings
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import HostCall
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done, Rejected, Unknown
from tellerline.routing.model.transfers import CreateTransfer, Transferred

TRANSFER, INQUIRE, REVERSE = "transfers.CreateTransfer", "host.Inquire", "host.Reverse"
DAY = "2026-03-02"
APPROVAL = Done(result=Transferred(balance_after=Money(1, "CNY"), booked_at="x"), host_serial="H900")


def faults(**by_word: Fault) -> FaultPlan:
    """By the last word of the operation."""
    return lambda command, _call: by_word.get(command.operation.rpartition(".")[2])


def policy(**changes: object) -> HostPolicy:
    terms: dict[str, object] = {"version": "t/1", "not_found": NotFoundRule.REVERSE, "max_processing": 10.0, **changes}
    return HostPolicy(doubts={TRANSFER: DoubtPolicy(**terms)})  # type: ignore[arg-type]


async def state_of(world: World, settled: Settled) -> State:
    return (await world.record(settled.global_serial)).state


async def kinds(world: World, settled: Settled) -> list[str]:
    return [event.kind for event in await world.store.journal.history(settled.global_serial)]


async def used(world: World, day: str = DAY) -> LimitUsage:
    return await world.store.journal.limit_usage(ACCOUNT, day)


async def silent(world: World, fault: Fault = Fault.LOSE_REQUEST, **others: Fault) -> Settled:
    world.host.fault_of = faults(CreateTransfer=fault, **others)
    settled = await world.ask(world.transfer())
    assert settled.state is State.IN_DOUBT
    return settled


def asked(world: World, operation: str) -> int:
    return sum(1 for name, _ in world.host.received if name == operation)


async def test_t01_what_was_refused_before_the_first_byte_was_not_sent(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        world.host.fault_of = faults(CreateTransfer=Fault.NOT_SENT)
        request = world.transfer()
        assert await world.outcomes([request]) == [Code.HOST_UNAVAILABLE]
        record = await world.store.journal.find(request.channel, request.channel_serial)
        assert record is not None
        assert record.state is State.NOT_SENT
        breaker = world.gateway.pipeline.plans.gates["core"].breaker
        for _ in range(100):
            breaker.failed()
        before = len(world.host.received)
        assert await world.outcomes([world.transfer()]) == [Code.HOST_UNAVAILABLE]
        assert len(world.host.received) == before
        assert (await used(world)).total == 0
        assert await world.store.journal.doubts() == []


async def test_t01_what_the_broker_returned_or_refused_was_not_sent(world: QueueWorld) -> None:
    returned = await world.ask(await world.client("nowhere"))
    refused = await world.ask(await world.client(await world.full_queue()))
    assert [returned.fate, refused.fate] == [Fate.NOT_SENT] * 2


async def test_t02_only_a_correlated_reply_of_the_host_is_definite(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        done = await world.ask(world.transfer())
        assert (done.state, done.host_serial) == (State.DONE, "H000001")
        world.host.balances[ACCOUNT] = 0
        assert await world.outcomes([world.transfer()]) == [Code.INSUFFICIENT_FUNDS]
        world.host.late("01ANOTHERTRANSACTIONALTOGETHER", APPROVAL)
        for fault in (Fault.GARBLE, Fault.LOSE_REPLY):
            await silent(world, fault)


async def test_t03_a_crash_behind_the_durable_row_leaves_it_unknown(tmp_path: Path) -> None:
    first = make_world(tmp_path)
    await first.run(first.gateway.start())
    first.host.latency = 5.0
    request = first.transfer()
    begun = asyncio.get_running_loop().create_task(first.gateway.pipeline.run(request, first.call()))
    await first.pass_time(1)
    begun.cancel()
    await first.abandon()
    async with open_world(tmp_path, clock=first.clock, host=first.host) as world:
        found = await world.store.journal.find(request.channel, request.channel_serial)
        assert found is not None
        assert found.state is State.IN_DOUBT
        [opened] = await world.store.journal.history(found.global_serial)
        assert orjson.loads(opened.detail)["reason"] == "restarted"


async def test_t04_not_found_proves_nothing_before_the_hosts_maximum_time(tmp_path: Path) -> None:
    async with open_world(tmp_path, policy=policy(max_processing=20.0)) as world:
        settled = await silent(world)
        await world.pass_time(19)
        assert asked(world, INQUIRE) >= 3
        assert asked(world, REVERSE) == 0
        await world.pass_time(5)
        assert asked(world, REVERSE) == 1
        assert await state_of(world, settled) is State.REVERSED


async def test_t05_what_cannot_be_honoured_is_reversed_at_once(tmp_path: Path) -> None:
    async with open_world(tmp_path, policy=policy(reverse_at_once=True)) as world:
        settled = await silent(world, Fault.LOSE_REPLY)
        await world.pass_time(0.5)
        assert (asked(world, INQUIRE), asked(world, REVERSE)) == (0, 1)
        assert await state_of(world, settled) is State.REVERSED
        assert world.host.effects == 0


@pytest.mark.parametrize("rule", list(NotFoundRule))
async def test_t06_it_is_sent_again_under_its_own_reference_and_where_the_host_allows(
    tmp_path: Path, rule: NotFoundRule
) -> None:
    async with open_world(tmp_path, policy=policy(not_found=rule)) as world:
        settled = await silent(world)
        world.host.fault_of = faults()
        await world.pass_time(30)
        calls = [call for name, call in world.host.received if name == TRANSFER]
        assert len(calls) == (2 if rule is NotFoundRule.RESEND else 1)
        assert {call.reference for call in calls} == {settled.global_serial}


async def test_t07_a_reversal_is_repeated_until_acknowledged_and_never_dropped(tmp_path: Path) -> None:
    async with open_world(tmp_path, policy=policy(give_up_after=120.0)) as world:
        settled = await silent(world, Reverse=Fault.LOSE_REPLY)
        await world.pass_time(60)
        calls = [call for name, call in world.host.received if name == REVERSE]
        assert len(calls) >= 4
        assert {call.reference for call in calls} == {settled.global_serial + "R"}
        await world.pass_time(120)
        assert await state_of(world, settled) is State.MANUAL
        [case] = await world.store.journal.doubts()
        assert (case.stage, case.reason) == (DoubtStage.MANUAL, "exhausted")
        assert '"event":"doubt_handed_over"' in world.logged()


async def test_t07_reversals_are_forwarded_per_account(tmp_path: Path) -> None:
    clock = VirtualClock(datetime(2026, 3, 2, 4, 0, tzinfo=UTC))
    host = LedgerHost(clock, balances={ACCOUNT: 1_000, "B1": 1_000, PAYEE: 0})
    async with open_world(tmp_path, policy=policy(), clock=clock, host=host) as world:
        stuck = await silent(world)
        host.fault_of = lambda command, call: (
            Fault.LOSE_REQUEST if command.operation == TRANSFER or call.reference == stuck.global_serial + "R" else None
        )
        request = world.transfer()
        assert isinstance(request.command, CreateTransfer)
        other = await world.ask(replace(request, command=replace(request.command, debit_account="B1")))
        await world.pass_time(60)
        assert await state_of(world, stuck) is State.IN_DOUBT
        assert await state_of(world, other) is State.REVERSED


async def test_t08_an_unknown_original_leaves_a_tombstone(tmp_path: Path) -> None:
    async with open_world(tmp_path, policy=policy()) as world:
        world.host.late_work_by = 60.0
        settled = await silent(world, Fault.LATE_WORK)
        await world.pass_time(100)
        assert await state_of(world, settled) is State.REVERSED
        assert (world.host.effects, world.host.balances[PAYEE]) == (0, 0)


@pytest.mark.parametrize("undone", [True, False])
async def test_t08_a_refusal_to_reverse_the_unknown_means_what_the_hosts_policy_says(
    tmp_path: Path, undone: bool
) -> None:
    async with open_world(tmp_path, policy=policy(unknown_original_is_undone=undone)) as world:
        world.host.refuses_unknown_originals = True
        settled = await silent(world)
        await world.pass_time(30)
        assert await state_of(world, settled) is (State.REVERSED if undone else State.MANUAL)


@pytest.mark.parametrize("field", ["", "message_type", "reference"])
def test_t09_a_reply_is_matched_by_its_class_and_its_reference(field: str) -> None:
    manifest = next(folder.manifest for folder in discover() if folder.manifest.name == "credit")
    codec = load_records(manifest, Charset.GB18030)["repay_loan_reply"]
    sample = Path(tellerline.connectors.credit.__file__).parent / "samples" / "repay-loan.reply.dat"
    values = codec.decode(sample.read_bytes())
    if field:
        values["reply_header"][field] = "GETLOAN" if field == "message_type" else "T00000099"
    call = HostCall(reference="T00000004", channel="IVR", accepted_at="2026-03-02T10:00:00+08:00")
    connector = build_connector(manifest, VirtualClock(datetime(2026, 3, 2, tzinfo=UTC)))
    outcome = connector.parse(a_repayment(), call, codec.encode(values))
    assert isinstance(outcome, Unknown if field else Done)


async def test_t09_a_serial_is_its_channels_own(tmp_path: Path) -> None:
    counter = ChannelSettings(operations=("*",), grantless=("*",))
    settings = settings_for(channels={"COUNTER": counter, "ONLINE_BANKING": counter})
    async with open_world(tmp_path, settings=settings) as world:
        one = await world.ask(world.transfer("S1"))
        other = await world.ask(world.transfer("S1", channel="ONLINE_BANKING"))
        assert one.global_serial != other.global_serial


async def test_t10_a_late_approval_counts_before_a_reversal_is_sent(tmp_path: Path) -> None:
    async with open_world(tmp_path, policy=policy()) as world:
        settled = await silent(world)
        world.host.late(settled.global_serial, APPROVAL)
        await world.pass_time(1)
        assert await state_of(world, settled) is State.DONE
        assert asked(world, REVERSE) == 0


async def test_t10_a_late_approval_of_what_cannot_be_honoured_does_not_count(tmp_path: Path) -> None:
    async with open_world(tmp_path, policy=policy(reverse_at_once=True)) as world:
        settled = await silent(world, Fault.LOSE_REPLY, Reverse=Fault.LOSE_REQUEST)
        world.host.late(settled.global_serial, APPROVAL)
        await world.pass_time(1)
        assert await state_of(world, settled) is State.IN_DOUBT
        world.host.fault_of = faults()
        await world.pass_time(30)
        assert await state_of(world, settled) is State.REVERSED


async def test_t10_a_late_approval_behind_a_reversal_waits_for_its_answer(tmp_path: Path) -> None:
    async with open_world(tmp_path, policy=policy()) as world:
        settled = await silent(world, Reverse=Fault.LOSE_REQUEST)
        await world.pass_time(15)
        assert asked(world, REVERSE) >= 1
        world.host.late(settled.global_serial, APPROVAL)
        await world.pass_time(1)
        assert await state_of(world, settled) is State.IN_DOUBT
        world.host.fault_of = faults()
        await world.pass_time(30)
        assert await state_of(world, settled) is State.REVERSED


async def test_t11_after_a_final_state_replies_are_evidence_and_contradictions_cases(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        settled = await world.ask(world.transfer())
        world.host.late(settled.global_serial, replace(APPROVAL, host_serial=settled.host_serial))
        await world.pass_time(1)
        assert (await kinds(world, settled), await world.store.journal.doubts()) == (["late_reply"], [])
        world.host.late(settled.global_serial, Rejected(code=Code.INSUFFICIENT_FUNDS))
        await world.pass_time(1)
        assert await state_of(world, settled) is State.DONE
        assert [doubt.stage for doubt in await world.store.journal.doubts()] == [DoubtStage.MANUAL]


async def test_t13_the_amount_comes_back_once_to_its_own_day_and_the_count_does_not(tmp_path: Path) -> None:
    evening = VirtualClock(datetime(2026, 3, 2, 15, 59, 50, tzinfo=UTC))
    async with open_world(tmp_path, clock=evening, policy=policy()) as world:
        settled = await silent(world)
        assert await used(world) == LimitUsage(total=100, count=1)
        await world.pass_time(60)
        assert await state_of(world, settled) is State.REVERSED
        assert await used(world) == LimitUsage(total=0, count=1)
        world.host.late(settled.global_serial, Rejected(code=Code.INSUFFICIENT_FUNDS))
        await world.pass_time(1)
        assert await used(world) == LimitUsage(total=0, count=1)
        assert await used(world, "2026-03-03") == LimitUsage(total=0, count=0)


async def test_t14_a_refund_is_a_transaction_of_its_own(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        paid = await world.ask(world.transfer())
        request = world.transfer()
        assert isinstance(request.command, CreateTransfer)
        back = replace(request.command, debit_account=PAYEE, credit_account=ACCOUNT)
        refund = await world.ask(replace(request, command=back))
        assert refund.global_serial != paid.global_serial
        assert [await state_of(world, each) for each in (paid, refund)] == [State.DONE] * 2
        assert await used(world) == LimitUsage(total=100, count=1)
        assert asked(world, REVERSE) == 0
        undone = await silent(world)
        await world.pass_time(60)
        assert await state_of(world, undone) is State.REVERSED
        with pytest.raises(RefusalError) as refused:
            await world.ask(world.transfer(undone.channel_serial))
        assert refused.value.code is Code.REVERSED


async def test_t15_a_reversal_on_another_day_is_an_adjustment() -> None:
    core_books = fresh_books()
    core_books.transfer("10", "R1")
    await core_books.clock.advance(12 * 3600)
    undo = {"originalReference": "R1", "originalOperation": "Transfer"}
    core_books.ask("ReverseTransaction", "R1R", **undo)
    account = core_books.host.ledger.account("A")
    assert (account.entries[-1].booking_date, account.entries[-1].transaction.kind) == ("2026-11-23", "ADJUSTMENT")
    assert (account.closing("2026-11-22"), account.balance) == (99_000, 100_000)


async def lived(life: Life, folder: Path) -> str:
    """From its request until nothing is open; how it ended."""
    async with opened("", folder, "") as store:
        world = life.world(folder, store)
        await world.run(world.gateway.start())
        await world.outcomes([life.request])
        await heal(life, world, store)
        await world.run(world.gateway.close())
        world.close_log()
        return await judge(life, store)


@pytest.mark.parametrize(
    ("fault", "end", "undoes"),
    [
        (WireFault.LOST_REPLY, "DONE", False),
        (WireFault.LOST_REQUEST, "DONE", False),
        (WireFault.REFUSED, "REVERSED", True),
    ],
)
async def test_t12_what_is_debited_comes_back_after_a_definite_failure_only(
    tmp_path: Path, fault: WireFault, end: str, undoes: bool
) -> None:
    life = await Life.begin("securities.TransferToSecurities")
    strike = Strike(1, fault)
    life.bench.strike(strike)
    assert await lived(life, tmp_path) == end
    assert strike.seen[:2] == ["settlement.DebitAccount", "securities.DepositFunds"]
    assert (REVERSE in strike.seen) is undoes
