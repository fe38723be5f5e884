"""The core banking host: one request in, one reply out, everything in between in one step of the event loop."""

from __future__ import annotations

from collections.abc import Callable

from tellerline.simulators.core.branch import Branch
from tellerline.simulators.core.enquiries import Enquiries
from tellerline.simulators.core.losses import Losses
from tellerline.simulators.core.messages import CoreRequest, OriginalResult, Reply, Result, ReversalResult
from tellerline.simulators.core.register import Register
from tellerline.simulators.core.transfers import TransferOrder, Transfers
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import OK, REFUSED, REVERSAL_MISMATCH, REVERSED_BEFORE_ARRIVAL, RefusedError
from tellerline.simulators.hosting.references import Handled, ReferenceBook
from tellerline.simulators.hosting.reversals import undo
from tellerline.simulators.hosting.serials import Serials
from tellerline.simulators.ledger import BookingDateError, Ledger, Transaction
from tellerline.simulators.ledger.money import minor_units

Booked = tuple[Result, Transaction | None]


class CoreHost:
    """Handles requests whose shape the contract has already checked.

    Transfer, ReportLoss and ReverseTransaction are idempotent by reference: the same request gets the same reply,
    refusals included; the same reference with other content is refused with 1401 and not remembered. Where a clock set
    back would book before what an account already has, the host refuses with 9999.
    """

    def __init__(self, ledger: Ledger, calendar: BankCalendar) -> None:
        self.ledger = ledger
        self.calendar = calendar
        self.register = Register()
        self.references: ReferenceBook[Reply] = ReferenceBook()
        self._serials = Serials("C")
        self.branch = Branch(self.register, ledger, calendar, self._serials)
        self._losses = Losses(self.register, calendar)
        self._transfers = Transfers(self.register, ledger, calendar)
        enquiries = Enquiries(self.register, ledger, calendar)
        self._enquiries: dict[str, Callable[[CoreRequest], Result]] = {
            "Echo": enquiries.echo,
            "GetBalance": enquiries.balance,
            "ListStatementEntries": enquiries.statement,
            "DescribeAccount": enquiries.describe_account,
            "DescribeCustomer": enquiries.describe_customer,
            "VerifyPin": enquiries.verify_pin,
            "GetLossReport": self._losses.newest,
            "InquireTransaction": self._inquire,
        }
        self._changes: dict[str, Callable[[CoreRequest], Reply]] = {
            "Transfer": self._transfer,
            "ReportLoss": self._report_loss,
            "ReverseTransaction": self._reverse,
        }

    def handle(self, request: CoreRequest) -> Reply:
        """Answer one request; ``KeyError`` for an operation that the contract does not have."""
        enquiry = self._enquiries.get(request.operation)
        try:
            if enquiry is None:
                return self._changes[request.operation](request)
            return self._reply(request, result=enquiry(request))
        except RefusedError as refused:
            return self._reply(request, host_code=refused.code)

    def snapshot(self) -> None:
        """The register and the references; the ledger is its owner's to snapshot."""
        self.register.snapshot()
        self.references.snapshot()

    def reset(self) -> None:
        self.register.reset()
        self.references.reset()

    def _transfer(self, request: CoreRequest) -> Reply:
        order = TransferOrder.read(request)
        return self._once(request, (order,), lambda serial: self._transfers.carry_out(order, request.reference, serial))

    def _report_loss(self, request: CoreRequest) -> Reply:
        content = (request.fields["account"], request.fields["kind"])
        return self._once(request, content, lambda serial: (self._losses.report(request, serial), None))

    def _reverse(self, request: CoreRequest) -> Reply:
        content = tuple(sorted(request.fields.items()))
        return self._once(request, content, lambda serial: (self._undo(request, serial), None))

    def _undo(self, request: CoreRequest, serial: str) -> ReversalResult:
        undone = undo(
            self.references,
            self.ledger,
            self.calendar,
            reference=request.fields["originalReference"],
            operation=request.fields["originalOperation"],
            serial=serial,
            matches=lambda original: _matches(original, request),
        )
        return ReversalResult(undone is not None)

    def _inquire(self, request: CoreRequest) -> OriginalResult:
        reference = request.fields["originalReference"]
        handled = self.references.find(reference)
        if handled is not None:
            return OriginalResult(operation=handled.operation, original=handled.reply, reversed=handled.reversed)
        buried = self.references.buried(reference)
        if buried is None:
            return OriginalResult()
        refused = Reply(
            reference=reference, host_code=REVERSED_BEFORE_ARRIVAL, accounting_date=self.calendar.accounting_date()
        )
        return OriginalResult(operation=buried, original=refused)

    def _once(self, request: CoreRequest, content: tuple[object, ...], change: Callable[[str], Booked]) -> Reply:
        known = self.references.repeat(request.reference, content)
        if known is not None:
            return known
        serial = self._serials.next(self.calendar.accounting_date())
        transaction: Transaction | None = None
        try:
            result, transaction = change(serial)
            reply = self._reply(request, serial=serial, result=result)
        except RefusedError as refused:
            reply = self._reply(request, host_code=refused.code, serial=serial)
        except BookingDateError:
            reply = self._reply(request, host_code=REFUSED, serial=serial)
        self.references.remember(
            request.reference,
            Handled(
                operation=request.operation, content=content, reply=reply, done=reply.done, transaction=transaction
            ),
        )
        return reply

    def _reply(
        self, request: CoreRequest, *, host_code: str = OK, serial: str = "", result: Result | None = None
    ) -> Reply:
        return Reply(
            reference=request.reference,
            host_code=host_code,
            accounting_date=self.calendar.accounting_date(),
            host_serial=serial,
            result=result,
        )


def _matches(original: Handled[Reply], request: CoreRequest) -> bool:
    """Whether the account and amount that a reversal names, if it names them, are those of the transfer."""
    order = original.content[0]
    if not isinstance(order, TransferOrder):
        return False
    account = request.fields.get("originalAccount")
    if account not in (None, order.debit_account):
        return False
    currency = request.fields.get("amount/currency")
    if currency is None:
        return True
    try:
        amount = minor_units(request.fields["amount/value"], currency)
    except ValueError:
        raise RefusedError(REVERSAL_MISMATCH) from None
    return (currency, amount) == (order.currency, order.amount)
