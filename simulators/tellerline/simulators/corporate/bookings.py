"""How the front-end books: amounts as they are asked, refusals in its own codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tellerline.simulators.corporate import codes
from tellerline.simulators.corporate.register import Register
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.ledger import InsufficientFundsError, Ledger, Leg, Transaction
from tellerline.simulators.soap.amounts import amount_in
from tellerline.simulators.soap.messages import SoapRequest


@dataclass(frozen=True, slots=True)
class Booked:
    """The debit account's balance afterwards, in minor units."""

    transaction: Transaction
    balance_after: int
    booked_at: str


class Bookings:
    """Atomic: refused with ``RefusedError`` or booked whole."""

    def __init__(self, register: Register, ledger: Ledger, calendar: BankCalendar) -> None:
        self._register = register
        self._ledger = ledger
        self._calendar = calendar

    def company(self, request: SoapRequest) -> str:
        """Whose representative asks."""
        return self._register.representative(request.fields["company"], request.fields["representative"]).company

    def debit(
        self,
        account: str,
        legs: Sequence[Leg],
        *,
        serial: str,
        kind: str,
        narrative: str,
        reference: str,
    ) -> Booked:
        """Book ``legs``, of which the first is the debit of ``account`` that a reversal names."""
        booked_at = self._calendar.now()
        try:
            transaction = self._ledger.post(
                legs,
                serial=serial,
                booking_date=self._calendar.accounting_date(),
                booked_at=booked_at,
                kind=kind,
                narrative=narrative,
                reference=reference,
            )
        except InsufficientFundsError:
            raise RefusedError(codes.INSUFFICIENT_FUNDS) from None
        return Booked(transaction, self._ledger.account(account).balance, booked_at)

    def own(self, purpose: str, currency: str) -> str:
        """The bank's own account for a purpose, opened when first used."""
        return self._ledger.internal(f"{purpose}-{currency}", currency).number


def amount_of(request: SoapRequest) -> tuple[int, str]:
    """Minor units and currency. Refuses more places than the currency has, and what is not positive."""
    return amount_in(request.fields, "amount", refused_as=codes.AMOUNT_NOT_ALLOWED)
