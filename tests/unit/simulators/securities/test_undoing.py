"""References, inquiry and reversal: money whole, orders while nothing of them is filled."""

from __future__ import annotations

from typing import Any

import pytest

from tellerline.simulators.hosting import codes as shared
from tellerline.simulators.securities import codes
from tellerline.simulators.securities.funds import BANK


def reverse(floor: Any, original: str, operation: str, **changes: Any) -> Any:
    fields = {
        "ORIGINAL_REFERENCE": original,
        "ORIGINAL_MESSAGE_TYPE": operation,
        "ORIGINAL_ACCOUNT": "",
        "AMOUNT_GIVEN": "N",
        "CURRENCY": "",
        "AMOUNT": 0,
    }
    return floor.ask("REVERSE", **(fields | changes))


def move(floor: Any, operation: str, amount: int, reference: str = "") -> Any:
    return floor.ask(operation, reference, CURRENCY="CNY", AMOUNT=amount)


def test_money_comes_from_the_bank_and_goes_back(floor: Any) -> None:
    deposit = move(floor, "DEPOSIT", 500_00)
    assert deposit.fields["BALANCE-AFTER"] == 100_500_00
    assert floor.host.ledger.account(BANK).balance == -500_00
    assert move(floor, "WITHDRAW", 500_00).fields["BALANCE-AFTER"] == 100_000_00
    assert floor.host.ledger.account(BANK).balance == 0


@pytest.mark.parametrize(
    ("operation", "fields", "code"),
    [
        ("DEPOSIT", {"AMOUNT": 0}, codes.AMOUNT_NOT_ALLOWED),
        ("DEPOSIT", {"AMOUNT": -1}, codes.AMOUNT_NOT_ALLOWED),
        ("WITHDRAW", {"AMOUNT": -1}, codes.AMOUNT_NOT_ALLOWED),
        ("DEPOSIT", {"CURRENCY": "USD"}, codes.CURRENCY_MISMATCH),
        ("WITHDRAW", {"AMOUNT": 100_000_01}, codes.INSUFFICIENT_FUNDS),
        ("DEPOSIT", {"ACCOUNT": "6222999"}, codes.NO_SECURITIES_ACCOUNT),
    ],
)
def test_money_that_does_not_move(floor: Any, operation: str, fields: dict[str, Any], code: str) -> None:
    assert floor.ask(operation, **({"CURRENCY": "CNY", "AMOUNT": 1} | fields)).host_code == code
    assert floor.funds()[0] == 100_000_00


def test_the_proceeds_of_today_cannot_be_withdrawn(floor: Any) -> None:
    floor.order("S", floor.best("BID")[0], 1_000)
    assert move(floor, "WITHDRAW", 100_000_01).host_code == codes.INSUFFICIENT_FUNDS
    assert move(floor, "WITHDRAW", 100_000_00).done


@pytest.mark.parametrize("operation", ["DEPOSIT", "WITHDRAW"])
def test_money_is_reversed_whole_and_once(floor: Any, operation: str) -> None:
    move(floor, operation, 500_00, "M1")
    assert reverse(floor, "M1", operation, AMOUNT_GIVEN="Y", CURRENCY="CNY", AMOUNT=1).host_code == "1405"
    assert reverse(floor, "M1", operation).fields == {"EFFECTIVE": "Y"}
    assert reverse(floor, "M1", operation).host_code == shared.ALREADY_REVERSED
    assert floor.funds()[0] == 100_000_00


def test_an_order_is_taken_back_while_nothing_of_it_is_filled(floor: Any) -> None:
    floor.order("B", 5_40, 100, reference="O1")
    assert reverse(floor, "O1", "DEPOSIT").host_code == shared.NOT_REVERSIBLE
    assert reverse(floor, "O1", "PLACEORD").fields == {"EFFECTIVE": "Y"}
    assert reverse(floor, "O1", "PLACEORD").host_code == shared.ALREADY_REVERSED
    assert floor.funds()[1] == 0
    found = floor.ask("INQUIRE", ORIGINAL_REFERENCE="O1").fields
    assert (found["FOUND"], found["REVERSED"], found["ORDER-STATUS"]) == ("Y", "Y", "O")


def test_a_trade_is_never_undone(floor: Any) -> None:
    floor.order("B", floor.best("ASK")[0], 100, reference="O1")
    assert reverse(floor, "O1", "PLACEORD").host_code == shared.NOT_REVERSIBLE
    assert floor.ask("INQUIRE", ORIGINAL_REFERENCE="O1").fields["REVERSED"] == "N"


def test_an_order_that_was_reversed_first_never_arrives(floor: Any) -> None:
    assert reverse(floor, "O1", "PLACEORD").fields == {"EFFECTIVE": "N"}
    assert floor.order("B", 5_40, 100, reference="O1").host_code == shared.REVERSED_BEFORE_ARRIVAL
    assert floor.funds()[1] == 0


def test_a_cancellation_is_done_once_and_not_undone(floor: Any) -> None:
    number = floor.order("B", 5_40, 100).host_serial
    first = floor.ask("CANCLORD", "C1", ORDER_NUMBER=number)
    assert floor.ask("CANCLORD", "C1", ORDER_NUMBER=number) == first
    assert floor.ask("CANCLORD", "C1", ORDER_NUMBER="other").host_code == shared.REFERENCE_REUSED
    assert reverse(floor, "C1", "CANCLORD").host_code == shared.NOT_REVERSIBLE


def test_an_order_is_placed_once_for_one_reference(floor: Any) -> None:
    first = floor.order("B", 5_40, 100, reference="O1")
    assert floor.order("B", 5_40, 100, reference="O1") == first
    assert floor.order("B", 5_40, 200, reference="O1").host_code == shared.REFERENCE_REUSED
    assert floor.ask("LSTORDER", AFTER_ORDER="").fields["ROW-COUNT"] == 1
