"""Resting limit orders: each is compared with every published rate in turn, and fires at the first that reaches it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from tellerline.simulators.fx import codes
from tellerline.simulators.fx.amounts import Amount, amount_of
from tellerline.simulators.fx.deals import Deals
from tellerline.simulators.fx.filing import Filing
from tellerline.simulators.fx.messages import OrderResult, OrdersResult
from tellerline.simulators.fx.quotes import QuoteBook
from tellerline.simulators.fx.rates import RateBoard
from tellerline.simulators.fx.records import Order, OrderState
from tellerline.simulators.hosting.calendar import BANK_ZONE, BankCalendar
from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.hosting.serials import Serials
from tellerline.simulators.ledger import Table
from tellerline.simulators.soap.messages import SoapRequest

LONGEST = timedelta(days=366)
_FURTHEST = 10
"""A limit further from the market than this factor is a mistake of the keyboard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """What is asked, normalised: two requests that mean the same are equal."""

    account: str
    credit_account: str
    sell: Amount
    buy_currency: str
    limit_rate: Decimal
    expires_at: datetime

    @classmethod
    def read(cls, request: SoapRequest) -> OrderRequest:
        fields = request.fields
        try:
            limit = Decimal(fields["limitRate"])
        except InvalidOperation:
            raise RefusedError(codes.LIMIT_NOT_ALLOWED) from None
        return cls(
            account=fields["account"],
            credit_account=fields["creditAccount"],
            sell=amount_of(request),
            buy_currency=fields["buyCurrency"],
            limit_rate=limit,
            expires_at=_instant(fields["expiresAt"]),
        )


class Orders:
    """A published rate counts from the first instant of its date in the bank's zone. An order fires at the bid of the
    first date whose bid is its limit or better, at that instant, whenever the host is asked afterwards: ``advance``
    goes through all published dates since it was last called.
    """

    def __init__(self, board: RateBoard, quotes: QuoteBook, deals: Deals, calendar: BankCalendar) -> None:
        self._board = board
        self._quotes = quotes
        self._deals = deals
        self._calendar = calendar
        self._serials = Serials("FO")
        self._orders: Filing[Order] = Filing(codes.ORDER_NOT_FOUND)
        self._open: Table[str, str] = Table()
        self._advanced = ("", datetime.max.replace(tzinfo=UTC))

    def place(self, asked: OrderRequest) -> OrderResult:
        """File an order; it fires at once when the present rate reaches its limit."""
        now = self._calendar.instant()
        today = self._calendar.local(now)[:10]
        rate = self._board.rate(asked.sell.currency, asked.buy_currency, today)
        if not now < asked.expires_at <= now + LONGEST:
            raise RefusedError(codes.EXPIRY_NOT_ALLOWED)
        if not rate.mid / _FURTHEST < asked.limit_rate < rate.mid * _FURTHEST:
            raise RefusedError(codes.LIMIT_NOT_ALLOWED)
        self._quotes.refuse_small(asked.sell, today)
        order = Order(
            number=self._serials.next(self._calendar.accounting_date()),
            account=asked.account,
            credit_account=asked.credit_account,
            sell=asked.sell,
            buy_currency=asked.buy_currency,
            limit_rate=asked.limit_rate,
            placed_at=now,
            expires_at=asked.expires_at,
            evaluated=rate.reference_date,
        )
        self._orders.put(order)
        self._open.put(order.number, order.number)
        if rate.bid >= order.limit_rate:
            self._fire(order, rate.reference_date, now)
        self._advanced = (self._advanced[0], min(self._advanced[1], order.expires_at))
        return self._result(order.number)

    def cancel(self, request: SoapRequest) -> OrderResult:
        order = self._orders.find(request.fields["orderNumber"], request.fields["account"])
        if order.state is not OrderState.OPEN:
            raise RefusedError(codes.ORDER_NOT_OPEN)
        self._end(replace(order, state=OrderState.CANCELLED))
        return self._result(order.number)

    def get(self, request: SoapRequest) -> OrderResult:
        return self._result(self._orders.find(request.fields["orderNumber"], request.fields["account"]).number)

    def page(self, request: SoapRequest) -> OrdersResult:
        fields = request.fields
        orders, more = self._orders.page(fields["account"], fields.get("afterOrder", ""), int(fields["limit"]))
        return OrdersResult([self._result(order.number) for order in orders], more)

    def advance(self) -> None:
        """Fire and expire what the time since the last call has brought, date by date, in order of placing."""
        now = self._calendar.instant()
        today = self._calendar.local(now)[:10]
        if today == self._advanced[0] and now < self._advanced[1]:
            return
        waiting = [self._orders.get(number) for number in self._open.values()]
        first = min((order.evaluated for order in waiting), default=today)
        for date in self._board.series.between(first, today):
            waiting = [order for order in waiting if not self._ends_on(order, date)]
        for order in waiting:
            if order.expires_at <= now:
                self._end(replace(order, state=OrderState.EXPIRED))
            elif order.evaluated < today:
                self._orders.put(replace(order, evaluated=today))
        left = (self._orders.get(number).expires_at for number in self._open.values())
        self._advanced = (today, min(left, default=datetime.max.replace(tzinfo=UTC)))

    def snapshot(self) -> None:
        self._orders.snapshot()
        self._open.snapshot()

    def reset(self) -> None:
        self._orders.reset()
        self._open.reset()
        self._advanced = ("", datetime.max.replace(tzinfo=UTC))

    def _ends_on(self, order: Order, date: str) -> bool:
        """Whether the rate published on ``date`` fires this order, or it expired before."""
        if date <= order.evaluated:
            return False
        start = datetime.combine(datetime.fromisoformat(date), time.min, BANK_ZONE).astimezone(UTC)
        if order.expires_at <= start:
            self._end(replace(order, state=OrderState.EXPIRED))
            return True
        if self._board.rate(order.sell.currency, order.buy_currency, date).bid < order.limit_rate:
            return False
        self._fire(order, date, max(start, order.placed_at))
        return True

    def _fire(self, order: Order, date: str, at: datetime) -> None:
        bid = self._board.rate(order.sell.currency, order.buy_currency, date).bid
        deal = self._deals.fill(order, bid, date, at)
        self._end(replace(order, state=OrderState.FILLED, fill=deal.number))

    def _end(self, order: Order) -> None:
        self._orders.put(order)
        self._open.drop(order.number)

    def _result(self, number: str) -> OrderResult:
        order = self._orders.get(number)
        return OrderResult(order, self._deals.filing.get(order.fill) if order.fill else None)


def _instant(text: str) -> datetime:
    """Refuses an instant that no calendar has; one without an offset is in the bank's zone."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise RefusedError(codes.EXPIRY_NOT_ALLOWED) from None
    return (instant if instant.tzinfo else instant.replace(tzinfo=BANK_ZONE)).astimezone(UTC)
