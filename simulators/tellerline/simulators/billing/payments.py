"""Payments that the bank tells of: from the bank's settlement account to the agency."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tellerline.simulators.billing import codes
from tellerline.simulators.billing.agencies import AGENCIES, CURRENCY
from tellerline.simulators.billing.bills import Bill, BillBook
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.ledger import Ledger, Leg, Transaction

BANK = f"BANK-{CURRENCY}"
"""What the bank owes for the payments that it told of: mirrors its own settlement account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentNotice:
    """``account`` is the customer's at the bank; ``amount`` in fen."""

    kind: str
    subscriber: str
    bill: str
    account: str
    currency: str
    amount: int


class Payments:
    """Checks and books; atomic: refused with ``RefusedError`` or booked whole."""

    def __init__(self, bills: BillBook, ledger: Ledger, calendar: BankCalendar) -> None:
        self._bills = bills
        self._ledger = ledger
        self._calendar = calendar
        ledger.internal(BANK, CURRENCY)
        for agency in AGENCIES.values():
            ledger.open(agency.account, CURRENCY)

    def carry_out(self, notice: PaymentNotice, reference: str, serial: str) -> tuple[Bill, Transaction]:
        """The paid bill; its receipt is ``serial``."""
        today, now = self._calendar.accounting_date(), self._calendar.now()
        bill = self._payable(notice, today)
        agency = AGENCIES[notice.kind]
        transaction = self._ledger.post(
            (Leg(BANK, -notice.amount, agency.account), Leg(agency.account, notice.amount, notice.account)),
            serial=serial,
            booking_date=today,
            booked_at=now,
            kind="BILL_PAYMENT",
            narrative=f"{notice.subscriber}/{notice.bill}",
            reference=reference,
        )
        paid = replace(bill, paid=notice.amount, paid_at=now, receipt=serial)
        self._bills.put(paid)
        return paid, transaction

    def take_back(self, notice: PaymentNotice) -> None:
        """The bill is due again; what was booked is the ledger's to reverse."""
        bill = self._bills.find(notice.kind, notice.subscriber, notice.bill)
        self._bills.put(replace(bill, paid=0, paid_at="", receipt=""))

    def _payable(self, notice: PaymentNotice, today: str) -> Bill:
        bill = self._bills.find(notice.kind, notice.subscriber, notice.bill)
        if notice.currency != CURRENCY:
            raise RefusedError(codes.CURRENCY_MISMATCH)
        if bill.suspended:
            raise RefusedError(codes.AGENCY_CLOSED)
        if bill.paid:
            raise RefusedError(codes.ALREADY_PAID)
        if notice.amount != bill.due(today):
            raise RefusedError(codes.NOT_WHAT_IS_DUE)
        return bill
