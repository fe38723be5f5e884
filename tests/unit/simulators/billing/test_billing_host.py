"""The billing host: what is due, what is paid, what is undone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from billing_bench import ACCOUNT, AMOUNT, BILL, KIND, SUBSCRIBER, a_bill

from tellerline.adapters.clock import VirtualClock
from tellerline.simulators.billing import codes
from tellerline.simulators.billing.agencies import AGENCIES
from tellerline.simulators.billing.host import BillingHost
from tellerline.simulators.billing.payments import BANK
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import REFERENCE_REUSED, REVERSAL_MISMATCH, REVERSED_BEFORE_ARRIVAL
from tellerline.simulators.ledger import Ledger
from tellerline.simulators.records.reply import Reply

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
AGENCY = AGENCIES[KIND.value]


class Desk:
    """Asks the host as the decoded records would."""

    def __init__(self) -> None:
        self.clock = VirtualClock(NOON)
        self.host = BillingHost(Ledger(), BankCalendar(self.clock))
        self.host.bills.open(KIND.value, SUBSCRIBER)
        self.host.bills.put(a_bill(due_on="2026-03-20"))
        self._numbers = count(1)

    def ask(self, message_type: str, reference: str = "", **fields: object) -> Reply:
        row = {"BILLER-KIND": KIND.value, "SUBSCRIBER": SUBSCRIBER, "BILL": BILL, "UNPAID-ONLY": "N"}
        row |= {name.replace("_", "-").upper(): value for name, value in fields.items()}  # type: ignore[misc]
        return self.host.handle(message_type, reference or f"R{next(self._numbers)}", row)

    def pay(self, reference: str = "", amount: int = AMOUNT, currency: str = "CNY", **fields: object) -> Reply:
        return self.ask("NOTIFYPY", reference, account=ACCOUNT, currency=currency, amount=amount, **fields)

    def reverse(self, original: str, account: str = ACCOUNT, amount: int | None = None) -> Reply:
        return self.ask(
            "REVERSE",
            original_reference=original,
            original_message_type="NOTIFYPY",
            original_account=account,
            amount_given="N" if amount is None else "Y",
            currency="" if amount is None else "CNY",
            amount=amount or 0,
        )

    def bill(self) -> Mapping[str, object]:
        return self.ask("GETBILL").fields

    @property
    def settled(self) -> tuple[int, int]:
        """What the bank owes, and what the agency has got."""
        return self.host.ledger.account(BANK).balance, self.host.ledger.account(AGENCY.account).balance


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_bill_is_paid_once_and_whole(desk: Desk) -> None:
    paid = desk.pay()
    assert paid.host_code == "0000"
    assert paid.fields["RECEIPT"] == paid.host_serial
    assert desk.settled == (-AMOUNT, AMOUNT)
    assert (desk.bill()["BILL-STATUS"], desk.bill()["RECEIPT"]) == ("P", paid.host_serial)
    assert desk.pay().host_code == codes.ALREADY_PAID
    assert not any(desk.host.ledger.trial_balance().values())


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"amount": AMOUNT - 1}, codes.NOT_WHAT_IS_DUE),
        ({"amount": AMOUNT + 1}, codes.NOT_WHAT_IS_DUE),
        ({"amount": 0}, codes.NOT_WHAT_IS_DUE),
        ({"currency": "USD"}, codes.CURRENCY_MISMATCH),
        ({"bill": "209912"}, codes.BILL_NOT_FOUND),
        ({"subscriber": "1"}, codes.SUBSCRIBER_NOT_FOUND),
        ({"biller_kind": "GAS"}, codes.SUBSCRIBER_NOT_FOUND),
    ],
)
def test_refuses_and_books_nothing(desk: Desk, fields: dict[str, object], code: str) -> None:
    assert desk.pay(**fields).host_code == code  # type: ignore[arg-type]
    assert desk.settled == (0, 0)


def test_an_agency_that_takes_no_payments(desk: Desk) -> None:
    desk.host.bills.put(a_bill(suspended=True))
    assert desk.pay().host_code == codes.AGENCY_CLOSED


async def test_a_late_fee_grows_with_the_accounting_date_and_stays_as_paid(desk: Desk) -> None:
    assert (desk.bill()["BILL-STATUS"], desk.bill()["LATE-FEE"]) == ("D", 0)
    await desk.clock.advance(timedelta(days=28).total_seconds())
    assert (desk.bill()["BILL-STATUS"], desk.bill()["LATE-FEE"]) == ("O", 1_23)
    assert desk.pay().host_code == codes.NOT_WHAT_IS_DUE
    assert desk.pay(amount=AMOUNT + 1_23).done
    await desk.clock.advance(timedelta(days=10).total_seconds())
    assert desk.bill()["LATE-FEE"] == 1_23


def test_the_same_reference_has_one_effect_and_one_answer(desk: Desk) -> None:
    assert desk.pay("P1") == desk.pay("P1")
    assert desk.settled == (-AMOUNT, AMOUNT)
    assert desk.pay("P1", amount=1).host_code == REFERENCE_REUSED
    found = desk.ask("INQUIRE", original_reference="P1").fields
    assert (found["FOUND"], found["ORIGINAL-STATUS"], found["REVERSED"]) == ("Y", "OK", "N")
    assert found["RECEIPT"] == found["ORIGINAL-HOST-SERIAL"]


def test_a_reversal_makes_the_bill_due_again(desk: Desk) -> None:
    desk.pay("P1")
    assert desk.reverse("P1", account="somebody else's").host_code == REVERSAL_MISMATCH
    assert desk.reverse("P1", amount=1).host_code == REVERSAL_MISMATCH
    assert desk.reverse("P1", amount=AMOUNT).fields == {"EFFECTIVE": "Y"}
    assert desk.settled == (0, 0)
    assert desk.bill()["BILL-STATUS"] == "D"
    assert desk.ask("INQUIRE", original_reference="P1").fields["REVERSED"] == "Y"
    assert desk.pay().done


def test_a_reversal_before_its_original_leaves_a_tombstone(desk: Desk) -> None:
    assert desk.ask("INQUIRE", original_reference="P1").fields == {"FOUND": "N", "REVERSED": "N"}
    assert desk.reverse("P1").fields == {"EFFECTIVE": "N"}
    assert desk.pay("P1").host_code == REVERSED_BEFORE_ARRIVAL
    assert desk.settled == (0, 0)


def test_goes_back_to_a_snapshot(desk: Desk) -> None:
    for part in (desk.host.ledger, desk.host):
        part.snapshot()
    desk.pay("P1")
    for part in (desk.host.ledger, desk.host):
        part.reset()
    assert desk.settled == (0, 0)
    assert desk.bill()["BILL-STATUS"] == "D"
    assert desk.pay("P1").done


def test_lists_the_newest_twelve_newest_first(desk: Desk) -> None:
    for month in range(1, 13):
        number = f"2025{month:02d}"
        desk.host.bills.put(a_bill(number=number, period=f"2025-{month:02d}", paid=1, paid_at="x", receipt="y"))
    listed = desk.ask("LISTBILL").fields
    entries = listed["BILL-ENTRY"]
    assert not isinstance(entries, str | int)
    assert listed["BILL-COUNT"] == 12
    assert [entry["BILL"] for entry in entries][:2] == ["202601", "202512"]
    assert desk.ask("LISTBILL", unpaid_only="Y").fields["BILL-COUNT"] == 1
