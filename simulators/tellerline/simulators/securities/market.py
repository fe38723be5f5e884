"""The exchange's day, one security at a time: its book, its prices, and the liquidity that it begins with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from tellerline.adapters.clock import SeededRandomness
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.ledger import Table
from tellerline.simulators.securities import codes, sessions
from tellerline.simulators.securities.listing import LOT, SECURITIES, Security
from tellerline.simulators.securities.matching import Book, Fill, Resting, Side

_LEVELS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityDay:
    """One security on one trading day; prices in fen. ``high`` and ``low`` are 0 before the first trade."""

    security: Security
    day: date
    previous_close: int
    last: int
    high: int = 0
    low: int = 0
    volume: int = 0
    turnover: int = 0
    book: Book

    @property
    def limits(self) -> tuple[int, int]:
        return self.security.limits(self.previous_close)

    def traded(self, fills: tuple[Fill, ...], book: Book) -> SecurityDay:
        if not fills:
            return replace(self, book=book)
        prices = [fill.price for fill in fills]
        return replace(
            self,
            book=book,
            last=prices[-1],
            high=max(self.high, *prices),
            low=min(self.low or prices[0], *prices),
            volume=self.volume + sum(fill.quantity for fill in fills),
            turnover=self.turnover + sum(fill.price * fill.quantity for fill in fills),
        )


class Market:
    """All securities. A day's first use begins it: with the last price as its close before and a book seeded anew."""

    def __init__(self, calendar: BankCalendar) -> None:
        self._calendar = calendar
        self._days: Table[str, SecurityDay] = Table()

    def today(self, code: str) -> SecurityDay:
        """Refuses an unknown security."""
        security = SECURITIES.get(code)
        if security is None:
            raise RefusedError(codes.UNKNOWN_SECURITY)
        today = sessions.trading_day(self._calendar.instant())
        known = self._days.get(code)
        if known is None or known.day != today:
            close = security.price if known is None else known.last
            book = Book() if security.halted else liquidity(security, today, close)
            known = SecurityDay(security=security, day=today, previous_close=close, last=close, book=book)
            self._days.put(code, known)
        return known

    def bring(self, code: str, side: Side, price: int, quantity: int, order: str) -> tuple[Fill, ...]:
        """Trade an order as far as it goes and put the rest of it into the book."""
        day = self.today(code)
        book, fills = day.book.match(side, price, quantity)
        left = quantity - sum(fill.quantity for fill in fills)
        if left:
            book = book.rest(side, Resting(order, price, left))
        self._days.put(code, day.traded(fills, book))
        return fills

    def withdraw(self, code: str, order: str) -> None:
        day = self.today(code)
        self._days.put(code, replace(day, book=day.book.without(order)))

    def snapshot(self) -> None:
        self._days.snapshot()

    def reset(self) -> None:
        self._days.reset()


def liquidity(security: Security, day: date, close: int) -> Book:
    """Orders of nobody in particular around the close before: the same for the same security, day and close."""
    chance = SeededRandomness(f"{security.code}:{day.isoformat()}")
    low, high = security.limits(close)
    step = max(1, close // 1_000)
    middle = close + (chance.below(9) - 4) * step
    book = Book()
    for level in range(1, _LEVELS + 1):
        for side, price in ((Side.BUY, middle - level * step), (Side.SELL, middle + level * step)):
            lots = 5 + chance.below(45)
            if low <= price <= high:
                book = book.rest(side, Resting("", price, lots * LOT))
    return book
