"""Money in and out of the funds accounts: the securities side of the bank–securities transfer 银证转账."""

from __future__ import annotations

from dataclasses import dataclass

from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.ledger import InsufficientFundsError, Leg, Transaction
from tellerline.simulators.securities import codes
from tellerline.simulators.securities.accounts import CURRENCY, Register
from tellerline.simulators.securities.trading import OrderDesk

BANK = f"BANK-{CURRENCY}"
"""The bank's settlement account: what it owes this host, the mirror of its own account for securities."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FundsOrder:
    bank_account: str
    currency: str
    amount: int


class FundsDesk:
    """Open around the clock. Atomic: refused with ``RefusedError``, or booked whole."""

    def __init__(self, register: Register, desk: OrderDesk, calendar: BankCalendar) -> None:
        self._register = register
        self._desk = desk
        self._calendar = calendar

    def deposit(self, order: FundsOrder, reference: str, serial: str) -> Transaction:
        return self._book(order, order.amount, "DEPOSIT", reference, serial)

    def withdraw(self, order: FundsOrder, reference: str, serial: str) -> Transaction:
        """Refuses more than may be withdrawn today."""
        account = self._register.usable(order.bank_account)
        self._desk.lapse(account)
        if order.amount > self._desk.withdrawable(account):
            raise RefusedError(codes.INSUFFICIENT_FUNDS)
        return self._book(order, -order.amount, "WITHDRAWAL", reference, serial)

    def _book(self, order: FundsOrder, change: int, kind: str, reference: str, serial: str) -> Transaction:
        account = self._register.usable(order.bank_account)
        if order.currency != CURRENCY:
            raise RefusedError(codes.CURRENCY_MISMATCH)
        if order.amount <= 0:
            raise RefusedError(codes.AMOUNT_NOT_ALLOWED)
        bank = self._register.money.internal(BANK, CURRENCY).number
        try:
            return self._register.money.post(
                (Leg(account.number, change, order.bank_account), Leg(bank, -change, account.number)),
                serial=serial,
                booking_date=self._calendar.accounting_date(),
                booked_at=self._calendar.now(),
                kind=kind,
                reference=reference,
            )
        except InsufficientFundsError:
            raise RefusedError(codes.INSUFFICIENT_FUNDS) from None
