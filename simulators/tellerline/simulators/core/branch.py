"""What happens at the bank without a message: accounts opened, movements posted, reports formalised."""

from __future__ import annotations

from tellerline.simulators.core.losses import Losses
from tellerline.simulators.core.register import CoreAccount, Customer, IssuedCard, LossReport, Register
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.serials import Serials
from tellerline.simulators.ledger import Ledger, Leg, Transaction

_CONTRA = {
    "CASH_DEPOSIT": "CASH",
    "CASH_WITHDRAWAL": "CASH",
    "INTEREST": "INTEREST",
    "FEE": "FEES",
    "INCOMING": "NOSTRO",
    "OUTGOING": "NOSTRO",
    "CARD_PAYMENT": "CARD-CLEARING",
    "SALARY": "NOSTRO",
    "REMITTANCE_RETURN": "SETTLE-REMITTANCE",
}
"""The bank's own account that a movement of a kind is booked against; any other kind goes to SUSPENSE."""


class Branch:
    """Direct hands on the books, for loading data and for tests; no reference, no checks of funds."""

    def __init__(self, register: Register, ledger: Ledger, calendar: BankCalendar, serials: Serials) -> None:
        self._register = register
        self._ledger = ledger
        self._calendar = calendar
        self._serials = serials
        self._losses = Losses(register, calendar)

    def open_customer(self, customer: Customer) -> None:
        self._register.add_customer(customer)

    def open_account(self, account: CoreAccount, *, overdraft: int = 0) -> None:
        """File an account and open it in the ledger with balance zero; ``overdraft`` in minor units."""
        self._register.add_account(account)
        self._ledger.open(account.number, account.currency, overdraft=overdraft)

    def issue_card(self, card: IssuedCard) -> None:
        """File a card; it moves nothing by itself."""
        self._register.add_card(card)

    def post(
        self,
        account: str,
        amount: int,
        *,
        kind: str,
        narrative: str = "",
        counterparty_account: str = "",
        counterparty_name: str = "",
        booking_date: str = "",
        booked_at: str = "",
    ) -> Transaction:
        """Book a movement that did not start with a customer's request; ``amount`` in minor units, negative debits.

        Booked whatever the funds and the status of the account, on today's accounting date unless told otherwise.
        """
        currency = self._ledger.account(account).currency
        contra = self._ledger.internal(f"{_CONTRA.get(kind, 'SUSPENSE')}-{currency}", currency)
        date = booking_date or self._calendar.accounting_date()
        return self._ledger.post(
            (
                Leg(account, amount, counterparty_account, counterparty_name),
                Leg(contra.number, -amount, account),
            ),
            serial=self._serials.next(date),
            booking_date=date,
            booked_at=booked_at or self._calendar.now(),
            kind=kind,
            narrative=narrative,
            forced=True,
        )

    def return_remittance(self, remittance: Transaction, why: str) -> Transaction:
        """The other bank sends the amount back, without the fee: an incoming entry of today."""
        out = remittance.legs[0]
        return self.post(
            out.account,
            -out.amount,
            kind="REMITTANCE_RETURN",
            narrative=why,
            counterparty_account=out.counterparty_account,
            counterparty_name=out.counterparty_name,
        )

    def formalise_loss(self, account: str) -> LossReport:
        """Make an oral report permanent; ``RefusedError`` when none is in force."""
        return self._losses.formalise(account)

    def lift_loss(self, account: str) -> LossReport:
        """End a report; ``RefusedError`` when none is in force."""
        return self._losses.lift(account)
