"""Settlement bookings at the core host: one side each, against the settlement account of purpose and currency."""

from __future__ import annotations

from typing import Any

import pytest
from core_books import CoreBooks

from tellerline.simulators.core.messages import TransferResult
from tellerline.simulators.core.register import AccountStatus
from tellerline.simulators.soap.messages import OriginalResult, Reply, ReversalResult


def settle(books: CoreBooks, operation: str, value: str = "10.00", reference: str = "", **fields: str) -> Reply[Any]:
    asked = {"account": "A", "purpose": "FX", "amount__currency": "CNY", **fields}
    return books.ask(operation, reference, amount__value=value, **asked)


def test_a_debit_and_a_credit_meet_in_the_settlement_account(core_books: CoreBooks) -> None:
    reply = settle(core_books, "DebitAccount", counterparty="ZQ1", narrative="购汇")
    assert isinstance(reply.result, TransferResult)
    assert reply.result.balance_after == core_books.balance("A") == 99_000
    assert core_books.balance("SETTLE-FX-CNY") == 1_000
    entry = core_books.host.ledger.account("A").entries[-1]
    assert (entry.counterparty_account, entry.transaction.kind) == ("ZQ1", "SETTLEMENT")
    assert settle(core_books, "CreditAccount", account="B", name="李四").done
    assert core_books.balance("B") == 1_000
    assert core_books.balance("SETTLE-FX-CNY") == 0


@pytest.mark.parametrize(
    ("operation", "value", "fields", "code"),
    [
        ("DebitAccount", "1", {"account": "X"}, "1001"),
        ("DebitAccount", "1000.01", {}, "1005"),
        ("DebitAccount", "1", {"amount__currency": "USD"}, "1006"),
        ("DebitAccount", "0", {}, "1009"),
        ("DebitAccount", "0.001", {}, "1009"),
        ("CreditAccount", "1", {"account": "X"}, "1001"),
        ("CreditAccount", "1", {"name": "王五"}, "1008"),
        ("CreditAccount", "-1", {}, "1009"),
    ],
)
def test_refuses(core_books: CoreBooks, operation: str, value: str, fields: dict[str, str], code: str) -> None:
    assert settle(core_books, operation, value, **fields).host_code == code
    assert core_books.balance("A") == 100_000


def test_a_frozen_account_may_be_paid_into_and_a_closed_one_may_not(core_books: CoreBooks) -> None:
    core_books.host.register.set_status("A", AccountStatus.FROZEN)
    assert settle(core_books, "DebitAccount").host_code == "1003"
    assert settle(core_books, "CreditAccount").done
    core_books.host.register.set_status("A", AccountStatus.CLOSED)
    assert settle(core_books, "CreditAccount").host_code == "1002"


@pytest.mark.parametrize("operation", ["DebitAccount", "CreditAccount"])
def test_a_leg_counts_once_can_be_asked_for_and_taken_back(core_books: CoreBooks, operation: str) -> None:
    first = settle(core_books, operation, reference="R1")
    assert settle(core_books, operation, reference="R1") is first
    assert settle(core_books, operation, "11", reference="R1").host_code == "1401"
    about = {"originalReference": "R1", "originalOperation": operation}
    assert core_books.ask("ReverseTransaction", **about, originalAccount="B").host_code == "1405"
    undone = core_books.ask("ReverseTransaction", **about, originalAccount="A")
    assert undone.result == ReversalResult(True)
    assert core_books.ask("InquireTransaction", **about).result == OriginalResult(
        operation=operation, original=first, reversed=True
    )
    assert core_books.balance("A") == 100_000
    assert core_books.balance("SETTLE-FX-CNY") == 0
