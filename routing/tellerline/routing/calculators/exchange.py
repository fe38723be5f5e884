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

_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Sides:
    """What the bank pays for one unit of what a customer sells, and what it asks for one of what he buys."""

    bid: Decimal
    ask: Decimal

    @property
    def rate(self) -> Decimal:
        """What one unit sold gives, to fifty digits: to be shown, not to be reckoned with."""
        return _quotient(self.bid, self.ask)


def crossed(sell: str, buy: str, home: str, rates: Mapping[str, Sides]) -> Sides:
    """What the bank pays for one unit of ``sell`` and asks for one of ``buy``, in ``home``, its own currency.

    ``rates`` are in ``home``. Raises ``CalculationError`` for a currency without a rate.
    """
    return Sides(
        bid=_ONE if sell == home else _sides(sell, "amount.currency_code", rates).bid,
        ask=_ONE if buy == home else _sides(buy, "currency_code", rates).ask,
    )


def _sides(currency: str, field: str, rates: Mapping[str, Sides]) -> Sides:
    sides = rates.get(currency)
    if sides is None:
        raise CalculationError(field, "no_rate")
    return sides


@exact
def _quotient(bid: Decimal, ask: Decimal) -> Decimal:
    return bid / ask


@exact
def converted(amount: Money, sides: Sides, currency: str) -> Money:
    """``amount`` sold at the bid and ``currency`` bought at the ask, rounded down once, at the end.

    Raises ``CalculationError`` for what is too large.
    """
    return rounded_down(amount.decimal * sides.bid / sides.ask, currency)
