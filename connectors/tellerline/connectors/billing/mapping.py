"""The model's commands and results in the words of the billing host's copybook."""

from __future__ import annotations

from typing import Any

from tellerline.connectors.record_connector import Mapped, Values
from tellerline.connectors.record_values import hundredths, iso_date, money
from tellerline.routing.model import billing

_STATUSES = {"D": billing.BillStatus.DUE, "O": billing.BillStatus.OVERDUE, "P": billing.BillStatus.PAID}
_MONTHS = 12


def _subscriber(command: Any) -> dict[str, Any]:
    return {"biller_kind": command.kind.value, "subscriber": command.subscriber}


def _list(command: billing.ListBills) -> dict[str, Any]:
    return {**_subscriber(command), "unpaid_only": "Y" if command.unpaid_only else "N"}


def _get(command: billing.GetBill) -> dict[str, Any]:
    return {**_subscriber(command), "bill": command.bill}


def _notify(command: billing.NotifyPayment) -> dict[str, Any]:
    return {
        **_subscriber(command),
        "bill": command.bill,
        "account": command.account,
        "currency": command.amount.currency,
        "amount": hundredths(command.amount),
    }


def _bills(values: Values) -> billing.Bills:
    count, rows = values["bill_count"], values["bill_entry"]
    if count > len(rows):
        raise ValueError("more bills than the record has room for")
    return billing.Bills(bills=tuple(_bill_of(values, row) for row in rows[:count]))


def _bill(values: Values) -> billing.Bill:
    return _bill_of(values, values)


def _bill_of(whose: Values, row: Values) -> billing.Bill:
    currency = row["currency"]
    return billing.Bill(
        kind=billing.BillerKind(whose["biller_kind"]),
        subscriber=whose["subscriber"],
        bill=row["bill"],
        period=_period(row["period"]),
        biller_name=row["biller_name"],
        subscriber_name=row["subscriber_name"],
        amount=money(row["amount"], currency),
        late_fee=money(row["late_fee"], currency),
        due_on=iso_date(row["due_on"]),
        status=_STATUSES[row["bill_status"]],
        paid_at=row["paid_at"],
        receipt=row["receipt"],
    )


def _period(digits: int) -> str:
    year, month = divmod(digits, 100)
    if not 1 <= month <= _MONTHS:
        raise ValueError("no month")
    return f"{year:04d}-{month:02d}"


def _notified(values: Values) -> billing.PaymentNotified:
    if not values["receipt"]:
        raise ValueError("paid without a receipt")
    return billing.PaymentNotified(receipt=values["receipt"], paid_at=values["paid_at"])


OPERATIONS: dict[str, Mapped] = {
    billing.ListBills.operation: Mapped("LISTBILL", "list_bills", _list, _bills),
    billing.GetBill.operation: Mapped("GETBILL", "get_bill", _get, _bill),
    billing.NotifyPayment.operation: Mapped("NOTIFYPY", "notify_payment", _notify, _notified, _notified),
}
