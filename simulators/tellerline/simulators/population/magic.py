"""Accounts and amounts that make the hosts misbehave, or that are in a state worth testing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tellerline.simulators.core.register import AccountStatus
from tellerline.simulators.faults import FaultKind, FaultRule
from tellerline.simulators.hosting.host import SimulatedHost
from tellerline.simulators.population.numbers import card_number

_FIRST_SERIAL = 900_000_000_001
_FIRST_AMOUNT = 7_001_01


@dataclass(frozen=True, slots=True, kw_only=True)
class MagicAccount:
    """A card of the population whose number is known beforehand. ``balance`` and ``overdraft`` in minor units."""

    number: str
    what: str
    fault: FaultKind | None = None
    balance: int = 100_000_00
    overdraft: int = 0
    status: AccountStatus = AccountStatus.ACTIVE
    pin: str = ""
    pin_failures: int = 0
    reported_lost: bool = False
    currency: str = "CNY"


def _accounts() -> tuple[MagicAccount, ...]:
    numbers = (card_number(_FIRST_SERIAL + index) for index in range(100))
    faulty = [MagicAccount(number=next(numbers), what=kind.value, fault=kind) for kind in FaultKind]
    return (
        *faulty,
        MagicAccount(number=next(numbers), what="one cent left", balance=1),
        MagicAccount(number=next(numbers), what="overdraft facility of 50,000.00", balance=0, overdraft=50_000_00),
        MagicAccount(number=next(numbers), what="frozen", status=AccountStatus.FROZEN),
        MagicAccount(number=next(numbers), what="closed", status=AccountStatus.CLOSED, balance=0),
        MagicAccount(number=next(numbers), what="reported lost", reported_lost=True),
        MagicAccount(number=next(numbers), what="PIN of four digits", pin="2468"),
        MagicAccount(number=next(numbers), what="PIN locked", pin_failures=3),
        MagicAccount(number=next(numbers), what="in US dollars", currency="USD"),
    )


MAGIC_ACCOUNTS = _accounts()
"""The faulty ones act on what changes something from them, at every host: transfers, loss reports, repayments …"""

MAGIC_AMOUNTS = {_FIRST_AMOUNT + index: kind for index, kind in enumerate(FaultKind)}
"""Changes of exactly these minor units, at every host: 7,001.01 and up, one cent for each kind of fault."""


def arm(hosts: Iterable[SimulatedHost]) -> None:
    """Put the magic accounts and amounts to work as standing rules of every host: on what changes something there."""
    for host in hosts:
        if host.changing:
            for rule in _rules(host.changing):
                host.faults.add(rule, standing=True)


def _rules(operations: frozenset[str]) -> Iterator[FaultRule]:
    for account in MAGIC_ACCOUNTS:
        if account.fault is not None:
            yield FaultRule(kind=account.fault, account=account.number, operations=operations)
    for amount, kind in MAGIC_AMOUNTS.items():
        yield FaultRule(kind=kind, amount=amount, operations=operations)
