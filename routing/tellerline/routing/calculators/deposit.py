"""Interest on deposits, by the rules of the People's Bank of China for interest on deposits and loans.

Published rule: 中国人民银行《关于人民币存贷款计结息问题的通知》, 银发[2005]129号, in force from 21 September 2005.
Demand deposits are settled on the 20th of the last month of each quarter at the rate listed that day, and the interest
is added on the 21st; interest = accumulated daily balances × yearly rate ÷ 360 积数计息法. For a term, interest =
principal × months × yearly rate ÷ 12, and odd days at yearly rate ÷ 360 逐笔计息法; a bank may instead turn the whole
term into actual days at yearly rate ÷ 360. Before that day, demand deposits were settled each 30 June.

Published rule for withdrawals at another time: 储蓄管理条例 (State Council decree 107, 1992): what is withdrawn before
maturity earns the demand rate listed on the day of withdrawal for all of its time; what stays beyond maturity earns,
for the time beyond it, the demand rate listed on the day of withdrawal.

Rounding: the interest of each stretch half up to the minor unit. Interest of a term earns nothing itself; interest of a
demand deposit, less its tax, earns interest from the day on which it is added.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from tellerline.routing.calculators.arithmetic import (
    DAYS_OF_YEAR,
    HUNDRED,
    CalculationError,
    exact,
    minus,
    nothing,
    plus,
    rounded,
)
from tellerline.routing.calculators.days import add_months, months_and_days
from tellerline.routing.calculators.interest_tax import TaxedInterest, TaxStep, taxed
from tellerline.routing.model.money import Money

MOST_YEARS = 60
_QUARTERLY_SINCE = date(2005, 9, 21)
_Span = tuple[date, date]


class DayCount(StrEnum):
    MONTHS_AND_DAYS = "MONTHS_AND_DAYS"
    ACTUAL_360 = "ACTUAL_360"


class Reason(StrEnum):
    TERM = "TERM"
    EARLY = "EARLY"
    OVERDUE = "OVERDUE"
    DEMAND = "DEMAND"


@dataclass(frozen=True, slots=True)
class ListedRate:
    """From ``start`` on ``percent`` a year is listed."""

    start: date
    percent: Decimal


@dataclass(frozen=True, slots=True)
class ListedRates:
    """What was listed when, in the order of the days."""

    steps: tuple[ListedRate, ...]

    def on(self, day: date) -> Decimal:
        """Raises ``CalculationError`` for a day before the first one."""
        for step in reversed(self.steps):
            if step.start <= day:
                return step.percent
        raise CalculationError("date", "no_rate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """Interest of one stretch, from ``start`` up to, and not on, ``end``."""

    reason: Reason
    start: date
    end: date
    months: int
    days: int
    percent: Decimal
    principal: Money
    interest: Money
    taxes: tuple[TaxedInterest, ...]

    @property
    def tax(self) -> Money:
        return plus(nothing(self.interest.currency), *(part.tax for part in self.taxes))


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositResult:
    """``payout`` is what is there at the end: the amount, its interest, less tax."""

    parts: tuple[Interest, ...]
    interest: Money
    tax: Money
    payout: Money


@exact
def term_deposit(
    amount: Money,
    start: date,
    months: int,
    end: date,
    *,
    percent: Decimal,
    demand: ListedRates,
    tax: Sequence[TaxStep],
    day_count: DayCount = DayCount.MONTHS_AND_DAYS,
) -> DepositResult:
    """A lump sum for ``months`` from ``start`` at ``percent`` a year, withdrawn whole on ``end``.

    ``demand`` is asked only where ``end`` is not the maturity. Raises ``CalculationError``.
    """
    _checked(start, end)
    maturity = add_months(start, months)
    if end < maturity:
        return _result(amount, [_by_days(Reason.EARLY, amount, (start, end), demand.on(end), tax)])
    span = (start, maturity)
    if day_count is DayCount.ACTUAL_360:
        parts = [_by_days(Reason.TERM, amount, span, percent, tax)]
    else:
        parts = [_term(amount, span, months, percent, tax)]
    if end > maturity:
        parts.append(_by_days(Reason.OVERDUE, amount, (maturity, end), demand.on(end), tax))
    return _result(amount, parts)


@exact
def demand_deposit(
    amount: Money, start: date, end: date, *, demand: ListedRates, tax: Sequence[TaxStep]
) -> DepositResult:
    """A sum that lies from ``start`` to ``end``, settled at the bank's settlement days. Raises ``CalculationError``."""
    _checked(start, end)
    parts, balance, since = [], amount, start
    for until in _settlements(start, end):
        part = _by_days(Reason.DEMAND, balance, (since, until), demand.on(_listed_on(until, end)), tax)
        parts.append(part)
        balance, since = plus(balance, minus(part.interest, part.tax)), until
    return _result(amount, parts)


def _checked(start: date, end: date) -> None:
    if end < start:
        raise CalculationError("withdrawal_date", "before_deposit_date")
    if end > add_months(start, MOST_YEARS * 12):
        raise CalculationError("withdrawal_date", "too_late")


def _settlements(start: date, end: date) -> Iterator[date]:
    """The days behind ``start`` on which interest is added, and ``end``."""
    for year in range(start.year, end.year + 1):
        for day in _additions(year):
            if start < day < end:
                yield day
    if start < end:
        yield end


def _additions(year: int) -> Iterator[date]:
    """The days behind the settlement days of a year."""
    if date(year, 7, 1) < _QUARTERLY_SINCE:
        yield date(year, 7, 1)
    for month in (3, 6, 9, 12):
        if date(year, month, 21) > _QUARTERLY_SINCE:
            yield date(year, month, 21)


def _listed_on(until: date, end: date) -> date:
    """The settlement day, which is the one before interest is added; at the end, the day of withdrawal."""
    return until if until == end else until - timedelta(days=1)


def _term(amount: Money, span: _Span, months: int, percent: Decimal, tax: Sequence[TaxStep]) -> Interest:
    start, end = span
    interest = rounded(amount.decimal * percent / HUNDRED * months / 12, amount.currency)
    return Interest(
        reason=Reason.TERM,
        start=start,
        end=end,
        months=months,
        days=0,
        percent=percent,
        principal=amount,
        interest=interest,
        taxes=taxed(interest, start, end, tax),
    )


def _by_days(reason: Reason, amount: Money, span: _Span, percent: Decimal, tax: Sequence[TaxStep]) -> Interest:
    start, end = span
    days = (end - start).days
    interest = rounded(amount.decimal * days * percent / HUNDRED / DAYS_OF_YEAR, amount.currency)
    return Interest(
        reason=reason,
        start=start,
        end=end,
        months=0,
        days=days,
        percent=percent,
        principal=amount,
        interest=interest,
        taxes=taxed(interest, start, end, tax) if days else (),
    )


@exact
def term_interest(amount: Money, start: date, end: date, percent: Decimal) -> Money:
    """银发[2005]129号, for a term with odd days: principal × months × rate ÷ 12 + principal × days × rate ÷ 360."""
    months, days = months_and_days(start, end)
    share = Decimal(months) / 12 + Decimal(days) / DAYS_OF_YEAR
    return rounded(amount.decimal * percent / HUNDRED * share, amount.currency)


def _result(amount: Money, parts: Sequence[Interest]) -> DepositResult:
    none = nothing(amount.currency)
    interest = plus(none, *(part.interest for part in parts))
    tax = plus(none, *(part.tax for part in parts))
    return DepositResult(parts=tuple(parts), interest=interest, tax=tax, payout=minus(plus(amount, interest), tax))
