"""Cash at the core host: terminals with books of their own, the day's figure, and what did not come out."""

from __future__ import annotations

from typing import Any

import pytest
from core_books import CoreBooks

from tellerline.simulators.core.messages import TransferResult
from tellerline.simulators.core.register import AccountStatus
from tellerline.simulators.soap.messages import OriginalResult, Reply, ReversalResult

TILL = "CASH-ATM1-CNY"


@pytest.fixture
def rich(core_books: CoreBooks) -> CoreBooks:
    """Account A with 101,000.00."""
    core_books.host.branch.post("A", 100_000_00, kind="CASH_DEPOSIT")
    return core_books


def withdraw(books: CoreBooks, value: str = "200.00", reference: str = "", **fields: str) -> Reply[Any]:
    asked = {"account": "A", "terminal": "ATM1", "amount__currency": "CNY", **fields}
    return books.ask("WithdrawCash", reference, amount__value=value, **asked)


def give_back(books: CoreBooks, value: str, original: str = "W1", reference: str = "", **fields: str) -> Reply[Any]:
    asked = {"account": "A", "terminal": "ATM1", "amount__currency": "CNY", "originalReference": original, **fields}
    return books.ask("ReturnCash", reference, amount__value=value, **asked)


def reverse(books: CoreBooks, original: str = "W1", reference: str = "", **fields: str) -> Reply[Any]:
    asked = {"originalReference": original, "originalOperation": "WithdrawCash", **fields}
    return books.ask("ReverseTransaction", reference, **asked)


def counted(books: CoreBooks) -> int:
    return books.host.cash.withdrawn("A", books.host.calendar.accounting_date())


def test_cash_goes_out_of_the_terminals_own_books(rich: CoreBooks) -> None:
    reply = withdraw(rich, reference="W1")
    assert isinstance(reply.result, TransferResult)
    assert reply.result.balance_after == rich.balance("A") == 101_000_00 - 200_00
    assert rich.balance(TILL) == 200_00
    entry = rich.host.ledger.account("A").entries[-1]
    assert (entry.counterparty_account, entry.transaction.kind) == (TILL, "CASH_WITHDRAWAL")
    assert withdraw(rich, terminal="ATM2").done
    assert rich.balance("CASH-ATM2-CNY") == 200_00


def test_a_reference_counts_once_and_stands_for_nothing_else(rich: CoreBooks) -> None:
    first = withdraw(rich, reference="W1")
    assert [withdraw(rich, reference="W1") for _ in range(3)] == [first] * 3
    assert withdraw(rich, "300.00", reference="W1").host_code == "1401"
    assert withdraw(rich, reference="W1", terminal="ATM2").host_code == "1401"
    assert rich.balance(TILL) == counted(rich) == 200_00
    original = rich.ask("InquireTransaction", originalReference="W1", originalOperation="WithdrawCash").result
    assert isinstance(original, OriginalResult)
    assert original.original == first


@pytest.mark.parametrize(
    ("value", "fields", "code"),
    [
        ("100.00", {"account": "X"}, "1001"),
        ("100.00", {"account": "B"}, "1005"),
        ("100.00", {"amount__currency": "USD"}, "1006"),
        ("0", {}, "1009"),
        ("0.001", {}, "1009"),
        ("5000.01", {}, "1012"),
    ],
)
def test_refuses(rich: CoreBooks, value: str, fields: dict[str, str], code: str) -> None:
    assert withdraw(rich, value, **fields).host_code == code
    assert rich.balance("A") == 101_000_00


def test_a_day_holds_twenty_thousand_and_not_a_fen_more(rich: CoreBooks) -> None:
    assert [withdraw(rich, "5000.00").host_code for _ in range(4)] == ["0000"] * 4
    assert withdraw(rich, "0.01").host_code == "1013"


