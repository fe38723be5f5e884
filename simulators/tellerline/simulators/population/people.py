"""Who the population is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tellerline.adapters.clock import Randomness
from tellerline.simulators.core.register import AccountKind, CoreAccount, Customer
from tellerline.simulators.population.names import personal_name
from tellerline.simulators.population.numbers import (
    account_number,
    card_number,
    identity_document,
    mobile_number,
    passbook_number,
)

PIN = "246810"
"""Of every account in the population, but for the magic ones that say otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A customer with the accounts held; the first one is a card in CNY."""

    customer: Customer
    accounts: tuple[CoreAccount, ...]

    @property
    def card(self) -> str:
        return self.accounts[0].number

    @property
    def mobile(self) -> str:
        """The telephone that the customer calls from."""
        return mobile_number(self.customer.number)

    @property
    def holder(self) -> AccountHolder:
        """As every host knows this customer."""
        numbers = tuple(account.number for account in self.accounts)
        return AccountHolder(number=self.customer.number, name=self.customer.name, accounts=numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountHolder:
    """A ``Holder``."""

    number: str
    name: str
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """What was loaded: the magic accounts' owner stands last in ``people``."""

    seed: int
    people: tuple[Person, ...]
    movements: int


def make_person(number: int, chance: Randomness, today: date) -> Person:
    """Customer ``number`` (from 1): a card, and by chance a passbook, a plain account and a card in dollars."""
    born = today - timedelta(days=18 * 366 + chance.below(62 * 365))
    customer = Customer(
        number=f"80{number:08d}",
        name=personal_name(chance),
        identity_document=identity_document(chance.below(10_000), born, number % 1000),
    )
    opened = max(born + timedelta(days=16 * 366), today - timedelta(days=365 + chance.below(5_000))).isoformat()
    accounts = [_account(card_number(number), AccountKind.CARD, "借记卡", customer, opened)]
    if chance.below(10) < 4:
        accounts.append(_account(passbook_number(number), AccountKind.PASSBOOK, "活期一本通", customer, opened))
    if chance.below(10) < 1:
        accounts.append(_account(account_number(number), AccountKind.ACCOUNT, "定活两便", customer, opened))
    if chance.below(20) < 1:
        dollars = card_number(500_000_000_000 + number)
        accounts.append(_account(dollars, AccountKind.CARD, "外汇卡", customer, opened, currency="USD"))
    return Person(customer=customer, accounts=tuple(accounts))


def _account(
    number: str, kind: AccountKind, product: str, owner: Customer, opened_on: str, *, currency: str = "CNY"
) -> CoreAccount:
    return CoreAccount(
        number=number,
        kind=kind,
        product=product,
        currency=currency,
        owner=owner.number,
        opened_on=opened_on,
        pin=PIN,
    )
