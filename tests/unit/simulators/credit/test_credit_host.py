"""The credit host over its queue, asked with records packed by hand."""

from __future__ import annotations

import pytest
from record_caller import HEADER, RecordCaller, RecordReply, amount_digits, read_record, request_record

from tellerline.adapters.exchange import Fate
from tellerline.simulators.bank import SimulatedBank
from tellerline.simulators.core.register import AccountStatus, LossReport
from tellerline.simulators.credit.loans import Loan


def key(loan: Loan) -> tuple[tuple[str, int], tuple[str, int]]:
    return (loan.number, 24), (loan.account, 32)


async def repay(
    records: RecordCaller, loan: Loan, minor: int, reference: str = "R1", currency: str = "USD"
) -> RecordReply:
    return await records.ask("REPAYLN", reference, *key(loan), currency, amount_digits(minor))


async def inquire(records: RecordCaller, reference: str) -> RecordReply:
    return await records.ask("INQUIRE", "Q1", (reference, 32), ("REPAYLN", 8), ("", 32))


async def reverse(
    records: RecordCaller, reference: str, original: str, account: str = "", minor: int = 0
) -> RecordReply:
    amount = ("Y" if minor else "N") + ("USD" if minor else "   ") + amount_digits(minor)
    return await records.ask("REVERSE", reference, (original, 32), ("REPAYLN", 8), (account, 32), amount)


async def test_echo(records: RecordCaller) -> None:
    reply = await records.ask("ECHO", "R1")
    assert reply[:4] == ("ECHO", "R1", "OK", "0000")
    assert reply.accounting_date == "20260302"
    assert reply.rest.decode().strip() == "credit-simulator 1"


async def test_loan(records: RecordCaller, loan: Loan) -> None:
    reply = await records.ask("GETLOAN", "R1", *key(loan))
    assert reply.status == "OK"
    text = reply.rest[56:116].decode("gb18030").rstrip()
    assert text == "欧阳若曦"
    figures = reply.rest[116:].decode()
    assert figures.startswith("USD" + amount_digits(1_200_000) * 2 + "0120000P20260215012000")
    assert figures.endswith("20260315" + amount_digits(112_000) + "R")


async def test_instalments_by_page(records: RecordCaller, loan: Loan) -> None:
    await repay(records, loan, 112_000)
    reply = await records.ask("LISTINST", "R2", *key(loan), "000", "05")
    assert reply.rest[24:30] == b"USDY05"
    assert reply.rest[30:78].decode() == "00120260315" + amount_digits(100_000) + amount_digits(12_000) + "Y"
    assert reply.rest[78:81] == b"002"
    assert reply.rest[125:126] == b"N"
    last = await records.ask("LISTINST", "R3", *key(loan), "011", "20")
    assert last.rest[24:33] == b"USDN01012"
    none = await records.ask("LISTINST", "R4", *key(loan), "012", "20")
    assert none.rest[24:30] == b"USDN00"


async def test_repayment_books_interest_first(records: RecordCaller, loan: Loan, simulated_bank: SimulatedBank) -> None:
    reply = await repay(records, loan, 50_000)
    assert reply.status == "OK"
    assert reply.rest[24:63].decode() == "USD" + amount_digits(1_162_000) + amount_digits(9_950_000)
    ledger = simulated_bank.ledger
    assert ledger.account(loan.account).balance == 9_950_000
    assert ledger.account(loan.number).balance == -1_162_000
    assert ledger.account("LOAN-INTEREST-USD").balance == 12_000
    assert not any(ledger.trial_balance().values())


async def test_repayment_is_idempotent_and_can_be_inquired(records: RecordCaller, loan: Loan) -> None:
    first = await repay(records, loan, 50_000)
    assert await repay(records, loan, 50_000) == first
    assert (await repay(records, loan, 50_001)).code == "1401"
    found = await inquire(records, "R1")
    assert found.rest[:13] == b"YREPAYLN OK  "
    assert first.serial.encode() in found.rest
    assert amount_digits(9_950_000).encode() in found.rest
    assert (await inquire(records, "R9")).rest[:1] == b"N"


