"""Interbank remittances 异地电子汇兑: out through the settlement account for remittances, and back when returned."""

from __future__ import annotations

from dataclasses import dataclass

from tellerline.simulators.core import codes
from tellerline.simulators.core.messages import CoreRequest, RemittanceResult
from tellerline.simulators.core.register import CoreAccount, Register
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.ledger import InsufficientFundsError, Ledger, Leg, Transaction
from tellerline.simulators.soap.amounts import amount_in

CURRENCY = "CNY"
UNKNOWN_BANKS = "999"
"""What no bank's code begins with."""
_FEES = ((10_000_00, 5_50), (100_000_00, 10_50), (500_000_00, 15_50), (1_000_000_00, 20_50))
_MOST_FEE, _PER_MILLION = 200_00, 20
_URGENT_PERCENT = 130


def fee_of(amount: int, *, urgent: bool) -> int:
    """In fen: by the amount's bracket, above a million 0.002%, never above 200.00; 30% more when it is urgent."""
    fixed = next((fee for most, fee in _FEES if amount <= most), None)
    fee = min(_MOST_FEE, amount * _PER_MILLION // 1_000_000) if fixed is None else fixed
    return fee * _URGENT_PERCENT // 100 if urgent else fee


@dataclass(frozen=True, slots=True, kw_only=True)
class RemittanceOrder:
    """What is asked, normalised: two requests that mean the same are equal."""

    debit_account: str
    credit_bank: str
    credit_account: str
    credit_name: str
    currency: str
    amount: int
    purpose: str
    urgent: bool

    @classmethod
    def read(cls, request: CoreRequest) -> RemittanceOrder:
        """Refuses an amount with more places than its currency has, or one that is not positive."""
        fields = request.fields
        amount, currency = amount_in(fields, "amount", refused_as=codes.AMOUNT_NOT_ALLOWED)
        return cls(
            debit_account=fields["debitAccount"],
            credit_bank=fields["creditBank"],
            credit_account=fields["creditAccount"],
            credit_name=fields["creditName"],
            currency=currency,
            amount=amount,
            purpose=fields["purpose"],
            urgent=fields["urgent"] in ("true", "1"),
        )


class Remittances:
    """Checks and books; atomic: refused with ``RefusedError`` or booked whole, fee included."""

    def __init__(self, register: Register, ledger: Ledger, calendar: BankCalendar) -> None:
        self._register = register
        self._ledger = ledger
        self._calendar = calendar

    def carry_out(self, order: RemittanceOrder, reference: str, serial: str) -> tuple[RemittanceResult, Transaction]:
        instant = self._calendar.instant()
        debit = self._register.debitable(order.debit_account, instant)
        if order.currency != CURRENCY or debit.currency != order.currency:
            raise RefusedError(codes.CURRENCY_MISMATCH)
        if order.credit_bank.startswith(UNKNOWN_BANKS):
            raise RefusedError(codes.BANK_NOT_FOUND)
        fee = fee_of(order.amount, urgent=order.urgent)
        booked_at = self._calendar.local(instant)
        try:
            transaction = self._ledger.post(
                self._legs(order, debit, fee),
                serial=serial,
                booking_date=self._calendar.accounting_date(),
                booked_at=booked_at,
                kind="REMITTANCE",
                narrative=order.purpose,
                reference=reference,
            )
        except InsufficientFundsError:
            raise RefusedError(codes.INSUFFICIENT_FUNDS) from None
        result = RemittanceResult(
            currency=order.currency,
            balance_after=self._ledger.account(debit.number).balance,
            booked_at=booked_at,
            fee=fee,
            payment_number=f"HH{serial}",
        )
        return result, transaction

    def _legs(self, order: RemittanceOrder, debit: CoreAccount, fee: int) -> list[Leg]:
        out = self._ledger.internal(f"SETTLE-REMITTANCE-{CURRENCY}", CURRENCY)
        fees = self._ledger.internal(f"FEES-{CURRENCY}", CURRENCY)
        payee = f"{order.credit_bank}/{order.credit_account}"
        return [
            Leg(debit.number, -order.amount, payee, order.credit_name),
            Leg(out.number, order.amount, debit.number),
            Leg(debit.number, -fee, fees.number),
            Leg(fees.number, fee, debit.number),
        ]
