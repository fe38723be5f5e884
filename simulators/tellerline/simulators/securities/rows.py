"""What the host answers, as fields of its copybook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TypeVar

from tellerline.simulators.hosting.copybook import Row, Value
from tellerline.simulators.records.layout import date_digits, flag
from tellerline.simulators.securities.allotments import Allotment
from tellerline.simulators.securities.listing import SECURITIES
from tellerline.simulators.securities.market import SecurityDay
from tellerline.simulators.securities.matching import Resting
from tellerline.simulators.securities.orders import Order, Trade

PAGE = 20
_LEVELS = 5
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Page:
    """What a list asks for: rows behind ``after`` (empty: from the first), at most ``maximum`` (0: as many as fit)."""

    after: str
    maximum: int

    def of(self, name: str, items: Iterable[_Item], key: Callable[[_Item], str], row: Callable[[_Item], Row]) -> Row:
        """A page as fields; ``items`` are in ascending order of their keys."""
        behind = [item for item in items if key(item) > self.after]
        shown = behind[: min(self.maximum or PAGE, PAGE)]
        return {"MORE": flag(len(shown) < len(behind)), "ROW-COUNT": len(shown), name: [row(item) for item in shown]}


def quote_row(day: SecurityDay, status: str, as_of: str) -> Row:
    low, high = day.limits
    return {
        **_security(day.security.code),
        "BOARD": day.security.board.letter,
        "QUOTE-STATUS": status,
        "PREVIOUS-CLOSE": day.previous_close,
        "LAST-PRICE": day.last,
        "HIGH-PRICE": day.high or day.last,
        "LOW-PRICE": day.low or day.last,
        "LOWER-LIMIT": low,
        "UPPER-LIMIT": high,
        "VOLUME": day.volume,
        "TURNOVER": day.turnover,
        "BID": _levels("BID", day.book.bids),
        "ASK": _levels("ASK", day.book.asks),
        "AS-OF": as_of,
    }


def holding_row(code: str, *, quantity: int, sellable: int, frozen: int, price: int) -> Row:
    return {
        **_security(code),
        "QUANTITY": quantity,
        "SELLABLE": sellable,
        "FROZEN": frozen,
        "MARKET-PRICE": price,
        "MARKET-VALUE": quantity * price,
    }


def order_row(order: Order) -> Row:
    return {
        "ORDER-NUMBER": order.number,
        **_security(order.code),
        "SIDE": order.side.value,
        "PRICE": order.price,
        "QUANTITY": order.quantity,
        "FILLED-QUANTITY": order.filled,
        "FILLED-AMOUNT": order.filled_amount,
        "FEES": order.fees,
        "ORDER-STATUS": order.status,
        "PLACED-AT": order.placed_at,
    }


def trade_row(trade: Trade) -> Row:
    return {
        "TRADE-NUMBER": trade.number,
        "ORDER-NUMBER": trade.order,
        **_security(trade.code),
        "SIDE": trade.side.value,
        "PRICE": trade.price,
        "QUANTITY": trade.quantity,
        "AMOUNT": trade.amount,
        "FEES": trade.fees,
        "TRADED-AT": trade.traded_at,
    }


def allotment_row(allotment: Allotment, today: str) -> Row:
    return {
        "SECURITY-CODE": allotment.code,
        "SECURITY-NAME": allotment.name,
        "FIRST-NUMBER": allotment.first_number,
        "NUMBER-COUNT": allotment.count,
        "SUBSCRIBED-ON": date_digits(allotment.subscribed_on),
        "DRAWN-ON": date_digits(allotment.drawn_on),
        "WON": allotment.won_by(today),
        "ALLOTMENT-STATUS": allotment.status(today),
    }


def booked_row(balance: int, booked_at: str) -> Row:
    return {"BALANCE-AFTER": balance, "BOOKED-AT": booked_at}


def _security(code: str) -> dict[str, Value]:
    return {"SECURITY-CODE": code, "SECURITY-NAME": SECURITIES[code].name}


def _levels(name: str, orders: Sequence[Resting]) -> list[Row]:
    prices = ((price, sum(each.quantity for each in group)) for price, group in groupby(orders, attrgetter("price")))
    return [{f"{name}-PRICE": price, f"{name}-QUANTITY": quantity} for price, quantity in list(prices)[:_LEVELS]]
