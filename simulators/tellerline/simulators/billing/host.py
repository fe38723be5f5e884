"""The billing host: what is asked of the agencies, by message type."""

from __future__ import annotations

from tellerline.simulators.billing.agencies import AGENCIES, CURRENCY
from tellerline.simulators.billing.bills import Bill, BillBook
from tellerline.simulators.billing.codes import MESSAGES
from tellerline.simulators.billing.payments import PaymentNotice, Payments
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.copybook import Row
from tellerline.simulators.hosting.references import Handled
from tellerline.simulators.hosting.serials import Serials
from tellerline.simulators.ledger import Ledger, Transaction
from tellerline.simulators.records.host import RecordHost
from tellerline.simulators.records.layout import Layout, date_digits
from tellerline.simulators.records.reply import Reply

HOST_VERSION = "billing-simulator 1"
PAGE = 12
_RECORDS = {
    "ECHO": "ECHO",
    "INQUIRE": "INQUIRE",
    "REVERSE": "REVERSE",
    "LISTBILL": "LIST-BILLS",
    "GETBILL": "GET-BILL",
    "NOTIFYPY": "NOTIFY-PAYMENT",
}


class BillingHost(RecordHost):
    """Handles decoded records; NOTIFYPY and REVERSE are idempotent by reference."""

    def __init__(self, ledger: Ledger, calendar: BankCalendar) -> None:
        layout = Layout("tellerline.simulators.billing:billing.cpy", "gb18030", _RECORDS, MESSAGES)
        super().__init__(ledger, calendar, layout, Serials("B"), HOST_VERSION)
        self.bills = BillBook()
        self._payments = Payments(self.bills, ledger, calendar)
        self.enquiries |= {"LISTBILL": self._list, "GETBILL": self._get}
        self.changes |= {"NOTIFYPY": self._notify}

    def moved(self, original: Handled[Reply]) -> tuple[str, str, int] | None:
        notice = original.content[0]
        return (notice.account, notice.currency, notice.amount) if isinstance(notice, PaymentNotice) else None

    def undone(self, original: Handled[Reply]) -> None:
        notice = original.content[0]
        assert isinstance(notice, PaymentNotice)
        self._payments.take_back(notice)

    def snapshot(self) -> None:
        super().snapshot()
        self.bills.snapshot()

    def reset(self) -> None:
        super().reset()
        self.bills.reset()

    def _list(self, row: Row) -> Row:
        kind, subscriber = str(row["BILLER-KIND"]), str(row["SUBSCRIBER"])
        unpaid = row["UNPAID-ONLY"] == "Y"
        bills = [bill for bill in self.bills.of(kind, subscriber) if not (unpaid and bill.paid)][:PAGE]
        entries = [self._fields(bill) for bill in bills]
        return {"BILLER-KIND": kind, "SUBSCRIBER": subscriber, "BILL-COUNT": len(entries), "BILL-ENTRY": entries}

    def _get(self, row: Row) -> Row:
        bill = self.bills.find(str(row["BILLER-KIND"]), str(row["SUBSCRIBER"]), str(row["BILL"]))
        return {"BILLER-KIND": bill.kind, "SUBSCRIBER": bill.subscriber, **self._fields(bill)}

    def _notify(self, reference: str, row: Row) -> Reply:
        amount = row["AMOUNT"]
        assert isinstance(amount, int)
        notice = PaymentNotice(
            kind=str(row["BILLER-KIND"]),
            subscriber=str(row["SUBSCRIBER"]),
            bill=str(row["BILL"]),
            account=str(row["ACCOUNT"]),
            currency=str(row["CURRENCY"]),
            amount=amount,
        )

        def pay(serial: str) -> tuple[Row, Transaction]:
            paid, transaction = self._payments.carry_out(notice, reference, serial)
            return {"RECEIPT": paid.receipt, "PAID-AT": paid.paid_at}, transaction

        return self.once("NOTIFYPY", reference, (notice,), pay)

    def _fields(self, bill: Bill) -> Row:
        today = self.calendar.accounting_date()
        return {
            "BILL": bill.number,
            "PERIOD": date_digits(bill.period),
            "BILLER-NAME": AGENCIES[bill.kind].name,
            "SUBSCRIBER-NAME": bill.subscriber_name[:1] + "*" * (len(bill.subscriber_name) - 1),
            "CURRENCY": CURRENCY,
            "AMOUNT": bill.amount,
            "LATE-FEE": bill.late_fee(today),
            "DUE-ON": date_digits(bill.due_on),
            "BILL-STATUS": bill.status(today),
            "PAID-AT": bill.paid_at,
            "RECEIPT": bill.receipt,
        }
