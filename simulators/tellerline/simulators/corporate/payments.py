"""What one representative may do alone: remit, have a draft issued, repay a loan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from tellerline.simulators.corporate import codes
from tellerline.simulators.corporate.bookings import Bookings, amount_of
from tellerline.simulators.corporate.messages import DraftResult, RemittedResult, RepaymentResult
from tellerline.simulators.corporate.register import Paid, Register
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.ledger import Leg, Transaction
from tellerline.simulators.soap.messages import SoapRequest

DRAFT_VALIDITY = timedelta(days=30)
_FEE_PPM, _LEAST_FEE, _MOST_FEE = 500, 5_50, 50_00


def remittance_fee(amount: int, currency: str) -> int:
    """0.05%, from 5.50 to 50.00, in yuan; foreign currency goes free. Minor units, rounded down."""
    if currency != "CNY":
        return 0
    return min(_MOST_FEE, max(_LEAST_FEE, amount * _FEE_PPM // 1_000_000))


class Payments:
    """Each method books or raises ``RefusedError``."""

    def __init__(self, register: Register, bookings: Bookings, calendar: BankCalendar) -> None:
        self._register = register
        self._bookings = bookings
        self._calendar = calendar

    def remit(self, request: SoapRequest, serial: str) -> tuple[RemittedResult, Transaction]:
        fields, (amount, currency) = request.fields, amount_of(request)
        account = self._account(request, currency)
        fee = remittance_fee(amount, currency)
        payee = f"{fields['creditBank']}/{fields['creditAccount']}"
        legs = [
            Leg(account, -amount, payee, fields["creditName"]),
            Leg(self._bookings.own("NOSTRO", currency), amount, account),
        ]
        if fee:
            legs += [Leg(account, -fee), Leg(self._bookings.own("FEES", currency), fee, account)]
        booked = self._bookings.debit(
            account,
            legs,
            serial=serial,
            kind="OUTGOING_REMITTANCE",
            narrative=fields.get("purpose", ""),
            reference=request.reference,
        )
        result = RemittedResult(
            number=serial,
            currency=currency,
            fee=fee,
            balance_after=booked.balance_after,
            booked_at=booked.booked_at,
        )
        return result, booked.transaction

    def draft(self, request: SoapRequest, serial: str) -> tuple[DraftResult, Transaction]:
        fields, (amount, currency) = request.fields, amount_of(request)
        account = self._account(request, currency)
        booked = self._bookings.debit(
            account,
            (
                Leg(account, -amount, fields.get("payeeAccount", ""), fields["payeeName"]),
                Leg(self._bookings.own("DRAFTS", currency), amount, account),
            ),
            serial=serial,
            kind="DRAFT",
            narrative=fields.get("purpose", ""),
            reference=request.reference,
        )
        today = date.fromisoformat(self._calendar.accounting_date())
        result = DraftResult(
            number=f"HP{serial[1:]}",
            valid_until=(today + DRAFT_VALIDITY).isoformat(),
            currency=currency,
            balance_after=booked.balance_after,
            booked_at=booked.booked_at,
        )
        return result, booked.transaction

    def repay(self, request: SoapRequest, serial: str) -> tuple[RepaymentResult, Transaction]:
        """Interest first, then principal; less than the interest due is not taken."""
        fields, (amount, currency) = request.fields, amount_of(request)
        account = self._account(request, currency)
        loan = self._register.loan(fields["company"], fields["loan"])
        today = self._calendar.accounting_date()
        interest = loan.interest_due(today)
        if not loan.outstanding:
            raise RefusedError(codes.LOAN_REPAID)
        if loan.currency != currency:
            raise RefusedError(codes.CURRENCY_MISMATCH)
        if amount < interest:
            raise RefusedError(codes.AMOUNT_NOT_ALLOWED)
        if amount > interest + loan.outstanding:
            raise RefusedError(codes.MORE_THAN_OWED)
        booked = self._bookings.debit(
            account,
            (
                Leg(account, -amount, loan.number),
                Leg(self._bookings.own("LOANS", currency), amount - interest, account),
                Leg(self._bookings.own("INTEREST", currency), interest, account),
            ),
            serial=serial,
            kind="LOAN_REPAYMENT",
            narrative="还本还息",
            reference=request.reference,
        )
        paid = Paid(booked.transaction, amount - interest, interest, today)
        loan = replace(loan, repayments=(*loan.repayments, paid))
        self._register.loans.put(loan.number, loan)
        result = RepaymentResult(
            loan=loan.number,
            currency=currency,
            principal=paid.principal,
            interest=interest,
            outstanding=loan.outstanding,
            balance_after=booked.balance_after,
            booked_at=booked.booked_at,
        )
        return result, booked.transaction

    def _account(self, request: SoapRequest, currency: str) -> str:
        company = self._bookings.company(request)
        return self._register.debitable(company, request.fields["debitAccount"], currency).number
