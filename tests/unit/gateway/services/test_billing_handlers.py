"""``BillingService`` on the small platform."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from google.type.money_pb2 import Money as ProtoMoney

from tellerline.api.billing.v1 import billing_pb2 as pb
from tellerline.api.common.v1.transaction_pb2 import TRANSACTION_STATE_IN_DOUBT
from tellerline.routing.model.billing import (
    Bill,
    BillerKind,
    BillPaid,
    Bills,
    BillStatus,
    GetBill,
    ListBills,
    PayBill,
)
from tellerline.routing.model.codes import Code
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done, Rejected, Unknown

NUMBER, ACCOUNT = "6222020200001234567", "customers/1001/accounts/1"
SUBSCRIBER = "billers/electricity/subscribers/55000000001"
NAME = f"{SUBSCRIBER}/bills/202601"
DUE = ProtoMoney(currency_code="CNY", units=124, nanos=680_000_000)
BILL = Bill(
    kind=BillerKind.ELECTRICITY,
    subscriber="55000000001",
    bill="202601",
    period="2026-01",
    biller_name="星湖供电公司",
    subscriber_name="欧***",
    amount=Money(123_45, "CNY"),
    late_fee=Money(1_23, "CNY"),
    due_on="2026-02-20",
    status=BillStatus.OVERDUE,
    paid_at="",
    receipt="",
)
PAY = PayBill(
    kind=BillerKind.ELECTRICITY, subscriber="55000000001", bill="202601", account=NUMBER, amount=Money(124_68, "CNY")
)


def payment(platform: Any, **changes: Any) -> pb.PayBillRequest:
    fields = {"context": platform.context(), "name": NAME, "account": ACCOUNT, "amount": DUE}
    return pb.PayBillRequest(**(fields | changes))


async def test_a_bill_shows_what_is_due_now(platform: Any) -> None:
    platform.host.answers[GetBill] = Done(result=BILL)
    reply = await platform.send("GetBill", pb.GetBillRequest(context=platform.context(), name=NAME), pb.Bill)
    asked = platform.host.asked[0].command
    assert asked == GetBill(kind=BillerKind.ELECTRICITY, subscriber="55000000001", bill="202601")
    assert (reply.name, reply.due_amount, reply.state) == (NAME, DUE, pb.Bill.STATE_OVERDUE)
    assert reply.biller_kind == pb.BILLER_KIND_ELECTRICITY
    assert {field.name for field in reply.DESCRIPTOR.fields} - {field.name for field, _ in reply.ListFields()} == {
        "pay_time",
        "receipt_number",
    }


async def test_what_is_paid_has_a_receipt_and_nothing_due(platform: Any) -> None:
    paid = replace(BILL, status=BillStatus.PAID, paid_at="2026-03-01T10:00:00+08:00", receipt="B1")
    platform.host.answers[ListBills] = Done(result=Bills(bills=(paid, BILL)))
    request = pb.ListBillsRequest(context=platform.context(), parent=SUBSCRIBER, unpaid_only=True)
    reply = await platform.send("ListBills", request, pb.ListBillsResponse)
    asked = platform.host.asked[0].command
    assert asked == ListBills(kind=BillerKind.ELECTRICITY, subscriber="55000000001", unpaid_only=True)
    assert [bill.receipt_number for bill in reply.bills] == ["B1", ""]
    assert [bill.HasField("due_amount") for bill in reply.bills] == [False, True]
    assert [bill.HasField("pay_time") for bill in reply.bills] == [True, False]


async def test_a_payment_is_one_command_whatever_its_legs(platform: Any) -> None:
    result = BillPaid(balance_after=Money(5_00, "CNY"), receipt="B1", paid_at="2026-03-02T10:00:00+08:00")
    platform.host.answers[PayBill] = Done(result=result)
    reply = await platform.send("PayBill", payment(platform), pb.PayBillResponse)
    assert platform.host.asked[0].command == PAY
    assert (reply.name, reply.receipt_number, reply.balance_after_amount.units) == (NAME, "B1", 5)
    assert all(reply.HasField(name) for name in ("pay_time", "transaction"))


async def test_a_payment_in_doubt_shows_no_receipt(platform: Any) -> None:
    platform.host.answers[PayBill] = Unknown(code=Code.COMMUNICATION_TIMEOUT, reason="no_reply")
    reply = await platform.send("PayBill", payment(platform), pb.PayBillResponse)
    assert reply.transaction.state == TRANSACTION_STATE_IN_DOUBT
    assert not reply.receipt_number
    assert not reply.HasField("pay_time")
    assert not reply.HasField("balance_after_amount")


async def test_a_refusal_is_an_error(platform: Any, refused: Any) -> None:
    platform.host.answers[PayBill] = Rejected(code=Code.BILL_ALREADY_PAID, host_code="3003")
    await refused(Code.BILL_ALREADY_PAID, platform.send("PayBill", payment(platform), pb.PayBillResponse))


@pytest.mark.parametrize(
    "name",
    ["", "billers/coal/subscribers/1/bills/2", "billers/ELECTRICITY/subscribers/1/bills/2", SUBSCRIBER, f"{NAME}/x"],
)
async def test_a_name_that_is_no_bills_is_refused(platform: Any, refused: Any, name: str) -> None:
    request = pb.GetBillRequest(context=platform.context(), name=name)
    await refused(Code.INVALID_REQUEST, platform.send("GetBill", request, pb.Bill))
    await refused(Code.INVALID_REQUEST, platform.send("PayBill", payment(platform, name=name), pb.PayBillResponse))


async def test_nobody_pays_from_somebody_elses_account(platform: Any, refused: Any) -> None:
    request = payment(platform, account="customers/1002/accounts/1")
    await refused(Code.ACCOUNT_NOT_FOUND, platform.send("PayBill", request, pb.PayBillResponse))
