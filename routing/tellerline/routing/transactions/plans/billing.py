"""Bill payment 代收代缴: the customer pays, then the agency is told; if it will not have it, he is paid back."""

from __future__ import annotations

from collections.abc import Sequence

from tellerline.routing.model.billing import BillPaid, NotifyPayment, PayBill, PaymentNotified
from tellerline.routing.model.command import Command
from tellerline.routing.model.settlement import Booked, DebitAccount, SettlementPurpose
from tellerline.routing.transactions.legs import Plan, Progress, Step

_Payment = Progress[PayBill]


def _debit(progress: _Payment) -> Sequence[Command]:
    asked = progress.command
    purpose = SettlementPurpose.BILLING
    return [DebitAccount(account=asked.account, amount=asked.amount, purpose=purpose, counterparty=asked.bill)]


def _notify(progress: _Payment) -> Sequence[Command]:
    asked = progress.command
    return [
        NotifyPayment(
            kind=asked.kind,
            subscriber=asked.subscriber,
            bill=asked.bill,
            account=asked.account,
            amount=asked.amount,
        )
    ]


def _paid(progress: _Payment) -> BillPaid:
    debited, notified = progress.result("debit", Booked), progress.result("notify", PaymentNotified)
    return BillPaid(balance_after=debited.balance_after, receipt=notified.receipt, paid_at=notified.paid_at)


PLANS = (
    Plan(
        command=PayBill,
        steps=(
            Step(name="debit", asks=DebitAccount, legs=_debit),
            Step(name="notify", asks=NotifyPayment, legs=_notify),
        ),
        result=_paid,
        booking="debit",
    ),
)
