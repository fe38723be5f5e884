"""Yields and accrued interest of treasury bonds, by the rules of China's interbank bond market.

Published rule: 中国人民银行《关于完善全国银行间债券市场债券到期收益率计算标准有关事项的通知》, 银发[2007]200号:
days are actual ones, of the actual days of the coupon period (ACT/ACT). All per 100 of face value; PV is the full
price.

- Simple (单利): a coupon bond in its last coupon period, and what is paid back once within a year:
  y = (FV − PV) ÷ PV ÷ (D ÷ TY), with FV what is paid at maturity, D the days up to it, TY the days of the present
  year of interest; with f coupons a year TY is f times the days of the present coupon period.
- Compound (复利), paid back once, more than a year ahead: PV = FV ÷ (1 + y)^(d ÷ TY + m), with m whole years behind the
  d days of the present one.
- Compound, coupon bonds: PV = Σ (C ÷ f) ÷ (1 + y ÷ f)^(d ÷ TS + k) + 100 ÷ (1 + y ÷ f)^(d ÷ TS + n − 1), k = 0 … n − 1,
  with TS the days of the present coupon period and d those of it that are left.
- Accrued interest: coupon bonds C ÷ f × t ÷ TS; paid back once with interest K × C + C × t ÷ TY after K whole years;
  discount bonds (100 − issue price) ÷ T × t.

The simple yield of a coupon bond that has more than one coupon before it is the textbook's: (C + (100 − price) ÷ years
ahead) ÷ price, on the clean price. For all others it is (FV − PV) ÷ PV ÷ years ahead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tellerline.routing.calculators.arithmetic import HUNDRED, CalculationError, exact
from tellerline.routing.calculators.days import add_months

MOST_YEARS = 100
_FREQUENCIES = (1, 2, 4)
_LEAST, _MOST = Decimal("-0.99"), Decimal(100)
_HALVINGS = 110


class BondKind(StrEnum):
    COUPON = "COUPON"
    BULLET = "BULLET"
    DISCOUNT = "DISCOUNT"


class YieldMethod(StrEnum):
    SIMPLE = "SIMPLE"
    COMPOUND = "COMPOUND"


@dataclass(frozen=True, slots=True, kw_only=True)
class BondTerms:
    """``percent`` a year of face value; ``frequency`` coupons a year, of coupon bonds; ``issue_price`` per 100."""

    kind: BondKind
    percent: Decimal
    frequency: int
    issued: date
    matures: date
    issue_price: Decimal = HUNDRED


@dataclass(frozen=True, slots=True, kw_only=True)
class BondYield:
    """Prices per 100; yields in per cent a year, as exact as they were reckoned."""

    accrued: Decimal
    full_price: Decimal
    method: YieldMethod
    to_maturity: Decimal
    simple: Decimal
    days: int


@dataclass(frozen=True, slots=True)
class _Period:
    """The coupon period (or year of interest) that holds the day of settlement; ``behind`` more of them follow it."""

    start: date
    end: date
    behind: int

    def passed(self, day: date) -> Decimal:
        return Decimal((day - self.start).days) / (self.end - self.start).days

    def left(self, day: date) -> Decimal:
        return Decimal((self.end - day).days) / (self.end - self.start).days


@exact
def bond_yield(terms: BondTerms, settlement: date, clean_price: Decimal) -> BondYield:
    """Raises ``CalculationError`` for terms that no bond has, and for a price that no yield leads to."""
    _checked(terms, settlement, clean_price)
    accrued = _accrued(terms, settlement)
    price = clean_price + accrued
    if terms.kind is BondKind.COUPON:
        method, to_maturity, simple = _coupon_yields(terms, settlement, clean_price, price)
    else:
        method, to_maturity, simple = _once_yields(terms, settlement, price)
    return BondYield(
        accrued=accrued,
        full_price=price,
        method=method,
        to_maturity=to_maturity * HUNDRED,
        simple=simple * HUNDRED,
        days=(terms.matures - settlement).days,
    )


@exact
def full_price(terms: BondTerms, settlement: date, percent: Decimal) -> Decimal:
    """The full price of a coupon bond at a compound yield of ``percent`` a year."""
    present = _period(terms, settlement, terms.frequency)
    return _present_value(terms, present, settlement)(percent / HUNDRED)


def _accrued(terms: BondTerms, settlement: date) -> Decimal:
    if terms.kind is BondKind.DISCOUNT:
        return (HUNDRED - terms.issue_price) * (settlement - terms.issued).days / (terms.matures - terms.issued).days
    if terms.kind is BondKind.COUPON:
        return terms.percent / terms.frequency * _period(terms, settlement, terms.frequency).passed(settlement)
    years, year = 0, terms.issued
    while (following := add_months(terms.issued, (years + 1) * 12)) <= settlement:
        years, year = years + 1, following
    return terms.percent * (years + Decimal((settlement - year).days) / (following - year).days)


def _once_yields(terms: BondTerms, settlement: date, price: Decimal) -> tuple[YieldMethod, Decimal, Decimal]:
    due = HUNDRED
    if terms.kind is BondKind.BULLET:
        due += _accrued(terms, terms.matures)
    present = _period(terms, settlement, 1)
    years = present.left(settlement) + present.behind
    simple = (due - price) / price / years
    if years <= 1:
        return YieldMethod.SIMPLE, simple, simple
    return YieldMethod.COMPOUND, (due / price) ** (1 / years) - 1, simple


def _coupon_yields(
    terms: BondTerms, settlement: date, clean: Decimal, price: Decimal
) -> tuple[YieldMethod, Decimal, Decimal]:
    present = _period(terms, settlement, terms.frequency)
    years = (present.left(settlement) + present.behind) / terms.frequency
    if not present.behind:
        due = HUNDRED + terms.percent / terms.frequency
        simple = (due - price) / price / years
        return YieldMethod.SIMPLE, simple, simple
    simple = (terms.percent + (HUNDRED - clean) / years) / clean
    return YieldMethod.COMPOUND, _solved(_present_value(terms, present, settlement), price), simple


def _present_value(terms: BondTerms, present: _Period, settlement: date) -> Callable[[Decimal], Decimal]:
    """The price at a yield a year; falls as the yield grows."""
    coupon, left = terms.percent / terms.frequency, present.left(settlement)

    def price(annual: Decimal) -> Decimal:
        discount = 1 / (1 + annual / terms.frequency)
        value = HUNDRED + coupon
        for _ in range(present.behind):
            value = value * discount + coupon
        return value * discount**left

    return price


def _solved(price_at: Callable[[Decimal], Decimal], price: Decimal) -> Decimal:
    low, high = _LEAST, _MOST
    if not price_at(high) <= price <= price_at(low):
        raise CalculationError("clean_price", "out_of_range")
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if price_at(middle) > price else (low, middle)
    return (low + high) / 2


def _period(terms: BondTerms, day: date, frequency: int) -> _Period:
    """Counted back from the maturity."""
    months, behind, end = 12 // frequency, 0, terms.matures
    while (start := add_months(terms.matures, -(behind + 1) * months)) > day:
        behind, end = behind + 1, start
    return _Period(start, end, behind)


def _checked(terms: BondTerms, settlement: date, clean_price: Decimal) -> None:
    if terms.kind is BondKind.COUPON and terms.frequency not in _FREQUENCIES:
        raise CalculationError("coupons_per_year", "out_of_range")
    if terms.kind is BondKind.DISCOUNT and not 0 < terms.issue_price <= HUNDRED:
        raise CalculationError("issue_price", "out_of_range")
    if not terms.issued < terms.matures <= add_months(terms.issued, MOST_YEARS * 12):
        raise CalculationError("maturity_date", "out_of_range")
    if not terms.issued <= settlement < terms.matures:
        raise CalculationError("settlement_date", "out_of_range")
    if clean_price <= 0:
        raise CalculationError("clean_price", "not_positive")
