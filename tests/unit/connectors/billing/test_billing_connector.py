"""The billing connector against captured records, and against records that are not what was asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from billing_bench import ACCOUNT, AMOUNT, BILL, KIND, SUBSCRIBER, a_payment

import tellerline.connectors.billing
from tellerline.adapters.clock import VirtualClock
from tellerline.adapters.copybook import Charset
from tellerline.connectors.connector import CannotBuildError
from tellerline.connectors.discovery import host_folder
from tellerline.connectors.record_connector import RecordConnector
from tellerline.connectors.records import load_records
from tellerline.routing.model import billing
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, Echo, HostCall, Inquire, Reverse
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done, Found, HostState, NotFound, Rejected, Reversal, Unknown

SAMPLES = Path(tellerline.connectors.billing.__file__).parent / "samples"
FOLDER = host_folder("tellerline.connectors.billing")
RECORDS = load_records(FOLDER.manifest, Charset.GB18030)
DUE = AMOUNT + 1_23
PAY = a_payment(DUE)
ORIGINAL = {"original_reference": "T00000004", "original_operation": PAY.operation, "original_account": ACCOUNT}
COMMANDS: dict[str, tuple[str, Command]] = {
    "echo": ("T00000001", Echo()),
    "list-bills": ("T00000002", billing.ListBills(kind=KIND, subscriber=SUBSCRIBER)),
    "get-bill": ("T00000003", billing.GetBill(kind=KIND, subscriber=SUBSCRIBER, bill=BILL)),
    "notify-payment": ("T00000004", PAY),
    "inquire": ("T00000005", Inquire(**ORIGINAL)),
    "reverse": ("T00000006", Reverse(**ORIGINAL, amount=PAY.amount)),
}
OVERDUE = billing.Bill(
    kind=KIND,
    subscriber=SUBSCRIBER,
    bill=BILL,
    period="2026-01",
    biller_name="星湖供电公司",
    subscriber_name="欧***",
    amount=Money(AMOUNT, "CNY"),
    late_fee=Money(1_23, "CNY"),
    due_on="2026-02-20",
    status=billing.BillStatus.OVERDUE,
    paid_at="",
    receipt="",
)


def call(reference: str) -> HostCall:
    return HostCall(
        reference=reference, channel="IVR", accepted_at="2026-03-02T10:00:00+08:00", branch="0101", operator="A007"
    )


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.dat").read_bytes()


@pytest.fixture(scope="module")
def connector() -> RecordConnector:
    built = FOLDER.build_connector(VirtualClock(datetime(2026, 3, 2, tzinfo=UTC)))
    assert isinstance(built, RecordConnector)
    return built


def parsed(connector: RecordConnector, name: str) -> Done:
    reference, command = COMMANDS[name]
    outcome = connector.parse(command, call(reference), sample(f"{name}.reply"))
    assert isinstance(outcome, Done), outcome
    assert outcome.accounting_date == "2026-03-02"
    return outcome


@pytest.mark.parametrize("name", COMMANDS)
def test_requests_are_byte_for_byte_what_was_captured(connector: RecordConnector, name: str) -> None:
    reference, command = COMMANDS[name]
    request = connector.build(command, call(reference))
    assert request.body == sample(f"{name}.request")
    assert request.durable == (name in ("notify-payment", "reverse"))


def test_captured_bills_are_read(connector: RecordConnector) -> None:
    assert parsed(connector, "get-bill").result == OVERDUE
    bills = parsed(connector, "list-bills").result
    assert isinstance(bills, billing.Bills)
    assert bills.bills[0] == OVERDUE
    assert [bill.period for bill in bills.bills] == ["2026-01", "2025-12", "2025-11"]
    assert [bill.status.value for bill in bills.bills] == ["OVERDUE", "PAID", "PAID"]
    assert bills.bills[2].late_fee == Money(98, "CNY")


def test_a_captured_payment_is_read_directly_and_through_an_inquiry(connector: RecordConnector) -> None:
    direct = parsed(connector, "notify-payment")
    assert direct.result == billing.PaymentNotified(receipt=direct.host_serial, paid_at="2026-03-02T10:00:00+08:00")
    assert parsed(connector, "inquire").result == Found(original=direct, reversed=False)


def test_the_other_captured_replies_are_read(connector: RecordConnector) -> None:
    state = parsed(connector, "echo").result
    assert state == HostState(accounting_date="2026-03-02", version="billing-simulator 1")
    assert parsed(connector, "reverse").result == Reversal(effective=True)
    inquiry = Inquire(original_reference="T00000099", original_operation=PAY.operation)
    missing = connector.parse(inquiry, call("T00000008"), sample("inquire-not-found.reply"))
    assert isinstance(missing, Done)
    assert missing.result == NotFound()


def test_captured_refusals_keep_the_hosts_words(connector: RecordConnector) -> None:
    refused = connector.parse(PAY, call("T00000007"), sample("notify-payment-refused.reply"))
    assert isinstance(refused, Rejected)
    assert (refused.code, refused.host_code) == (Code.INVALID_AMOUNT, "3004")
    assert refused.host_message == "缴费金额与应缴金额不符"
    unread = connector.parse(PAY, call("T00000009"), sample("failure.reply"))
    assert isinstance(unread, Rejected)
    assert (unread.code, unread.host_code) == (Code.REJECTED_BY_HOST, "9003")


OFF_CONTRACT: dict[str, tuple[str, dict[str, object]]] = {
    "a month that is none": ("get-bill", {"period": 202613}),
    "a kind that is none": ("get-bill", {"biller_kind": "COAL"}),
    "an unknown status": ("get-bill", {"bill_status": "X"}),
    "too many bills": ("list-bills", {"bill_count": 13}),
    "paid without a receipt": ("notify-payment", {"receipt": ""}),
    "found paid without a receipt": ("inquire", {"receipt": ""}),
    "another original": ("inquire", {"original_message_type": "GETBILL"}),
}


@pytest.mark.parametrize("case", OFF_CONTRACT)
def test_a_reply_off_the_contract_is_unreadable(connector: RecordConnector, case: str) -> None:
    name, changes = OFF_CONTRACT[case]
    reference, command = COMMANDS[name]
    codec = RECORDS[f"{name.replace('-', '_')}_reply"]
    body = codec.encode({**codec.decode(sample(f"{name}.reply")), **changes})
    outcome = connector.parse(command, call(reference), body)
    assert outcome == Unknown(code=Code.HOST_REPLY_UNREADABLE, reason="off_contract", raw=body)


UNBUILDABLE: dict[str, tuple[Command, str]] = {
    "subscriber too long": (billing.GetBill(kind=KIND, subscriber="5" * 25, bill=BILL), "subscriber"),
    "a part of a fen": (
        billing.NotifyPayment(kind=KIND, subscriber=SUBSCRIBER, bill=BILL, account=ACCOUNT, amount=Money(1_001, "KWD")),
        "amount",
    ),
    "foreign original": (
        Inquire(original_reference="T1", original_operation="settlement.DebitAccount"),
        "original_operation",
    ),
}


@pytest.mark.parametrize("case", UNBUILDABLE)
def test_what_does_not_fit_is_refused_before_it_is_sent(connector: RecordConnector, case: str) -> None:
    command, field = UNBUILDABLE[case]
    with pytest.raises(CannotBuildError) as caught:
        connector.build(command, call("T1"))
    assert caught.value.field == field
