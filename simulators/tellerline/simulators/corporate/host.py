"""The corporate front-end: what it is asked, and who answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tellerline.simulators.corporate.bookings import Bookings
from tellerline.simulators.corporate.enquiries import Enquiries
from tellerline.simulators.corporate.messages import ClaimResult, OrderResult
from tellerline.simulators.corporate.orders import Orders
from tellerline.simulators.corporate.payments import Payments
from tellerline.simulators.corporate.payrolls import Payrolls
from tellerline.simulators.corporate.register import Register
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.references import Handled
from tellerline.simulators.hosting.serials import Serials
from tellerline.simulators.ledger import Ledger
from tellerline.simulators.soap.host import Booked, SoapHost
from tellerline.simulators.soap.messages import Reply, SoapRequest

HOST_VERSION = "corporate-simulator 1"


class CorporateHost(SoapHost):
    """What changes something is idempotent by reference; what moved money can be reversed, and a payroll's claim.

    An approved order that is reversed stays so: it has had its two people.
    """

    def __init__(self, ledger: Ledger, calendar: BankCalendar) -> None:
        self.serials = Serials("E")
        super().__init__(ledger, calendar, self.serials, HOST_VERSION)
        self.register = Register()
        bookings = Bookings(self.register, ledger, calendar)
        self._orders = Orders(self.register, bookings, calendar)
        orders, payments = self._orders, Payments(self.register, bookings, calendar)
        self._payrolls = payrolls = Payrolls(self.register, bookings, calendar)
        self._work: dict[str, Callable[[SoapRequest, str], Booked]] = {
            "CreateTransferOrder": lambda request, serial: (orders.create(request, serial), None),
            "ApproveTransferOrder": orders.approve,
            "RejectTransferOrder": lambda request, _: (orders.reject(request), None),
            "CreateRemittance": payments.remit,
            "ApplyForDraft": payments.draft,
            "RepayLoan": payments.repay,
            "SubmitPayroll": lambda request, serial: (payrolls.submit(request, serial), None),
            "ClaimPayroll": lambda request, _: (payrolls.claim(request), None),
            "ReportPayroll": lambda request, _: (payrolls.report(request), None),
        }
        enquiries = Enquiries(self.register, ledger, calendar)
        self.enquiries |= {
            "DescribeCompany": enquiries.company,
            "VerifyRepresentative": enquiries.verify,
            "GetBalances": enquiries.balances,
            "ListStatementEntries": enquiries.statement,
            "ListRemittances": enquiries.remittances,
            "GetTransferOrder": enquiries.order,
            "GetPayroll": enquiries.payroll,
        }
        self.changes |= dict.fromkeys(CHANGES, self._change)

    def snapshot(self) -> None:
        super().snapshot()
        self.register.snapshot()

    def reset(self) -> None:
        super().reset()
        self.register.reset()

    def moved(self, original: Handled[Reply[Any]]) -> tuple[str, str, int] | None:
        result = original.reply.result
        if isinstance(result, ClaimResult) and self._payrolls.returnable(result.payroll):
            return result.payroll.account, result.payroll.currency, result.payroll.total
        if original.transaction is None:
            return None
        debit = original.transaction.legs[0]
        return debit.account, self.ledger.account(debit.account).currency, -debit.amount

    def undone(self, original: Handled[Reply[Any]]) -> None:
        result = original.reply.result
        if isinstance(result, OrderResult):
            self._orders.undone(result.order.number)
        elif isinstance(result, ClaimResult):
            self._payrolls.unclaim(result.payroll)

    def _change(self, request: SoapRequest) -> Reply[Any]:
        rows = {name: tuple(tuple(sorted(row.items())) for row in rows) for name, rows in request.rows.items()}
        content = (tuple(sorted(request.fields.items())), tuple(sorted(rows.items())))
        return self.once(request, content, lambda serial: self._work[request.operation](request, serial))


CHANGES = frozenset(
    {
        "CreateTransferOrder",
        "ApproveTransferOrder",
        "RejectTransferOrder",
        "CreateRemittance",
        "ApplyForDraft",
        "RepayLoan",
        "SubmitPayroll",
        "ClaimPayroll",
        "ReportPayroll",
    }
)
"""The operations that change something, beside reversals."""
