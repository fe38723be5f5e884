"""A recorded bank small enough to count by hand, and a small part of the real one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tellerline.cli.replay.berka_files import (
    BerkaAccount,
    BerkaBank,
    BerkaCard,
    BerkaClient,
    BerkaDisposition,
    BerkaLoan,
    BerkaMovement,
)

FIRST, SECOND = date(1993, 1, 4), date(1993, 1, 5)


def movement(number: str, amount: int, balance: int, operation: str = "VKLAD", **fields: object) -> BerkaMovement:
    """On account 7, on the first day, unless told otherwise."""
    common = {"account": "7", "day": FIRST, "symbol": "", "other_bank": "", "other_account": ""}
    row = {**common, "number": number, "movement": amount, "balance": balance, "operation": operation, **fields}
    return BerkaMovement(**row)  # type: ignore[arg-type]


def transfer(number: str, amount: int, balance: int, **fields: object) -> BerkaMovement:
    other = {"other_bank": "YZ", "other_account": "87144583", **fields}
    return movement(number, -amount, balance, "PREVOD NA UCET", **other)


def sample_bank() -> BerkaBank:
    """Account 7 of client 1, with client 2 as disponent, a card of his, and a loan; two days."""
    return BerkaBank(
        accounts=(BerkaAccount(number="7", opened=FIRST, frequency="POPLATEK MESICNE"),),
        clients=(
            BerkaClient(number="1", born=date(1970, 12, 13), female=True),
            BerkaClient(number="2", born=date(1945, 2, 4), female=False),
        ),
        dispositions=(
            BerkaDisposition(number="1", client="1", account="7", owner=True),
            BerkaDisposition(number="2", client="2", account="7", owner=False),
        ),
        loans=(
            BerkaLoan(number="5", account="7", granted=FIRST, amount=120_000, months=12, payment=10_000, status="A"),
        ),
        cards=(BerkaCard(number="3", disposition="2", kind="classic", issued=SECOND),),
        movements=(
            transfer("11", 10_000, 40_000, symbol="UVER"),
            movement("10", 50_000, 50_000),
            transfer("12", 45_000, -5_000, day=SECOND),
        ),
    )


def part_of(bank: BerkaBank, accounts: int) -> BerkaBank:
    """The whole history of the ``accounts`` that ordered the most transfers, with their people, cards and loans."""
    ordered: dict[str, int] = {}
    for row in bank.movements:
        if row.started_by_customer:
            ordered[row.account] = ordered.get(row.account, 0) + 1
    kept = set(sorted(ordered, key=lambda account: (-ordered[account], account))[:accounts])
    dispositions = tuple(row for row in bank.dispositions if row.account in kept)
    clients, numbers = {row.client for row in dispositions}, {row.number for row in dispositions}
    return replace(
        bank,
        accounts=tuple(row for row in bank.accounts if row.number in kept),
        clients=tuple(row for row in bank.clients if row.number in clients),
        dispositions=dispositions,
        loans=tuple(row for row in bank.loans if row.account in kept),
        cards=tuple(row for row in bank.cards if row.disposition in numbers),
        movements=tuple(row for row in bank.movements if row.account in kept),
    )
