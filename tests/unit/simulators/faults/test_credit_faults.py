"""The same faults at the credit host, seen over its queue on a clock that only the test moves."""

from __future__ import annotations

import asyncio

import pytest
from record_caller import RecordCaller, amount_digits, read_record, request_record

from tellerline.adapters.clock import VirtualClock
from tellerline.adapters.exchange import Exchanged, Fate
from tellerline.simulators.bank import SimulatedBank
from tellerline.simulators.credit.loans import Loan, state_of
from tellerline.simulators.faults import FaultKind, FaultRule, GarbleStyle
from tellerline.simulators.population import MAGIC_ACCOUNTS

REPAY = frozenset({"RepayLoan"})


def loan_of(bank: SimulatedBank) -> Loan:
    """A loan that is still running and whose payer has money."""
    return next(
        each
        for each in bank.credit.host.loans.all()
        if state_of(each).debt > 10_000 and bank.ledger.account(each.account).balance > 10_000
    )


def repayment(bank: SimulatedBank, reference: str = "R1") -> bytes:
    loan = loan_of(bank)
    return request_record(
        "REPAYLN", reference, (loan.number, 24), (loan.account, 32), loan.currency, amount_digits(1_00)
    )


def found(bank: SimulatedBank, reference: str = "R1") -> bool:
    return bank.credit.host.references.find(reference) is not None


def inject(bank: SimulatedBank, kind: FaultKind, **more: object) -> bytes:
    """Arm a fault; returns the request that it will strike."""
    request = repayment(bank)
    bank.credit.faults.add(FaultRule(kind=kind, operations=REPAY, count=1, **more))  # type: ignore[arg-type]
    return request


async def sending(records: RecordCaller, request: bytes) -> asyncio.Task[Exchanged]:
    """Send, and let everything happen that happens at once."""
    task = asyncio.create_task(records.send(request, patience=5.0))
    await records.clock.advance(0)
    return task


@pytest.mark.parametrize(("kind", "done"), [(FaultKind.LOSE_REQUEST, False), (FaultKind.LOSE_REPLY, True)])
async def test_lost(records: RecordCaller, simulated_bank: SimulatedBank, kind: FaultKind, done: bool) -> None:
    request = inject(simulated_bank, kind)
    task = await sending(records, request)
    await records.clock.advance(5)
    assert (await task).fate is Fate.SENT_NO_REPLY
    assert found(simulated_bank) is done
    assert (await records.send(request)).fate is Fate.REPLIED


@pytest.mark.parametrize(("kind", "before"), [(FaultKind.DELAY, False), (FaultKind.LATE_REPLY, True)])
async def test_late(records: RecordCaller, simulated_bank: SimulatedBank, kind: FaultKind, before: bool) -> None:
    task = await sending(records, inject(simulated_bank, kind, seconds=8.0))
    assert found(simulated_bank) is before
    await records.clock.advance(5)
    assert (await task).fate is Fate.SENT_NO_REPLY
    await records.clock.advance(3)
    assert found(simulated_bank)
    assert [read_record(late.body).status for late in records.unsolicited] == ["OK"]


@pytest.mark.parametrize(
    ("kind", "second"), [(FaultKind.DUPLICATE_REPLY, "OK"), (FaultKind.CONTRADICTORY_REPLY, "REJECTED")]
)
async def test_second_replies(
    records: RecordCaller, simulated_bank: SimulatedBank, kind: FaultKind, second: str
) -> None:
    reply = await records.send(inject(simulated_bank, kind))
    assert read_record(reply.body).status == "OK"
    await records.clock.advance(0)
    assert [(read_record(late.body).reference, read_record(late.body).status) for late in records.unsolicited] == [
        ("R1", second)
    ]


@pytest.mark.parametrize("style", [*GarbleStyle, None])
async def test_garbled_but_done(
    records: RecordCaller, simulated_bank: SimulatedBank, style: GarbleStyle | None
) -> None:
    request = inject(simulated_bank, FaultKind.GARBLE, style=style)
    garbled = await records.send(request)
    whole = await records.send(request)
    assert garbled.body != whole.body
    assert not garbled.body.startswith(whole.body[:100]) or len(garbled.body) < len(whole.body)
    assert found(simulated_bank)


async def test_refused(records: RecordCaller, simulated_bank: SimulatedBank) -> None:
    request = inject(simulated_bank, FaultKind.REFUSE, code="9001")
    reply = read_record((await records.send(request)).body)
    assert (reply.status, reply.code, reply.message) == ("REJECTED", "9001", "主机忙")
    assert not found(simulated_bank)


async def test_reordered(records: RecordCaller, simulated_bank: SimulatedBank) -> None:
    first = await sending(records, inject(simulated_bank, FaultKind.REORDER))
    assert not first.done()
    second = await records.send(repayment(simulated_bank, "R2"))
    assert read_record(second.body).reference == "R2"
    assert read_record((await first).body).reference == "R1"


async def test_reordered_with_nobody_behind(records: RecordCaller, simulated_bank: SimulatedBank) -> None:
    task = await sending(records, inject(simulated_bank, FaultKind.REORDER, seconds=1.0))
    await records.clock.advance(1)
    assert read_record((await task).body).reference == "R1"


async def test_crash_after_commit_answers_the_redelivery(
    records: RecordCaller, simulated_bank: SimulatedBank, bank_clock: VirtualClock
) -> None:
    loan = loan_of(simulated_bank)
    task = await sending(records, inject(simulated_bank, FaultKind.CRASH_AFTER_COMMIT, seconds=2.0))
    assert not simulated_bank.credit.up
    other = await sending(records, request_record("ECHO", "R2"))
    await bank_clock.advance(1)
    assert not task.done()
    await bank_clock.advance(1)
    assert read_record((await task).body).status == "OK"
    assert read_record((await other).body).reference == "R2"
    assert simulated_bank.credit.host.loans.find(loan.number, loan.account).repaid == loan.repaid + 1_00


async def test_magic_account_strikes_repayments(records: RecordCaller, simulated_bank: SimulatedBank) -> None:
    faulty = next(each.number for each in MAGIC_ACCOUNTS if each.fault is FaultKind.REFUSE)
    request = request_record("REPAYLN", "R1", ("DK-ANY", 24), (faulty, 32), "CNY", amount_digits(1_00))
    assert read_record((await records.send(request)).body).code == "9999"
