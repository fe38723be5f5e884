"""Transfers at the core host: what is checked, what is booked, and that a reference counts once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from core_books import CoreBooks

from tellerline.simulators.core.messages import Reply, TransferResult
from tellerline.simulators.core.register import AccountStatus
from tellerline.simulators.soap.messages import OriginalResult, ReversalResult


def test_moves_money_between_accounts(core_books: CoreBooks) -> None:
    reply = core_books.transfer("12.50", creditName="李四", narrative="午饭")
    assert reply.done
    assert isinstance(reply.result, TransferResult)
    assert reply.result.balance_after == 98_750
    assert reply.accounting_date == "2026-11-22"
    assert core_books.balance("B") == 1_250
    entry = core_books.host.ledger.account("B").entries[-1]
    assert (entry.counterparty_account, entry.counterparty_name) == ("A", "张三")


def test_other_banks_are_reached_through_the_nostro(core_books: CoreBooks) -> None:
    reply = core_books.transfer("10", creditBank="ICBC", creditAccount="777", kind="OTHER_BANK")
    assert reply.done
    assert core_books.balance("NOSTRO-CNY") == 1_000
    assert core_books.host.ledger.account("A").entries[-1].counterparty_account == "ICBC/777"


@pytest.mark.parametrize(
    ("value", "fields", "code"),
    [
        ("1", {"debitAccount": "X"}, "1001"),
        ("1000.01", {}, "1005"),
        ("1", {"amount__currency": "USD"}, "1006"),
        ("1", {"creditAccount": "X"}, "1007"),
        ("1", {"kind": "OTHER_BANK"}, "1007"),
        ("1", {"creditName": "王五"}, "1008"),
        ("0", {}, "1009"),
        ("-1", {}, "1009"),
        ("0.001", {}, "1009"),
        ("1", {"creditAccount": "A"}, "1010"),
    ],
)
def test_refuses(core_books: CoreBooks, value: str, fields: dict[str, str], code: str) -> None:
    assert core_books.transfer(value, **fields).host_code == code
    assert core_books.balance("A") == 100_000


@pytest.mark.parametrize(("status", "code"), [(AccountStatus.CLOSED, "1002"), (AccountStatus.FROZEN, "1003")])
def test_status_decides(core_books: CoreBooks, status: AccountStatus, code: str) -> None:
    core_books.host.register.set_status("A", status)
    assert core_books.transfer("1").host_code == code


def test_overdraft_facility_may_be_used_up(core_books: CoreBooks) -> None:
    core_books.host.ledger.set_overdraft("A", 5_000)
    assert core_books.transfer("1050").done
    assert core_books.balance("A") == -5_000
    assert core_books.transfer("0.01").host_code == "1005"


def test_same_reference_same_content_is_one_transfer(core_books: CoreBooks) -> None:
    first = core_books.transfer("10.0", "R1")
    assert core_books.transfer("10.00", "R1") is first
    assert core_books.balance("A") == 99_000


def test_a_refusal_is_repeated_too(core_books: CoreBooks) -> None:
    refused = core_books.transfer("2000", "R1")
    core_books.host.branch.post("A", 500_000, kind="SALARY")
    assert core_books.transfer("2000", "R1") is refused


def test_same_reference_other_content_is_refused(core_books: CoreBooks) -> None:
    first = core_books.transfer("10", "R1")
    assert core_books.transfer("11", "R1").host_code == "1401"
    assert core_books.ask("ReportLoss", "R1", account="A", kind="CARD").host_code == "1401"
    assert core_books.transfer("10", "R1") is first


def test_inquiry_tells_the_original_reply(core_books: CoreBooks) -> None:
    first = core_books.transfer("10", "R1")
    core_books.transfer("5", "R2")
    found = inquire(core_books, "R1")
    assert (found.operation, found.original, found.reversed) == ("Transfer", first, False)
    assert inquire(core_books, "R9").original is None


def test_reversal_is_whole_and_idempotent(core_books: CoreBooks) -> None:
    core_books.transfer("10", "R1")
    first = reverse(core_books, "V1", "R1", originalAccount="A", amount__currency="CNY", amount__value="10.00")
    assert first.result == ReversalResult(True)
    assert reverse(core_books, "V1", "R1", originalAccount="A", amount__currency="CNY", amount__value="10.00") is first
    assert core_books.balance("A") == 100_000
    assert inquire(core_books, "R1").reversed
    assert reverse(core_books, "V2", "R1").host_code == "1403"


def test_reversal_before_the_original_leaves_a_tombstone(core_books: CoreBooks) -> None:
    assert reverse(core_books, "V1", "R1").result == ReversalResult(False)
    assert core_books.transfer("10", "R1").host_code == "1402"
    assert core_books.balance("A") == 100_000
    found = inquire(core_books, "R1")
    assert found.original is not None
    assert (found.operation, found.original.host_code) == ("Transfer", "1402")


def test_nothing_to_reverse_where_the_original_was_refused(core_books: CoreBooks) -> None:
    core_books.transfer("2000", "R1")
    assert reverse(core_books, "V1", "R1").result == ReversalResult(False)


@pytest.mark.parametrize("more", [{"originalAccount": "B"}, {"amount__currency": "CNY", "amount__value": "9"}])
def test_reversal_must_match(core_books: CoreBooks, more: dict[str, str]) -> None:
    core_books.transfer("10", "R1")
    assert reverse(core_books, "V1", "R1", **more).host_code == "1405"
    assert core_books.balance("A") == 99_000


def test_loss_reports_cannot_be_reversed(core_books: CoreBooks) -> None:
    core_books.ask("ReportLoss", "R1", account="A", kind="CARD")
    assert reverse(core_books, "V1", "R1", originalOperation="ReportLoss").host_code == "1404"


async def test_reversal_after_cut_over_is_an_adjustment_of_the_new_day(core_books: CoreBooks) -> None:
    core_books.transfer("10", "R1")
    await core_books.clock.advance(12 * 3600)
    reverse(core_books, "V1", "R1")
    entry = core_books.host.ledger.account("A").entries[-1]
    assert (entry.booking_date, entry.transaction.kind) == ("2026-11-23", "ADJUSTMENT")
    assert core_books.host.ledger.account("A").closing("2026-11-22") == 99_000


def test_refuses_to_book_before_what_is_booked(core_books: CoreBooks) -> None:
    core_books.clock.jump_to(datetime(2026, 1, 1, tzinfo=UTC))
    core_books.host.calendar.restart()
    assert core_books.transfer("1").host_code == "9999"
    assert core_books.balance("A") == 100_000


def inquire(books: CoreBooks, reference: str) -> OriginalResult:
    result = books.ask("InquireTransaction", originalReference=reference, originalOperation="Transfer").result
    assert isinstance(result, OriginalResult)
    return result


def reverse(books: CoreBooks, reference: str, original: str, **more: str) -> Reply:
    fields = {"originalReference": original, "originalOperation": "Transfer", **more}
    return books.ask("ReverseTransaction", reference, **fields)
