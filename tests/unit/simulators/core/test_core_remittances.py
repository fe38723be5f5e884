"""Interbank remittances and PIN changes at the core host."""

from __future__ import annotations

from typing import Any

import pytest
from core_books import CoreBooks

from tellerline.simulators.core.messages import PinChangeResult, RemittanceResult
from tellerline.simulators.core.remittances import fee_of
from tellerline.simulators.soap.messages import Reply, ReversalResult


def remit(books: CoreBooks, value: str = "100.00", reference: str = "R1", **fields: str) -> Reply[Any]:
    asked = {
        "debitAccount": "A",
        "creditBank": "102100099996",
        "creditAccount": "62",
        "creditName": "王五",
        "purpose": "货款",
        "urgent": "false",
        **fields,
    }
    return books.ask("Remit", reference, amount__value=value, **{"amount__currency": "CNY", **asked})


def change(books: CoreBooks, new: str, reference: str = "", **fields: str) -> Reply[Any]:
    return books.ask("ChangePin", reference, account="A", newPin=new, **fields)


def test_a_remittance_goes_out_with_its_fee(core_books: CoreBooks) -> None:
    reply = remit(core_books)
    assert isinstance(reply.result, RemittanceResult)
    assert (reply.result.fee, reply.result.balance_after) == (550, 100_000 - 10_000 - 550)
    assert core_books.balance("SETTLE-REMITTANCE-CNY") == 10_000
    assert core_books.balance("FEES-CNY") == 550
    assert remit(core_books) is reply


@pytest.mark.parametrize(
    ("amount", "urgent", "fee"),
    [
        (1, False, 550),
        (10_000_00, True, 715),
        (10_000_01, False, 10_50),
        (2_000_000_00, False, 40_00),
        (10**10, False, 200_00),
    ],
)
def test_fees(amount: int, urgent: bool, fee: int) -> None:
    assert fee_of(amount, urgent=urgent) == fee


@pytest.mark.parametrize(
    ("value", "fields", "code"),
    [
        ("994.51", {}, "1005"),
        ("0", {}, "1009"),
        ("1.001", {}, "1009"),
        ("1", {"amount__currency": "USD"}, "1006"),
        ("1", {"creditBank": "999100000000"}, "1011"),
        ("1", {"debitAccount": "X"}, "1001"),
    ],
)
def test_refuses(core_books: CoreBooks, value: str, fields: dict[str, str], code: str) -> None:
    assert remit(core_books, value, **fields).host_code == code
    assert core_books.balance("A") == 100_000


def test_a_remittance_is_undone_with_its_fee(core_books: CoreBooks) -> None:
    remit(core_books)
    undo = {"originalReference": "R1", "originalOperation": "Remit", "originalAccount": "A"}
    reversal = core_books.ask("ReverseTransaction", "V1", amount__value="100.00", amount__currency="CNY", **undo)
    assert reversal.result == ReversalResult(True)
    assert core_books.balance("A") == 100_000
    assert core_books.balance("SETTLE-REMITTANCE-CNY") == 0


def test_a_returned_remittance_comes_in_without_the_fee(core_books: CoreBooks) -> None:
    remit(core_books)
    sent = core_books.host.references.find("R1")
    assert sent is not None
    assert sent.transaction is not None
    core_books.host.branch.return_remittance(sent.transaction, "户名不符")
    entry = core_books.host.ledger.account("A").entries[-1]
    assert (entry.amount, entry.transaction.kind, entry.transaction.narrative) == (
        10_000,
        "REMITTANCE_RETURN",
        "户名不符",
    )
    assert core_books.balance("SETTLE-REMITTANCE-CNY") == 0
    assert core_books.balance("A") == 100_000 - 550


def test_a_changed_pin_is_the_pin(core_books: CoreBooks) -> None:
    assert isinstance(change(core_books, "135791", oldPin="246810").result, PinChangeResult)
    assert core_books.ask("VerifyPin", account="A", pin="246810").host_code == "1201"
    assert core_books.ask("VerifyPin", account="A", pin="135791").done


@pytest.mark.parametrize(
    ("new", "fields", "code"),
    [("246810", {}, "1204"), ("1357", {}, "1204"), ("135791", {"oldPin": "1"}, "1201")],
)
def test_a_pin_that_is_not_changed(core_books: CoreBooks, new: str, fields: dict[str, str], code: str) -> None:
    assert change(core_books, new, **fields).host_code == code
    assert core_books.ask("VerifyPin", account="A", pin="246810").done


def test_wrong_old_pins_lock_and_a_new_one_unlocks(core_books: CoreBooks) -> None:
    codes = [change(core_books, "135791", oldPin="1").host_code for _ in range(4)]
    assert codes == ["1201", "1201", "1202", "1202"]
    assert change(core_books, "135791").done
    assert core_books.ask("VerifyPin", account="A", pin="135791").done


def test_a_pin_change_is_not_reversed_but_kept_from_being_done(core_books: CoreBooks) -> None:
    change(core_books, "135791", "R1")
    undo = {"originalOperation": "ChangePin"}
    assert core_books.ask("ReverseTransaction", "V1", originalReference="R1", **undo).host_code == "1404"
    unknown = core_books.ask("ReverseTransaction", "V2", originalReference="R2", **undo)
    assert unknown.result == ReversalResult(False)
    assert change(core_books, "975310", "R2").host_code == "1402"
