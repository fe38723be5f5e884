"""Fictional securities accounts: the same for the same customers, seed and day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from tellerline.adapters.clock import Randomness, SeededRandomness
from tellerline.simulators.hosting.host import Holder
from tellerline.simulators.ledger import Ledger, Leg
from tellerline.simulators.population.magic import MAGIC_ACCOUNTS
from tellerline.simulators.securities.accounts import CURRENCY, SecuritiesAccount
from tellerline.simulators.securities.allotments import Allotment
from tellerline.simulators.securities.host import SecuritiesHost
from tellerline.simulators.securities.listing import HALTED, LOT, SECURITIES

OPENING = f"OPENING-{CURRENCY}"
_ALLOTTED_EVERY = 3
_NEW_SHARES = (("688992", "青岚光电"), ("300994", "拾光生物"))
_FUNDS = {magic.number: 1 for magic in MAGIC_ACCOUNTS if magic.what == "one cent left"}
_FROZEN = frozenset(magic.number for magic in MAGIC_ACCOUNTS if magic.what == "frozen")
_UNBOUND = frozenset(magic.number for magic in MAGIC_ACCOUNTS if magic.what == "closed" or magic.currency != CURRENCY)


def populate(host: SecuritiesHost, holders: Sequence[Holder], seed: int, today: date) -> None:
    """One securities account each, bound to the first bank account, with funds, shares and allotment numbers.

    The last holder has one for each of the magic accounts, but for the closed one and those in other currencies.
    """
    chance = SeededRandomness(f"securities:{seed}")
    for index, holder in enumerate(holders[:-1]):
        _open(host, holder, 0, chance, today)
        if index % _ALLOTTED_EVERY == 0:
            _allot(host, holder.accounts[0], index, chance, today)
    for holder in holders[-1:]:
        for order, bank_account in enumerate(holder.accounts):
            if bank_account not in _UNBOUND:
                _open(host, holder, order, chance, today)


def _open(host: SecuritiesHost, holder: Holder, order: int, chance: Randomness, today: date) -> None:
    bank_account = holder.accounts[order]
    account = SecuritiesAccount(
        number=f"ZQ{holder.number}{order:02d}", bank_account=bank_account, holder_name=holder.name
    )
    host.register.open(account)
    funds = _FUNDS.get(bank_account) or (200 + chance.below(1_800)) * 100_00
    _enter(host, account, funds, chance, (today - timedelta(days=1)).isoformat())
    if bank_account in _FROZEN:
        host.register.put(replace(host.register.find(bank_account), frozen=True))


def _enter(host: SecuritiesHost, account: SecuritiesAccount, funds: int, chance: Randomness, day: str) -> None:
    _post(host.ledger, account.number, host.ledger.internal(OPENING, CURRENCY).number, funds, day)
    tradable = [code for code in SECURITIES if code != HALTED]
    for _ in range(1 + chance.below(4)):
        code = tradable[chance.below(len(tradable))]
        quantity = (1 + chance.below(30)) * LOT + (37 if chance.below(10) == 0 else 0)
        position = host.register.position(account.number, code).number
        _post(host.shares, position, host.shares.internal(f"MARKET/{code}", code).number, quantity, day)


def _post(ledger: Ledger, account: str, other: str, amount: int, day: str) -> None:
    ledger.post(
        (Leg(account, amount, other), Leg(other, -amount, account)),
        serial="OPENING",
        booking_date=day,
        booked_at=f"{day}T15:30:00+08:00",
        kind="OPENING",
    )


def _allot(host: SecuritiesHost, bank_account: str, index: int, chance: Randomness, today: date) -> None:
    """The older subscription has been drawn, the newer one will be."""
    account = host.register.find(bank_account)
    for order, (code, name) in enumerate(_NEW_SHARES):
        count = 1 + chance.below(20)
        subscribed = today - timedelta(days=9 if order == 0 else 1)
        host.allotments.add(
            account.number,
            Allotment(
                code=code,
                name=name,
                first_number=f"{100_000_000_000 * (order + 1) + index * 100:012d}",
                count=count,
                subscribed_on=subscribed.isoformat(),
                drawn_on=(subscribed + timedelta(days=2)).isoformat(),
                won=1 if chance.below(5) == 0 else 0,
            ),
        )