async def test_reversal_gives_the_money_and_the_debt_back(
    records: RecordCaller, loan: Loan, simulated_bank: SimulatedBank
) -> None:
    await repay(records, loan, 50_000)
    assert (await reverse(records, "V0", "R1", minor=49_999)).code == "1405"
    undone = await reverse(records, "V1", "R1", loan.account, 50_000)
    assert (undone.status, undone.rest) == ("OK", b"Y")
    assert await reverse(records, "V1", "R1", loan.account, 50_000) == undone
    assert (await reverse(records, "V2", "R1")).code == "1403"
    assert simulated_bank.ledger.account(loan.account).balance == 10_000_000
    assert simulated_bank.credit.host.loans.find(loan.number, loan.account).repaid == 0
    assert (await inquire(records, "R1")).rest[121:122] == b"Y"


async def test_reversal_before_the_repayment_refuses_it(records: RecordCaller, loan: Loan) -> None:
    assert (await reverse(records, "V1", "R1")).rest == b"N"
    assert (await repay(records, loan, 100)).code == "1402"
    assert (await inquire(records, "R1")).rest[:21] == b"YREPAYLN REJECTED1402"


@pytest.mark.parametrize(
    ("minor", "currency", "code"),
    [(0, "USD", "2007"), (-5, "USD", "2007"), (1_278_001, "USD", "2004"), (100, "CNY", "2006")],
)
async def test_refuses_amounts(records: RecordCaller, loan: Loan, minor: int, currency: str, code: str) -> None:
    reply = await repay(records, loan, minor, currency=currency)
    assert (reply.status, reply.code) == ("REJECTED", code)
    assert not reply.rest[:27].strip()


async def test_whole_debt_then_nothing_more(records: RecordCaller, loan: Loan) -> None:
    assert (await repay(records, loan, 1_278_000)).status == "OK"
    assert (await repay(records, loan, 1, "R2")).code == "2003"
    assert (await records.ask("GETLOAN", "R3", *key(loan))).rest.endswith(b"00000000" + b"+" + b"0" * 17 + b"P")


async def test_refuses_strange_loans_and_blocked_accounts(
    records: RecordCaller, loan: Loan, simulated_bank: SimulatedBank
) -> None:
    assert (await records.ask("GETLOAN", "R1", ("DK-NONE", 24), (loan.account, 32))).code == "2001"
    assert (await records.ask("GETLOAN", "R2", (loan.number, 24), ("1", 32))).code == "2002"
    core = simulated_bank.core.host
    core.ledger.hold("h", loan.account, 10_000_000)
    assert (await repay(records, loan, 100, "R3")).code == "2005"
    core.register.set_status(loan.account, AccountStatus.FROZEN)
    assert (await repay(records, loan, 100, "R4")).code == "2009"
    core.register.set_status(loan.account, AccountStatus.ACTIVE)
    kind = core.register.account(loan.account).kind
    report = LossReport(account=loan.account, kind=kind, report_number="L", reported_at=core.calendar.instant())
    core.register.losses.put(loan.account, report)
    assert (await repay(records, loan, 100, "R5")).code == "2008"


async def test_unreadable_requests_get_the_failure_record(records: RecordCaller) -> None:
    good = request_record("ECHO", "R1")
    for bad in (good[:-1], b"NOSUCH  " + good[8:], good[:8] + b"02" + good[10:], b"\xff" * 20, good[:-4] + b"12x4"):
        answer = await records.send(bad)
        assert answer.fate is Fate.REPLIED
        assert len(answer.body) == HEADER
        reply = read_record(answer.body)
        assert (reply.message_type, reply.status, reply.code) == ("FAILURE", "REJECTED", "9003")


async def test_remembers_requests_masked(records: RecordCaller, loan: Loan, simulated_bank: SimulatedBank) -> None:
    await repay(records, loan, 100, "R6")
    (request,) = simulated_bank.credit.received.newest(1)
    assert (request.operation, request.reference) == ("RepayLoan", "R6")
    assert request.fields["ACCOUNT"] == f"{loan.account[:6]}******{loan.account[-4:]}"
