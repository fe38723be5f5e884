"""The credit host: one record in, one reply out, in one step of the event loop."""

from __future__ import annotations

from collections.abc import Callable

from tellerline.simulators.credit.copybook import Row
from tellerline.simulators.credit.loans import Loan, LoanBook, state_of
from tellerline.simulators.credit.messages import (
    EchoResult,
    InstalmentsResult,
    LoanResult,
    OriginalResult,
    Reply,
    Result,
    ReversalResult,
)
from tellerline.simulators.credit.repayments import RepaymentOrder, Repayments, SettlementCheck
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import OK, REFUSED, REVERSED_BEFORE_ARRIVAL, RefusedError
from tellerline.simulators.hosting.references import Handled, ReferenceBook
from tellerline.simulators.hosting.reversals import undo
from tellerline.simulators.hosting.serials import Serials
from tellerline.simulators.ledger import BookingDateError, Ledger, Leg, Transaction

HOST_VERSION = "credit-simulator 1"
PAGE = 20


class CreditHost:
    """Handles decoded records, by message type. RepayLoan and Reverse are idempotent by reference, as at the core."""

    def __init__(self, ledger: Ledger, calendar: BankCalendar, check: SettlementCheck) -> None:
        self.ledger = ledger
        self.calendar = calendar
        self.loans = LoanBook()
        self.references: ReferenceBook[Reply] = ReferenceBook()
        self._serials = Serials("L")
        self._repayments = Repayments(self.loans, ledger, calendar, check)
        self._enquiries: dict[str, Callable[[Row], Result]] = {
            "ECHO": lambda row: EchoResult(HOST_VERSION),
            "GETLOAN": self._get_loan,
            "LISTINST": self._list_instalments,
            "INQUIRE": self._inquire,
        }
        self._changes: dict[str, Callable[[str, Row], Reply]] = {"REPAYLN": self._repay, "REVERSE": self._reverse}

    def grant(self, loan: Loan) -> None:
        """File a loan with what is outstanding on it; ``ValueError`` when the number is taken."""
        if loan.number in self.loans or loan.number in self.ledger:
            raise ValueError(f"loan {loan.number} exists")
        self.ledger.open(loan.number, loan.currency)
        self.loans.put(loan)
        outstanding = state_of(loan).outstanding
        if outstanding:
            funds = self.ledger.internal(f"LOAN-FUNDS-{loan.currency}", loan.currency)
            self.ledger.post(
                (Leg(loan.number, -outstanding, loan.account), Leg(funds.number, outstanding, loan.number)),
                serial=self._serials.next(loan.granted_on),
                booking_date=loan.granted_on,
                booked_at=f"{loan.granted_on}T10:00:00+08:00",
                kind="LOAN_GRANTED",
                forced=True,
            )

    def handle(self, message_type: str, reference: str, row: Row) -> Reply:
        """Answer one request; ``KeyError`` for a message type that the copybook does not have."""
        enquiry = self._enquiries.get(message_type)
        try:
            if enquiry is None:
                return self._changes[message_type](reference, row)
            return self._reply(reference, result=enquiry(row))
        except RefusedError as refused:
            return self._reply(reference, host_code=refused.code)

    def snapshot(self) -> None:
        """Loans and references; the ledger is its owner's to snapshot."""
        self.loans.snapshot()
        self.references.snapshot()

    def reset(self) -> None:
        self.loans.reset()
        self.references.reset()

    def _get_loan(self, row: Row) -> LoanResult:
        loan = self.loans.find(str(row["LOAN"]), str(row["ACCOUNT"]))
        state = state_of(loan)
        return LoanResult(loan, state, state.status(loan, self.calendar.accounting_date()))

    def _list_instalments(self, row: Row) -> InstalmentsResult:
        loan = self.loans.find(str(row["LOAN"]), str(row["ACCOUNT"]))
        after, maximum = _number(row, "AFTER-NUMBER"), _number(row, "MAXIMUM")
        rows = loan.schedule[after : after + min(maximum or PAGE, PAGE)]
        return InstalmentsResult(
            loan=loan,
            rows=rows,
            paid_up_to=state_of(loan).instalments_paid,
            more=bool(rows) and rows[-1].number < loan.instalments,
        )

    def _repay(self, reference: str, row: Row) -> Reply:
        order = RepaymentOrder(
            loan=str(row["LOAN"]),
            account=str(row["ACCOUNT"]),
            currency=str(row["CURRENCY"]),
            amount=_number(row, "AMOUNT"),
        )
        return self._once(
            reference, "REPAYLN", (order,), lambda serial: self._repayments.carry_out(order, reference, serial)
        )

    def _reverse(self, reference: str, row: Row) -> Reply:
        names = ("ORIGINAL-REFERENCE", "ORIGINAL-MESSAGE-TYPE", "ORIGINAL-ACCOUNT", "AMOUNT-GIVEN", "AMOUNT")
        content = tuple(row[name] for name in names)
        return self._once(reference, "REVERSE", content, lambda serial: (self._undo(row, serial), None))

    def _undo(self, row: Row, serial: str) -> ReversalResult:
        undone = undo(
            self.references,
            self.ledger,
            self.calendar,
            reference=str(row["ORIGINAL-REFERENCE"]),
            operation=str(row["ORIGINAL-MESSAGE-TYPE"]),
            serial=serial,
            matches=lambda original: _matches(original, row),
        )
        if undone is None:
            return ReversalResult(False)
        order = undone.content[0]
        assert isinstance(order, RepaymentOrder)
        self._repayments.take_back(order)
        return ReversalResult(True)

    def _inquire(self, row: Row) -> OriginalResult:
        reference = str(row["ORIGINAL-REFERENCE"])
        handled = self.references.find(reference)
        if handled is not None:
            return OriginalResult(message_type=handled.operation, original=handled.reply, reversed=handled.reversed)
        buried = self.references.buried(reference)
        if buried is None:
            return OriginalResult()
        return OriginalResult(message_type=buried, original=self._reply(reference, host_code=REVERSED_BEFORE_ARRIVAL))

    def _once(
        self,
        reference: str,
        message_type: str,
        content: tuple[object, ...],
        change: Callable[[str], tuple[Result, Transaction | None]],
    ) -> Reply:
        known = self.references.repeat(reference, content)
        if known is not None:
            return known
        serial = self._serials.next(self.calendar.accounting_date())
        transaction: Transaction | None = None
        try:
            result, transaction = change(serial)
            reply = self._reply(reference, serial=serial, result=result)
        except RefusedError as refused:
            reply = self._reply(reference, host_code=refused.code, serial=serial)
        except BookingDateError:
            reply = self._reply(reference, host_code=REFUSED, serial=serial)
        handled = Handled(
            operation=message_type, content=content, reply=reply, done=reply.done, transaction=transaction
        )
        self.references.remember(reference, handled)
        return reply

    def _reply(self, reference: str, *, host_code: str = OK, serial: str = "", result: Result | None = None) -> Reply:
        return Reply(
            reference=reference,
            host_code=host_code,
            accounting_date=self.calendar.accounting_date(),
            host_serial=serial,
            result=result,
        )


def _number(row: Row, name: str) -> int:
    value = row[name]
    assert isinstance(value, int)
    return value


def _matches(original: Handled[Reply], row: Row) -> bool:
    """Whether the account and amount that a reversal names, if it names them, are those of the repayment."""
    order = original.content[0]
    if not isinstance(order, RepaymentOrder) or row["ORIGINAL-ACCOUNT"] not in ("", order.account):
        return False
    return row["AMOUNT-GIVEN"] != "Y" or (row["CURRENCY"], row["AMOUNT"]) == (order.currency, order.amount)
