"""Exact figures: one precision for every formula, one way to round each kind of result."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, localcontext
from functools import wraps
from typing import ParamSpec, TypeVar

from tellerline.routing.model.money import MAX_MINOR, Money, exponent

Params = ParamSpec("Params")
ResultT = TypeVar("ResultT")

_CONTEXT = Context(prec=50)
HUNDRED = Decimal(100)
DAYS_OF_YEAR = 360
"""日利率 = 年利率 ÷ 360, by which banks in China reckon interest for days."""


class CalculationError(ValueError):
    """Figures that the formula has no answer for; ``field`` is which, ``why`` a stable word for what is wrong."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field
        self.why = why


def exact(formula: Callable[Params, ResultT]) -> Callable[Params, ResultT]:
    """Reckons with fifty digits, whatever the caller's decimal context is."""

    @wraps(formula)
    def reckoned(*args: Params.args, **kwargs: Params.kwargs) -> ResultT:
        with localcontext(_CONTEXT):
            return formula(*args, **kwargs)

    return reckoned


def rounded(amount: Decimal, currency: str) -> Money:
    """To the minor unit, half up 四舍五入. Raises ``CalculationError`` for what is larger than any amount."""
    return _money(amount.scaleb(exponent(currency)).to_integral_value(ROUND_HALF_UP), currency)


def rounded_down(amount: Decimal, currency: str) -> Money:
    """To the minor unit, in favour of who pays it."""
    return _money(amount.scaleb(exponent(currency)).to_integral_value(ROUND_FLOOR), currency)


def _money(minor: Decimal, currency: str) -> Money:
    if abs(minor) > MAX_MINOR:
        raise CalculationError("amount", "too_large")
    return Money(int(minor), currency)


@exact
def places(value: Decimal, digits: int) -> Decimal:
    """``value`` with so many decimals, half up."""
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def plus(one: Money, *others: Money) -> Money:
    """Their sum, all in one currency. Raises ``CalculationError`` for what is larger than any amount."""
    return _money(Decimal(one.minor + sum(other.minor for other in others)), one.currency)


def minus(one: Money, other: Money) -> Money:
    return Money(one.minor - other.minor, one.currency)


def nothing(currency: str) -> Money:
    return Money(0, currency)
