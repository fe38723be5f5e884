"""Cash withdrawn at terminals, each with books of its own, and given back where it did not come out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tellerline.simulators.core import codes
from tellerline.simulators.core.messages import CoreRequest, TransferResult
from tellerline.simulators.core.register import AccountStatus, CoreAccount, Register
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import ALREADY_REVERSED, REVERSAL_MISMATCH, RefusedError
from tellerline.simulators.hosting.references import Handled, ReferenceBook
from tellerline.simulators.ledger import InsufficientFundsError, Ledger, Leg, Table, Transaction
from tellerline.simulators.soap.amounts import amount_in

CURRENCY = "CNY"
MOST_AT_ONCE = 5_000_00
MOST_IN_A_DAY = 20_000_00
"""Of one account, in fen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalOrder:
    """What is asked, normalised. ``amount`` in minor units."""

    account: str
    terminal: str
    currency: str
    amount: int

    @classmethod
    def read(cls, request: CoreRequest) -> WithdrawalOrder:
        """Refuses an amount with more places than its currency has, or one that is not positive."""
        fields = request.fields
        amount, currency = amount_in(fields, "amount", refused_as=codes.AMOUNT_NOT_ALLOWED)
        return cls(account=fields["account"], terminal=fields["terminal"], currency=currency, amount=amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnOrder:
    """The part of ``original`` that did not come out."""

    original: str
    back: WithdrawalOrder

    @classmethod
    def read(cls, request: CoreRequest) -> ReturnOrder:
        return cls(original=request.fields["originalReference"], back=WithdrawalOrder.read(request))


class Cash:
    """Checks and books; atomic: refused with ``RefusedError`` or booked whole. Keeps each account's figure of a day."""

    def __init__(
        self, register: Register, ledger: Ledger, calendar: BankCalendar, references: ReferenceBook[Any]
    ) -> None:
        self._register = register
        self._ledger = ledger
        self._calendar = calendar
        self._references = references
        self._withdrawn: Table[tuple[str, str], int] = Table()
        self._returned: Table[str, int] = Table()

    def withdraw(self, order: WithdrawalOrder, reference: str, serial: str) -> tuple[TransferResult, Transaction]:
        account = self._register.debitable(order.account, self._calendar.instant())
        if order.currency != CURRENCY or account.currency != CURRENCY:
            raise RefusedError(codes.CURRENCY_MISMATCH)
        if order.amount > MOST_AT_ONCE:
            raise RefusedError(codes.CASH_AT_ONCE)
        today = self._calendar.accounting_date()
        if self.withdrawn(order.account, today) + order.amount > MOST_IN_A_DAY:
            raise RefusedError(codes.CASH_IN_A_DAY)
        booked = self._book(account, order, -order.amount, kind="CASH_WITHDRAWAL", reference=reference, serial=serial)
        self._count(order.account, today, order.amount)
        return booked

    def give_back(self, order: ReturnOrder, reference: str, serial: str) -> tuple[TransferResult, Transaction]:
        original = self._references.find(order.original)
        if original is None:
            self._references.bury(order.original, "WithdrawCash")
        if original is None or not original.done or original.transaction is None:
            raise RefusedError(codes.NO_WITHDRAWAL)
        if original.reversed or order.original in self._returned:
            raise RefusedError(ALREADY_REVERSED)
        if not _is_part(order.back, original.content[0]):
            raise RefusedError(REVERSAL_MISMATCH)
        account = self._register.account(order.back.account)
        if account.status is AccountStatus.CLOSED:
            raise RefusedError(codes.ACCOUNT_CLOSED)
        booked = self._book(
            account, order.back, order.back.amount, kind="CASH_RETURN", reference=reference, serial=serial
        )
        self._count(account.number, original.transaction.booking_date, -order.back.amount)
        self._returned.put(order.original, order.back.amount)
        return booked

    def returned(self, reference: str) -> bool:
        """Whether a part of the withdrawal ``reference`` was given back, so that it can no more be reversed whole."""
        return reference in self._returned

    def undone(self, original: Handled[Any]) -> None:
        """A withdrawal was reversed whole: the figure of its own day gets it back."""
        order = original.content[0]
        if isinstance(order, WithdrawalOrder) and original.transaction is not None:
            self._count(order.account, original.transaction.booking_date, -order.amount)

    def withdrawn(self, account: str, accounting_date: str) -> int:
        """What counts against the figure of that day."""
        return self._withdrawn.get((account, accounting_date)) or 0

    def snapshot(self) -> None:
        self._withdrawn.snapshot()
        self._returned.snapshot()

    def reset(self) -> None:
        self._withdrawn.reset()
        self._returned.reset()

    def _count(self, account: str, accounting_date: str, amount: int) -> None:
        self._withdrawn.put((account, accounting_date), self.withdrawn(account, accounting_date) + amount)

    def _book(
        self, account: CoreAccount, order: WithdrawalOrder, change: int, *, kind: str, reference: str, serial: str
    ) -> tuple[TransferResult, Transaction]:
        till = self._ledger.internal(f"CASH-{order.terminal}-{CURRENCY}", CURRENCY)
        booked_at = self._calendar.now()
        try:
            transaction = self._ledger.post(
                (Leg(account.number, change, till.number), Leg(till.number, -change, account.number)),
                serial=serial,
                booking_date=self._calendar.accounting_date(),
                booked_at=booked_at,
                kind=kind,
                narrative=order.terminal,
                reference=reference,
            )
        except InsufficientFundsError:
            raise RefusedError(codes.INSUFFICIENT_FUNDS) from None
        balance = self._ledger.account(account.number).balance
        return TransferResult(currency=CURRENCY, balance_after=balance, booked_at=booked_at), transaction


def _is_part(back: WithdrawalOrder, order: object) -> bool:
    """Whether less than all of the same withdrawal is given back."""
    if not isinstance(order, WithdrawalOrder):
        return False
    same = (back.account, back.terminal, back.currency) == (order.account, order.terminal, order.currency)
    return same and back.amount < order.amount
