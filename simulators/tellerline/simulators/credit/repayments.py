"""Repayments: from the settlement account to the loan and to the bank's interest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tellerline.simulators.credit import codes
from tellerline.simulators.credit.loans import Loan, LoanBook, state_of
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.ledger import InsufficientFundsError, Ledger, Leg, Transaction

SettlementCheck = Callable[[str], str]
"""Why an account may not be debited: a code of this host, or empty if it may. The core host's register knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepaymentOrder:
    loan: str
    account: str
    currency: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaid:
    """What a repayment left, when it was booked."""

    loan: str
    currency: str
    outstanding: int
    settlement_balance: int
    booked_at: str


class Repayments:
    """Checks and books; atomic: refused with ``RefusedError`` or booked whole."""

    def __init__(self, book: LoanBook, ledger: Ledger, calendar: BankCalendar, check: SettlementCheck) -> None:
        self._book = book
        self._ledger = ledger
        self._calendar = calendar
        self._check = check

    def carry_out(self, order: RepaymentOrder, reference: str, serial: str) -> tuple[Repaid, Transaction]:
        loan = self._book.find(order.loan, order.account)
        before = state_of(loan)
        self._refuse_unsound(order, loan, before.debt)
        after = replace(loan, repaid=loan.repaid + order.amount)
        outstanding = state_of(after).outstanding
        booked_at = self._calendar.now()
        try:
            transaction = self._ledger.post(
                self._legs(order, principal=before.outstanding - outstanding),
                serial=serial,
                booking_date=self._calendar.accounting_date(),
                booked_at=booked_at,
                kind="LOAN_REPAYMENT",
                reference=reference,
            )
        except InsufficientFundsError:
            raise RefusedError(codes.INSUFFICIENT_FUNDS) from None
        self._book.put(after)
        repaid = Repaid(
            loan=loan.number,
            currency=loan.currency,
            outstanding=outstanding,
            settlement_balance=self._ledger.account(order.account).balance,
            booked_at=booked_at,
        )
        return repaid, transaction

    def take_back(self, order: RepaymentOrder) -> None:
        """Undo what a repayment did to its loan; its postings are the ledger's to reverse."""
        loan = self._book.find(order.loan, order.account)
        self._book.put(replace(loan, repaid=loan.repaid - order.amount))

    def _refuse_unsound(self, order: RepaymentOrder, loan: Loan, debt: int) -> None:
        if order.currency != loan.currency:
            raise RefusedError(codes.CURRENCY_MISMATCH)
        if order.amount <= 0:
            raise RefusedError(codes.AMOUNT_NOT_ALLOWED)
        if debt == 0:
            raise RefusedError(codes.LOAN_REPAID)
        if order.amount > debt:
            raise RefusedError(codes.EXCEEDS_DEBT)
        blocked = self._check(order.account)
        if blocked:
            raise RefusedError(blocked)

    def _legs(self, order: RepaymentOrder, *, principal: int) -> list[Leg]:
        interest = order.amount - principal
        legs = [Leg(order.account, -order.amount, order.loan)]
        if principal:
            legs.append(Leg(order.loan, principal, order.account))
        if interest:
            income = self._ledger.internal(f"LOAN-INTEREST-{order.currency}", order.currency)
            legs.append(Leg(income.number, interest, order.account))
        return legs
