"""The credit host: one record in, one reply out, in one step of the event loop."""

from __future__ import annotations

from tellerline.simulators.credit.codes import MESSAGES
from tellerline.simulators.credit.fields import instalment_fields, loan_fields, repaid_fields
from tellerline.simulators.credit.loans import Loan, LoanBook, state_of
from tellerline.simulators.credit.repayments import RepaymentOrder, Repayments, SettlementCheck
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.copybook import Row
from tellerline.simulators.hosting.references import Handled
from tellerline.simulators.hosting.serials import Serials
from tellerline.simulators.ledger import Ledger, Leg
from tellerline.simulators.records.host import Booked, RecordHost
from tellerline.simulators.records.layout import Layout, flag
from tellerline.simulators.records.reply import Reply

HOST_VERSION = "credit-simulator 1"
PAGE = 20
_RECORDS = {
    "ECHO": "ECHO",
    "INQUIRE": "INQUIRE",
    "REVERSE": "REVERSE",
    "GETLOAN": "GET-LOAN",
    "LISTINST": "LIST-INSTALMENTS",
    "REPAYLN": "REPAY-LOAN",
}


class CreditHost(RecordHost):
    """Handles decoded records, by message type. RepayLoan and Reverse are idempotent by reference, as at the core."""

    def __init__(self, ledger: Ledger, calendar: BankCalendar, check: SettlementCheck) -> None:
        layout = Layout("tellerline.simulators.credit:credit.cpy", "gb18030", _RECORDS, MESSAGES)
        super().__init__(ledger, calendar, layout, Serials("L"), HOST_VERSION)
        self.loans = LoanBook()
        self._repayments = Repayments(self.loans, ledger, calendar, check)
        self.enquiries |= {"GETLOAN": self._get_loan, "LISTINST": self._list_instalments}
        self.changes |= {"REPAYLN": self._repay}

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

    def moved(self, original: Handled[Reply]) -> tuple[str, str, int] | None:
        order = original.content[0]
        return (order.account, order.currency, order.amount) if isinstance(order, RepaymentOrder) else None

    def undone(self, original: Handled[Reply]) -> None:
        order = original.content[0]
        assert isinstance(order, RepaymentOrder)
        self._repayments.take_back(order)

    def snapshot(self) -> None:
        """Loans and references; the ledger is its owner's to snapshot."""
        super().snapshot()
        self.loans.snapshot()

    def reset(self) -> None:
        super().reset()
        self.loans.reset()

    def _get_loan(self, row: Row) -> Row:
        loan = self.loans.find(str(row["LOAN"]), str(row["ACCOUNT"]))
        state = state_of(loan)
        return loan_fields(loan, state, state.status(loan, self.calendar.accounting_date()))

    def _list_instalments(self, row: Row) -> Row:
        loan = self.loans.find(str(row["LOAN"]), str(row["ACCOUNT"]))
        after, maximum = _number(row, "AFTER-NUMBER"), _number(row, "MAXIMUM")
        rows = loan.schedule[after : after + min(maximum or PAGE, PAGE)]
        paid_up_to = state_of(loan).instalments_paid
        return {
            "LOAN": loan.number,
            "CURRENCY": loan.currency,
            "MORE": flag(bool(rows) and rows[-1].number < loan.instalments),
            "INSTALMENT-COUNT": len(rows),
            "INSTALMENT": [instalment_fields(each, paid_up_to) for each in rows],
        }

    def _repay(self, reference: str, row: Row) -> Reply:
        order = RepaymentOrder(
            loan=str(row["LOAN"]),
            account=str(row["ACCOUNT"]),
            currency=str(row["CURRENCY"]),
            amount=_number(row, "AMOUNT"),
        )

        def repay(serial: str) -> Booked:
            repaid, transaction = self._repayments.carry_out(order, reference, serial)
            return repaid_fields(repaid), transaction

        return self.once("REPAYLN", reference, (order,), repay)


def _number(row: Row, name: str) -> int:
    value = row[name]
    assert isinstance(value, int)
    return value
