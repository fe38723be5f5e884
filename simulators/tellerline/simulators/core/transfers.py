"""Transfers: within this bank, and to other banks through the nostro account of the currency."""

from __future__ import annotations

from dataclasses import dataclass

from tellerline.simulators.core import codes
from tellerline.simulators.core.messages import CoreRequest, TransferResult
from tellerline.simulators.core.register import AccountStatus, CoreAccount, Register
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.ledger import InsufficientFundsError, Ledger, Leg, Transaction
from tellerline.simulators.soap.amounts import amount_in

OWN_BANK = "EXAMPLEBANK"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferOrder:
    """What is asked, normalised: two requests that mean the same are equal."""

    debit_account: str
    credit_account: str
    credit_bank: str
    credit_name: str
    currency: str
    amount: int
    kind: str
    narrative: str

    @classmethod
    def read(cls, request: CoreRequest) -> TransferOrder:
        """Refuses an amount with more places than its currency has, or one that is not positive."""
        fields = request.fields
        amount, currency = amount_in(fields, "amount", refused_as=codes.AMOUNT_NOT_ALLOWED)
        bank = fields.get("creditBank", "")
        return cls(
            debit_account=fields["debitAccount"],
            credit_account=fields["creditAccount"],
            credit_bank="" if bank == OWN_BANK else bank,
            credit_name=fields.get("creditName", ""),
            currency=currency,
            amount=amount,
            kind=fields["kind"],
            narrative=fields.get("narrative", ""),
        )


class Transfers:
    """Checks and books; atomic: refused with ``RefusedError`` or booked whole."""

    def __init__(self, register: Register, ledger: Ledger, calendar: BankCalendar) -> None:
        self._register = register
        self._ledger = ledger
        self._calendar = calendar

    def carry_out(self, order: TransferOrder, reference: str, serial: str) -> tuple[TransferResult, Transaction]:
        instant = self._calendar.instant()
        debit = self._register.debitable(order.debit_account, instant)
        if debit.currency != order.currency:
            raise RefusedError(codes.CURRENCY_MISMATCH)
        legs = self._to_other_bank(order, debit) if order.credit_bank else self._within_bank(order, debit)
        booked_at = self._calendar.local(instant)
        try:
            transaction = self._ledger.post(
                legs,
                serial=serial,
                booking_date=self._calendar.accounting_date(),
                booked_at=booked_at,
                kind="TRANSFER",
                narrative=order.narrative,
                reference=reference,
            )
        except InsufficientFundsError:
            raise RefusedError(codes.INSUFFICIENT_FUNDS) from None
        balance = self._ledger.account(debit.number).balance
        return TransferResult(currency=order.currency, balance_after=balance, booked_at=booked_at), transaction

    def _within_bank(self, order: TransferOrder, debit: CoreAccount) -> list[Leg]:
        credit = self._register.accounts.get(order.credit_account)
        if credit is None or order.kind == "OTHER_BANK":
            raise RefusedError(codes.PAYEE_NOT_FOUND)
        if credit.number == debit.number:
            raise RefusedError(codes.SAME_ACCOUNT)
        if credit.status is AccountStatus.CLOSED:
            raise RefusedError(codes.ACCOUNT_CLOSED)
        payee = self._register.owner(credit.owner).name
        if order.credit_name and order.credit_name != payee:
            raise RefusedError(codes.PAYEE_NAME_MISMATCH)
        if credit.currency != order.currency:
            raise RefusedError(codes.CURRENCY_MISMATCH)
        payer = self._register.owner(debit.owner).name
        return [
            Leg(debit.number, -order.amount, credit.number, payee),
            Leg(credit.number, order.amount, debit.number, payer),
        ]

    def _to_other_bank(self, order: TransferOrder, debit: CoreAccount) -> list[Leg]:
        nostro = self._ledger.internal(f"NOSTRO-{order.currency}", order.currency)
        payee = f"{order.credit_bank}/{order.credit_account}"
        return [
            Leg(debit.number, -order.amount, payee, order.credit_name),
            Leg(nostro.number, order.amount, debit.number),
        ]
