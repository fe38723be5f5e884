"""Fictional loans: the same for the same customers, seed and day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from tellerline.adapters.clock import Randomness, SeededRandomness
from tellerline.simulators.credit.loans import Loan
from tellerline.simulators.credit.schedule import RepaymentMethod
from tellerline.simulators.hosting.host import Holder

_RATES = (38_500, 43_500, 49_000, 0)
_EVERY = 5


def make_loans(holders: Sequence[Holder], seed: int, today: date) -> Iterator[Loan]:
    """Every fifth customer has one, but for the last, who is the magic accounts' owner; one in ten is behind."""
    chance = SeededRandomness(seed)
    for index, holder in enumerate(holders[:-1:_EVERY]):
        yield _loan(index, holder, chance, today)


def _loan(index: int, holder: Holder, chance: Randomness, today: date) -> Loan:
    months = 6 + chance.below(48)
    loan = Loan(
        number=f"DK{index + 1:010d}",
        account=holder.accounts[0],
        borrower_name=holder.name,
        currency="CNY",
        principal=(2 + chance.below(60)) * 5_000_00,
        rate_ppm=_RATES[chance.below(len(_RATES))],
        method=tuple(RepaymentMethod)[index % 2],
        granted_on=(today - timedelta(days=30 * (1 + chance.below(months)))).isoformat(),
        instalments=months,
    )
    due = [row.total for row in loan.schedule if row.due_on < today.isoformat()]
    behind = 1 if due and chance.below(10) == 0 else 0
    return replace(loan, repaid=sum(due[: len(due) - behind]))
