"""Agency payments: messages of the contract ⇄ the model."""

from __future__ import annotations

from tellerline.api.billing.v1 import billing_pb2 as pb
from tellerline.api.common.v1.transaction_pb2 import TransactionInfo
from tellerline.gateway.services.enums import EnumPair
from tellerline.gateway.services.refusals import invalid
from tellerline.gateway.services.values import date_to_proto, iso_instant_to_proto, money_to_proto
from tellerline.routing.model.billing import Bill, BillerKind, BillPaid, BillStatus
from tellerline.routing.model.money import Money

KINDS = EnumPair(pb.BillerKind.DESCRIPTOR, "BILLER_KIND_", BillerKind)
STATES = EnumPair(pb.Bill.State.DESCRIPTOR, "STATE_", BillStatus)
_BY_ID = {kind.value.lower(): kind for kind in BillerKind}


def kind_of(biller: str, field: str) -> BillerKind:
    """Of ``billers/{biller}``; refuses what is none."""
    kind = _BY_ID.get(biller)
    if kind is None:
        raise invalid(field, "not_a_biller")
    return kind


def bill_to_proto(bill: Bill) -> pb.Bill:
    paid = bill.status is BillStatus.PAID
    due = Money(bill.amount.minor + bill.late_fee.minor, bill.amount.currency)
    return pb.Bill(
        name=f"billers/{bill.kind.value.lower()}/subscribers/{bill.subscriber}/bills/{bill.bill}",
        biller_kind=KINDS.to_proto(bill.kind),
        biller_display_name=bill.biller_name,
        subscriber_display_name=bill.subscriber_name,
        period=bill.period,
        amount=money_to_proto(bill.amount),
        late_fee_amount=money_to_proto(bill.late_fee),
        due_amount=None if paid else money_to_proto(due),
        due_date=date_to_proto(bill.due_on),
        state=STATES.to_proto(bill.status),
        pay_time=iso_instant_to_proto(bill.paid_at),
        receipt_number=bill.receipt,
    )


def paid_to_proto(paid: BillPaid | None, info: TransactionInfo, name: str) -> pb.PayBillResponse:
    return pb.PayBillResponse(
        name=name,
        receipt_number=paid.receipt if paid else "",
        pay_time=iso_instant_to_proto(paid.paid_at) if paid else None,
        balance_after_amount=money_to_proto(paid.balance_after) if paid else None,
        transaction=info,
    )
