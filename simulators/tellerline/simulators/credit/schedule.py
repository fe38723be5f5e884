"""Repayment schedules to the cent, in whole numbers from end to end."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

_MONTHLY = 12 * 1_000_000
"""A yearly rate in parts per million, divided by this, is the rate of a month."""


class RepaymentMethod(StrEnum):
    EQUAL_INSTALMENTS = "I"
    """等额: every instalment is the same, but for the last, which takes the rounding."""
    EQUAL_PRINCIPAL = "P"
    """递减: the same principal each time, so the interest falls; the last takes the rounding."""


@dataclass(frozen=True, slots=True)
class Instalment:
    """Amounts in minor units; ``due_on`` is ISO 8601."""

    number: int
    due_on: str
    principal: int
    interest: int

    @property
    def total(self) -> int:
        return self.principal + self.interest


@lru_cache(maxsize=4096)
def schedule(
    principal: int, rate_ppm: int, instalments: int, method: RepaymentMethod, granted_on: str
) -> tuple[Instalment, ...]:
    """All instalments, one a month after ``granted_on`` (or the month's last day). Principals sum to ``principal``.

    Interest of a month is what is outstanding x yearly rate / 12, rounded half up to the minor unit.
    """
    if principal <= 0 or instalments <= 0 or rate_ppm < 0:
        raise ValueError("a loan has a positive principal, at least one instalment and a rate that is not negative")
    rate = _annuity(principal, rate_ppm, instalments)
    start = date.fromisoformat(granted_on)
    outstanding = principal
    rows = []
    for number in range(1, instalments + 1):
        interest = _half_up(outstanding * rate_ppm, _MONTHLY)
        if number == instalments:
            part = outstanding
        elif method is RepaymentMethod.EQUAL_PRINCIPAL:
            part = principal // instalments
        else:
            part = min(outstanding, max(0, rate - interest))
        rows.append(Instalment(number, _months_after(start, number), part, interest))
        outstanding -= part
    return tuple(rows)


def _annuity(principal: int, rate_ppm: int, instalments: int) -> int:
    """The equal instalment: P r (1+r)^n / ((1+r)^n - 1), computed as one fraction of whole numbers."""
    if rate_ppm == 0:
        return _half_up(principal, instalments)
    grown = (_MONTHLY + rate_ppm) ** instalments
    return _half_up(principal * rate_ppm * grown, _MONTHLY * (grown - _MONTHLY**instalments))


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def _months_after(start: date, months: int) -> str:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return date(year, month + 1, day).isoformat()
