"""Amounts in another currency at the bank's rates.

A rate is the price of one unit of a currency in the bank's own. A customer who sells a foreign currency sells at the
bank's bid 买入价, one who buys it buys at its ask 卖出价; between two foreign currencies he sells one and buys the
other. Rounding: once, down to the minor unit of what he gets, in the bank's favour, as the foreign-exchange host does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from tellerline.routing.calculators.arithmetic import CalculationError, exact, rounded_down
from tellerline.routing.model.money import Money


@dataclass(frozen=True, slots=True)
class Sides:
    """What the bank pays for one unit of a currency, and what it asks for one."""

    bid: Decimal
    ask: Decimal


@exact
def cross_rate(sell: str, buy: str, home: str, rates: Mapping[str, Sides]) -> Decimal:
    """What one unit of ``sell`` gives in ``buy``; ``home`` is the bank's own currency, in which ``rates`` are.

    Raises ``CalculationError`` for a currency without a rate.
    """
    bid = Decimal(1) if sell == home else _sides(sell, "amount.currency_code", rates).bid
    ask = Decimal(1) if buy == home else _sides(buy, "currency_code", rates).ask
    return bid / ask


def _sides(currency: str, field: str, rates: Mapping[str, Sides]) -> Sides:
    sides = rates.get(currency)
    if sides is None:
        raise CalculationError(field, "no_rate")
    return sides


@exact
def converted(amount: Money, rate: Decimal, currency: str) -> Money:
    """``amount`` at ``rate`` in ``currency``, rounded down. Raises ``CalculationError`` for what is too large."""
    return rounded_down(amount.decimal * rate, currency)
