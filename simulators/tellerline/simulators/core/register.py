"""Customers, accounts and loss reports as the core host files them; the money stands in the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from tellerline.simulators.core import codes
from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.ledger import Table

ORAL_LOSS_VALIDITY = timedelta(days=5)


class AccountKind(StrEnum):
    ACCOUNT = "ACCOUNT"
    CARD = "CARD"
    PASSBOOK = "PASSBOOK"


class AccountStatus(StrEnum):
    ACTIVE = "ACTIVE"
    FROZEN = "FROZEN"
    CLOSED = "CLOSED"


class LossState(StrEnum):
    IN_FORCE = "IN_FORCE"
    LAPSED = "LAPSED"
    FORMALISED = "FORMALISED"
    LIFTED = "LIFTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    number: str
    name: str
    identity_document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreAccount:
    """``pin_failures`` counts wrong PINs in a row; ``opened_on`` is ISO 8601. ``disponents`` are the numbers of further
    customers who may dispose of the account."""

    number: str
    kind: AccountKind
    product: str
    currency: str
    owner: str
    opened_on: str
    status: AccountStatus = AccountStatus.ACTIVE
    pin: str = field(default="", repr=False)
    pin_failures: int = 0
    disponents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCard:
    """A payment card in the hand of ``holder``, who may dispose of ``account``; ``issued_on`` is ISO 8601."""

    number: str
    product: str
    account: str
    holder: str
    issued_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LossReport:
    """``state`` as filed; ask ``state_at`` for what it is at an instant."""

    account: str
    kind: AccountKind
    report_number: str
    reported_at: datetime
    state: LossState = LossState.IN_FORCE

    @property
    def lapses_at(self) -> datetime:
        return self.reported_at + ORAL_LOSS_VALIDITY

    def state_at(self, instant: datetime) -> LossState:
        """An oral report that was neither formalised nor lifted lapses by itself."""
        if self.state is LossState.IN_FORCE and instant >= self.lapses_at:
            return LossState.LAPSED
        return self.state

    def blocks_at(self, instant: datetime) -> bool:
        return self.state_at(instant) in (LossState.IN_FORCE, LossState.FORMALISED)


class Register:
    """Look-ups by the numbers that requests carry; goes back to a snapshot like the ledger does."""

    def __init__(self) -> None:
        self.customers: Table[str, Customer] = Table()
        self.accounts: Table[str, CoreAccount] = Table()
        self.cards: Table[str, IssuedCard] = Table()
        self.losses: Table[str, LossReport] = Table()
        self._by_document: Table[str, str] = Table()

    @property
    def _tables(self) -> tuple[Table[str, Any], ...]:
        return self.customers, self.accounts, self.cards, self.losses, self._by_document

    def add_customer(self, customer: Customer) -> None:
        """``ValueError`` when the number or the identity document is taken."""
        if customer.number in self.customers or customer.identity_document in self._by_document:
            raise ValueError(f"customer {customer.number} exists")
        self.customers.put(customer.number, customer)
        self._by_document.put(customer.identity_document, customer.number)

    def add_account(self, account: CoreAccount) -> None:
        """``ValueError`` when the number is taken, or the owner or a disponent unknown."""
        people = (account.owner, *account.disponents)
        if account.number in self.accounts or any(person not in self.customers for person in people):
            raise ValueError(f"account {account.number} exists, or has an owner or disponent who does not")
        self.accounts.put(account.number, account)

    def add_card(self, card: IssuedCard) -> None:
        """``ValueError`` when the number is taken, the account unknown, or the holder may not dispose of it."""
        account = self.accounts.get(card.account)
        if account is None or card.number in self.cards or card.holder not in (account.owner, *account.disponents):
            raise ValueError(f"card {card.number} exists, or its holder may not dispose of its account")
        self.cards.put(card.number, card)

    def customer_with(self, identity_document: str) -> Customer:
        number = self._by_document.get(identity_document)
        if number is None:
            raise RefusedError(codes.CUSTOMER_NOT_FOUND)
        return self.owner(number)

    def owner(self, number: str) -> Customer:
        customer = self.customers.get(number)
        if customer is None:
            raise RefusedError(codes.CUSTOMER_NOT_FOUND)
        return customer

    def account(self, number: str) -> CoreAccount:
        """Refuses an unknown account; a closed one is returned."""
        account = self.accounts.get(number)
        if account is None:
            raise RefusedError(codes.ACCOUNT_NOT_FOUND)
        return account

    def usable(self, number: str, instant: datetime) -> CoreAccount:
        """An account whose balance may be told: neither closed nor reported lost."""
        account = self.account(number)
        if account.status is AccountStatus.CLOSED:
            raise RefusedError(codes.ACCOUNT_CLOSED)
        if self.reported_lost(number, instant):
            raise RefusedError(codes.ACCOUNT_REPORTED_LOST)
        return account

    def debitable(self, number: str, instant: datetime) -> CoreAccount:
        """An account that may be debited: usable and not frozen."""
        account = self.usable(number, instant)
        if account.status is AccountStatus.FROZEN:
            raise RefusedError(codes.ACCOUNT_FROZEN)
        return account

    def reported_lost(self, number: str, instant: datetime) -> bool:
        report = self.losses.get(number)
        return report is not None and report.blocks_at(instant)

    def set_status(self, number: str, status: AccountStatus) -> None:
        self.accounts.put(number, replace(self.account(number), status=status))

    def set_pin(self, number: str, pin: str) -> None:
        """Set a PIN and unlock it."""
        self.accounts.put(number, replace(self.account(number), pin=pin, pin_failures=0))

    def snapshot(self) -> None:
        for table in self._tables:
            table.snapshot()

    def reset(self) -> None:
        for table in self._tables:
            table.reset()
