"""Orders and trades as the host files them, by account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.ledger import Table
from tellerline.simulators.securities import codes
from tellerline.simulators.securities.fees import fees
from tellerline.simulators.securities.matching import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A limit order, good for ``day``. ``ended`` is C cancelled or E expired with something left; empty else."""

    number: str
    account: str
    bank_account: str
    code: str
    side: Side
    price: int
    quantity: int
    day: date
    placed_at: str
    filled: int = 0
    filled_amount: int = 0
    ended: str = ""

    @property
    def left(self) -> int:
        """What is still in the book."""
        return 0 if self.ended else self.quantity - self.filled

    @property
    def fees(self) -> int:
        return fees(self.side, self.filled_amount)

    @property
    def reserve(self) -> int:
        """The money that what is left of a purchase may still cost, at its own price and with its fees."""
        worst = self.filled_amount + self.price * self.left
        return self.price * self.left + fees(self.side, worst) - self.fees

    @property
    def status(self) -> str:
        """The copybook's letter."""
        if self.ended:
            return self.ended
        if self.left == 0:
            return "F"
        return "P" if self.filled else "O"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """One side of a fill; ``number`` is unique over both sides of all."""

    number: str
    order: str
    code: str
    side: Side
    price: int
    quantity: int
    fees: int
    day: date
    traded_at: str

    @property
    def amount(self) -> int:
        return self.price * self.quantity


class OrderFile:
    """Everything that was ordered and traded, by number and by account in the order of time."""

    def __init__(self) -> None:
        self._orders: Table[str, Order] = Table()
        self._of_account: Table[str, tuple[str, ...]] = Table()
        self._open: Table[str, frozenset[str]] = Table()
        self._trades: Table[str, tuple[Trade, ...]] = Table()

    def put(self, order: Order) -> None:
        """File a new order, or how it stands now."""
        if order.number not in self._orders:
            self._of_account.put(order.account, (*(self._of_account.get(order.account) or ()), order.number))
        waiting = self._open.get(order.account) or frozenset()
        self._open.put(order.account, waiting | {order.number} if order.left else waiting - {order.number})
        self._orders.put(order.number, order)

    def get(self, number: str) -> Order:
        order = self._orders.get(number)
        if order is None:
            raise RefusedError(codes.UNKNOWN_ORDER)
        return order

    def find(self, number: str, account: str) -> Order:
        """Refuses an order of another account as an unknown one."""
        order = self.get(number)
        if order.account != account:
            raise RefusedError(codes.UNKNOWN_ORDER)
        return order

    def open_orders(self, account: str) -> list[Order]:
        return [self.get(number) for number in sorted(self._open.get(account) or ())]

    def of_day(self, account: str, day: date) -> list[Order]:
        orders = (self.get(number) for number in self._of_account.get(account) or ())
        return [order for order in orders if order.day == day]

    def add_trade(self, account: str, trade: Trade) -> None:
        self._trades.put(account, (*(self._trades.get(account) or ()), trade))

    def trades(self, account: str, first: date, last: date) -> Iterator[Trade]:
        return (trade for trade in self._trades.get(account) or () if first <= trade.day <= last)

    def snapshot(self) -> None:
        for table in (self._orders, self._of_account, self._open, self._trades):
            table.snapshot()

    def reset(self) -> None:
        for table in (self._orders, self._of_account, self._open, self._trades):
            table.reset()
