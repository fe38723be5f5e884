"""Loss reports and PINs at the core host."""

from __future__ import annotations

import pytest
from core_books import CoreBooks

from tellerline.simulators.core.messages import AccountResult, LossResult, Reply
from tellerline.simulators.core.register import LossState
from tellerline.simulators.hosting.codes import RefusedError

DAY = 24 * 3600


def test_blocks_at_once_but_lets_credits_in(core_books: CoreBooks) -> None:
    assert core_books.ask("ReportLoss", account="A", kind="CARD").done
    assert core_books.ask("GetBalance", account="A").host_code == "1004"
    assert statement(core_books).host_code == "1004"
    assert core_books.transfer("1").host_code == "1004"
    described = core_books.ask("DescribeAccount", account="A").result
    assert isinstance(described, AccountResult)
    assert described.status == "REPORTED_LOST"
    core_books.host.branch.post("B", 1_000, kind="CASH_DEPOSIT")
    assert core_books.transfer("1", debitAccount="B", creditAccount="A").done


async def test_lapses_by_itself_after_five_days(core_books: CoreBooks) -> None:
    core_books.ask("ReportLoss", account="A", kind="CARD")
    await core_books.clock.advance(5 * DAY - 1)
    assert core_books.ask("GetBalance", account="A").host_code == "1004"
    await core_books.clock.advance(1)
    assert core_books.ask("GetBalance", account="A").done
    assert newest(core_books) is LossState.LAPSED
    assert core_books.ask("ReportLoss", account="A", kind="CARD").done


async def test_formalised_it_stays_until_the_branch_lifts_it(core_books: CoreBooks) -> None:
    core_books.ask("ReportLoss", account="A", kind="CARD")
    core_books.host.branch.formalise_loss("A")
    await core_books.clock.advance(30 * DAY)
    assert core_books.ask("GetBalance", account="A").host_code == "1004"
    assert newest(core_books) is LossState.FORMALISED
    core_books.host.branch.lift_loss("A")
    assert core_books.ask("GetBalance", account="A").done
    assert newest(core_books) is LossState.LIFTED
    with pytest.raises(RefusedError, match="1102"):
        core_books.host.branch.lift_loss("A")


def test_refuses_a_second_report_another_kind_and_an_unknown_account(core_books: CoreBooks) -> None:
    assert core_books.ask("ReportLoss", account="A", kind="PASSBOOK").host_code == "1103"
    assert core_books.ask("GetLossReport", account="A").host_code == "1102"
    first = core_books.ask("ReportLoss", "R1", account="A", kind="ACCOUNT")
    assert first.done
    assert core_books.ask("ReportLoss", "R1", account="A", kind="ACCOUNT") is first
    assert core_books.ask("ReportLoss", "R2", account="A", kind="CARD").host_code == "1101"
    assert core_books.ask("ReportLoss", account="X", kind="CARD").host_code == "1001"


def test_three_wrong_pins_in_a_row_lock(core_books: CoreBooks) -> None:
    codes = [core_books.ask("VerifyPin", account="A", pin=pin).host_code for pin in ("1", "2", "246810", "1", "2", "3")]
    assert codes == ["1201", "1201", "0000", "1201", "1201", "1202"]
    assert core_books.ask("VerifyPin", account="A", pin="246810").host_code == "1202"
    core_books.host.register.set_pin("A", "135790")
    assert core_books.ask("VerifyPin", account="A", pin="135790").done
    core_books.host.register.set_pin("A", "1234")
    assert core_books.ask("VerifyPin", account="A", pin="1234").host_code == "1203"


def test_reset_forgets_reports_pins_and_references(core_books: CoreBooks) -> None:
    host = core_books.host
    for part in (host.ledger, host):
        part.snapshot()
    core_books.ask("ReportLoss", "R1", account="A", kind="CARD")
    core_books.ask("VerifyPin", account="B", pin="000000")
    for part in (host.ledger, host):
        part.reset()
    assert core_books.ask("GetBalance", account="A").done
    assert host.register.account("B").pin_failures == 0
    assert host.references.find("R1") is None


def newest(books: CoreBooks) -> LossState:
    result = books.ask("GetLossReport", account="A").result
    assert isinstance(result, LossResult)
    return result.report.state_at(books.clock.now())


def statement(books: CoreBooks) -> Reply:
    return books.ask(
        "ListStatementEntries",
        account="A",
        fromDate="2026-01-01",
        toDate="2026-12-31",
        afterSequence="0",
        limit="10",
    )