def test_a_reversal_gives_everything_back_once(rich: CoreBooks) -> None:
    withdraw(rich, "5000.00", "W1")
    undone = reverse(rich, reference="W1R", originalAccount="A", amount__currency="CNY", amount__value="5000.00")
    assert undone.result == ReversalResult(True)
    assert (rich.balance("A"), rich.balance(TILL), counted(rich)) == (101_000_00, 0, 0)
    assert (
        reverse(rich, reference="W1R", originalAccount="A", amount__currency="CNY", amount__value="5000.00") is undone
    )
    assert reverse(rich, reference="W1S").host_code == "1403"
    assert give_back(rich, "1.00").host_code == "1403"
    assert (rich.balance("A"), rich.balance(TILL), counted(rich)) == (101_000_00, 0, 0)


def test_a_reversal_that_comes_first_keeps_the_withdrawal_from_being_done(rich: CoreBooks) -> None:
    assert reverse(rich).result == ReversalResult(False)
    assert withdraw(rich, reference="W1").host_code == "1402"
    assert rich.balance("A") == 101_000_00


def test_the_part_that_did_not_come_out_goes_back_once(rich: CoreBooks) -> None:
    withdraw(rich, "500.00", "W1")
    back = give_back(rich, "300.00", reference="B1")
    assert isinstance(back.result, TransferResult)
    assert (back.result.balance_after, rich.balance(TILL), counted(rich)) == (101_000_00 - 200_00, 200_00, 200_00)
    assert rich.host.ledger.account("A").entries[-1].transaction.kind == "CASH_RETURN"
    assert give_back(rich, "300.00", reference="B1") is back
    assert give_back(rich, "100.00").host_code == "1403"
    assert reverse(rich).host_code == "1405"
    assert (rich.balance(TILL), counted(rich)) == (200_00, 200_00)


@pytest.mark.parametrize(
    ("value", "fields", "code"),
    [
        ("500.00", {}, "1405"),
        ("500.01", {}, "1405"),
        ("100.00", {"account": "B"}, "1405"),
        ("100.00", {"terminal": "ATM2"}, "1405"),
        ("100.00", {"amount__currency": "USD"}, "1405"),
        ("-1.00", {}, "1009"),
    ],
)
def test_what_is_no_part_is_not_given_back(rich: CoreBooks, value: str, fields: dict[str, str], code: str) -> None:
    withdraw(rich, "500.00", "W1")
    assert give_back(rich, value, **fields).host_code == code
    assert rich.balance(TILL) == 500_00


def test_nothing_is_given_back_of_what_was_not_withdrawn(rich: CoreBooks) -> None:
    assert give_back(rich, "1.00").host_code == "1014"
    assert withdraw(rich, reference="W1").host_code == "1402"
    assert withdraw(rich, "5000.01", "W2").host_code == "1012"
    assert give_back(rich, "1.00", "W2").host_code == "1014"


async def test_a_later_day_keeps_its_own_figure(rich: CoreBooks) -> None:
    first = rich.host.calendar.accounting_date()
    withdraw(rich, "5000.00", "W1")
    withdraw(rich, "500.00", "W2")
    await rich.clock.advance(86_400.0)
    withdraw(rich, "1000.00", "W3")
    reverse(rich)
    give_back(rich, "200.00", "W2")
    assert rich.host.cash.withdrawn("A", first) == 300_00
    assert counted(rich) == 1_000_00
    assert rich.host.ledger.account("A").entries[-2].transaction.kind == "ADJUSTMENT"


def test_a_frozen_account_gets_back_what_did_not_come_out(rich: CoreBooks) -> None:
    withdraw(rich, "500.00", "W1")
    rich.host.register.set_status("A", AccountStatus.FROZEN)
    assert withdraw(rich).host_code == "1003"
    assert give_back(rich, "100.00").done


def test_forgets_with_its_books(rich: CoreBooks) -> None:
    rich.host.snapshot()
    rich.host.ledger.snapshot()
    withdraw(rich, "500.00", "W1")
    give_back(rich, "100.00", reference="B1")
    rich.host.reset()
    rich.host.ledger.reset()
    assert counted(rich) == 0
    assert withdraw(rich, "400.00", "W1").done
    assert reverse(rich).result == ReversalResult(True)
