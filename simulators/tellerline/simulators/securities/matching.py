"""Price–time priority: one security's orders at rest, and what an order that comes in meets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum


class Side(Enum):
    """The value is the copybook's letter."""

    BUY = "B"
    SELL = "S"


@dataclass(frozen=True, slots=True)
class Resting:
    """What is left of an order in the book. ``order`` is its number; empty for the seeded liquidity."""

    order: str
    price: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Fill:
    """``quantity`` of the order that came in trades with the order at rest, at the price of the one at rest."""

    resting: str
    price: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Book:
    """Both sides with the best price first, and behind equal prices the one that came first."""

    bids: tuple[Resting, ...] = ()
    asks: tuple[Resting, ...] = ()

    def match(self, side: Side, price: int, quantity: int) -> tuple[Book, tuple[Fill, ...]]:
        """Trade as much of an order as the other side gives within its price; nothing of it is put to rest."""
        fills: list[Fill] = []
        opposite = list(self.asks if side is Side.BUY else self.bids)
        while quantity and opposite and _crosses(side, price, opposite[0].price):
            best = opposite[0]
            traded = min(quantity, best.quantity)
            fills.append(Fill(best.order, best.price, traded))
            quantity -= traded
            if traded == best.quantity:
                del opposite[0]
            else:
                opposite[0] = replace(best, quantity=best.quantity - traded)
        left = tuple(opposite)
        return (replace(self, asks=left) if side is Side.BUY else replace(self, bids=left)), tuple(fills)

    def rest(self, side: Side, order: Resting) -> Book:
        """Put an order behind all of the same price or a better one."""
        row = self.bids if side is Side.BUY else self.asks
        place = sum(1 for each in row if not _better(side, order.price, each.price))
        row = (*row[:place], order, *row[place:])
        return replace(self, bids=row) if side is Side.BUY else replace(self, asks=row)

    def without(self, order: str) -> Book:
        """Take one order out; the same book if it is not there."""
        return Book(
            tuple(each for each in self.bids if each.order != order),
            tuple(each for each in self.asks if each.order != order),
        )


def _crosses(side: Side, price: int, resting: int) -> bool:
    return resting <= price if side is Side.BUY else resting >= price


def _better(side: Side, price: int, other: int) -> bool:
    return price > other if side is Side.BUY else price < other
