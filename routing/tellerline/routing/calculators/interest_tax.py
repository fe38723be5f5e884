"""Tax on the interest of savings deposits 储蓄存款利息所得个人所得税, by the day on which interest accrues.

Published rule: Ministry of Finance and State Administration of Taxation, 财税[2008]132号 of 9 October 2008: interest
that accrued up to 31 October 1999 is not taxed; from 1 November 1999 to 14 August 2007 at 20 %; from 15 August 2007 to
8 October 2008 at 5 %; from 9 October 2008 on it is exempt for the time being 暂免征收.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from tellerline.routing.calculators.arithmetic import HUNDRED, exact, rounded
from tellerline.routing.model.money import Money


@dataclass(frozen=True, slots=True)
class TaxStep:
    """From ``start`` on interest that accrues is taxed at ``percent``; before the first step at nothing."""

    start: date
    percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxedInterest:
    """What accrued from ``start`` up to, and not on, ``end``, and the tax on it."""

    start: date
    end: date
    percent: Decimal
    interest: Money
    tax: Money


@exact
def taxed(interest: Money, start: date, end: date, steps: Sequence[TaxStep]) -> tuple[TaxedInterest, ...]:
    """``interest`` of the days from ``start`` up to ``end``, stretch by stretch of one tax rate, oldest first.

    Interest accrues evenly over the actual days; each stretch's share is rounded half up and the last one takes the
    rest, so that they add up to ``interest``. Each tax is rounded half up. ``steps`` are in the order of their days.
    """
    edges = [start, *(step.start for step in steps if start < step.start < end), end]
    parts, given = [], 0
    for since, until in pairwise(edges):
        part = Money(interest.minor - given, interest.currency)
        if until != end:
            part = rounded(interest.decimal * (until - since).days / (end - start).days, interest.currency)
        given += part.minor
        percent = next((step.percent for step in reversed(steps) if step.start <= since), Decimal(0))
        tax = rounded(part.decimal * percent / HUNDRED, interest.currency)
        parts.append(TaxedInterest(start=since, end=until, percent=percent, interest=part, tax=tax))
    return tuple(parts)
