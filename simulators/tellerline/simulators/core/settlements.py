"""One side of a transaction of many legs: a customer's account against the bank's settlement account for a purpose."""

from __future__ import annotations

from dataclasses import dataclass

from tellerline.simulators.core import codes
from tellerline.simulators.core.messages import CoreRequest, TransferResult
from tellerline.simulators.core.register import AccountStatus, CoreAccount, Register
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.ledger import InsufficientFundsError, Ledger, Leg, Transaction
from tellerline.simulators.soap.amounts import amount_in


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementOrder:
    """What is asked, normalised. ``amount`` is positive, in minor units, whichever way it goes."""

    debit: bool
    account: str
    currency: str
    amount: int
    purpose: str
    name: str
    counterparty: str
    narrative: str

    @classmethod
    def read(cls, request: CoreRequest) -> SettlementOrder:
        """Refuses an amount with more places than its currency has, or one that is not positive."""
        fields = request.fields
        amount, currency = amount_in(fields, "amount", refused_as=codes.AMOUNT_NOT_ALLOWED)
        return cls(
            debit=request.operation == "DebitAccount",
            account=fields["account"],
            currency=currency,
            amount=amount,
            purpose=fields["purpose"],
            name=fields.get("name", ""),
            counterparty=fields.get("counterparty", ""),
            narrative=fields.get("narrative", ""),
        )


class Settlements:
    """Checks and books; atomic: refused with ``RefusedError`` or booked whole."""

    def __init__(self, register: Register, ledger: Ledger, calendar: BankCalendar) -> None:
        self._register = register
        self._ledger = ledger
        self._calendar = calendar

    def carry_out(self, order: SettlementOrder, reference: str, serial: str) -> tuple[TransferResult, Transaction]:
        instant = self._calendar.instant()
        account = self._register.debitable(order.account, instant) if order.debit else self._creditable(order)
        if account.currency != order.currency:
            raise RefusedError(codes.CURRENCY_MISMATCH)
        contra = self._ledger.internal(f"SETTLE-{order.purpose}-{order.currency}", order.currency)
        change = -order.amount if order.debit else order.amount
        booked_at = self._calendar.local(instant)
        try:
            transaction = self._ledger.post(
                (
                    Leg(account.number, change, order.counterparty or contra.number),
                    Leg(contra.number, -change, account.number),
                ),
                serial=serial,
                booking_date=self._calendar.accounting_date(),
                booked_at=booked_at,
                kind="SETTLEMENT",
                narrative=order.narrative,
                reference=reference,
            )
        except InsufficientFundsError:
            raise RefusedError(codes.INSUFFICIENT_FUNDS) from None
        balance = self._ledger.account(account.number).balance
        return TransferResult(currency=order.currency, balance_after=balance, booked_at=booked_at), transaction

    def _creditable(self, order: SettlementOrder) -> CoreAccount:
        """A frozen account, or one reported lost, may still be paid into."""
        account = self._register.accounts.get(order.account)
        if account is None:
            raise RefusedError(codes.ACCOUNT_NOT_FOUND)
        if account.status is AccountStatus.CLOSED:
            raise RefusedError(codes.ACCOUNT_CLOSED)
        if order.name and order.name != self._register.owner(account.owner).name:
            raise RefusedError(codes.PAYEE_NAME_MISMATCH)
        return account
