"""What the foreign exchange host answers, free of any wire; a quote and a rate stand for themselves."""

from __future__ import annotations

from dataclasses import dataclass

from tellerline.simulators.fx.rates import Rate
from tellerline.simulators.fx.records import Deal, Order


@dataclass(frozen=True, slots=True)
class RatesResult:
    rates: list[Rate]


@dataclass(frozen=True, slots=True)
class DealResult:
    deal: Deal


@dataclass(frozen=True, slots=True)
class DealsResult:
    deals: list[Deal]
    more: bool


@dataclass(frozen=True, slots=True)
class OrderResult:
    """``fill`` is the deal of a filled order."""

    order: Order
    fill: Deal | None = None


@dataclass(frozen=True, slots=True)
class OrdersResult:
    orders: list[OrderResult]
    more: bool
