"""The order desk: checks an order, freezes what it needs, trades it and books both sides of every fill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.hosting.serials import Serials
from tellerline.simulators.ledger import InsufficientFundsError, Ledger, Leg
from tellerline.simulators.securities import codes, sessions
from tellerline.simulators.securities.accounts import CURRENCY, Register, SecuritiesAccount
from tellerline.simulators.securities.listing import LOT, MOST_SHARES
from tellerline.simulators.securities.market import Market
from tellerline.simulators.securities.matching import Fill, Side
from tellerline.simulators.securities.orders import Order, OrderFile, Trade

MARKET_MONEY = f"MARKET-{CURRENCY}"
FEES = f"FEES-{CURRENCY}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    bank_account: str
    code: str
    side: Side
    currency: str
    price: int
    quantity: int


class OrderDesk:
    """Every method is atomic: done whole, or refused with ``RefusedError`` and nothing changed.

    Orders last until the close of their day; what is left then lapses when its account is next looked at.
    """

    def __init__(self, register: Register, market: Market, calendar: BankCalendar) -> None:
        self.orders = OrderFile()
        self._register = register
        self._market = market
        self._calendar = calendar
        self._numbers = Serials("T")

    def place(self, asked: NewOrder, number: str) -> Order:
        account = self._register.usable(asked.bank_account)
        self.lapse(account)
        self._refuse_unsound(asked, account)
        order = Order(
            number=number,
            account=account.number,
            bank_account=asked.bank_account,
            code=asked.code,
            side=asked.side,
            price=asked.price,
            quantity=asked.quantity,
            day=sessions.trading_day(self._calendar.instant()),
            placed_at=self._calendar.now(),
        )
        self._freeze(order)
        self.orders.put(order)
        for fill in self._market.bring(order.code, order.side, order.price, order.quantity, number):
            self._settle(number, fill)
        return self.orders.get(number)

    def cancel(self, order: Order) -> Order:
        """Take what is left of an order out of the market; refused when nothing is."""
        if not order.left:
            raise RefusedError(codes.NOT_CANCELLABLE)
        self._market.withdraw(order.code, order.number)
        return self._end(order, "C")

    def lapse(self, account: SecuritiesAccount) -> None:
        """End the account's open orders of days that are over."""
        now = self._calendar.instant()
        for order in self.orders.open_orders(account.number):
            if sessions.is_over(order.day, now):
                self._end(order, "E")

    def sellable(self, account: SecuritiesAccount, code: str) -> int:
        """Shares neither frozen nor bought today (T+1)."""
        bought = sum(trade.quantity for trade in self._today(account) if (trade.code, trade.side) == (code, Side.BUY))
        return max(0, self._register.position(account.number, code).available - bought)

    def withdrawable(self, account: SecuritiesAccount) -> int:
        """Money that is free and was not got by selling today; what was spent today is taken off the sales first."""
        sold = spent = 0
        for trade in self._today(account):
            if trade.side is Side.SELL:
                sold += trade.amount - trade.fees
            else:
                spent += trade.amount + trade.fees
        funds = self._register.funds(account)
        return max(0, funds.available - max(0, sold - spent - funds.held))

    def snapshot(self) -> None:
        self.orders.snapshot()

    def reset(self) -> None:
        self.orders.reset()

    def _today(self, account: SecuritiesAccount) -> list[Trade]:
        today: date = sessions.trading_day(self._calendar.instant())
        return list(self.orders.trades(account.number, today, today))

    def _refuse_unsound(self, asked: NewOrder, account: SecuritiesAccount) -> None:
        day = self._market.today(asked.code)
        low, high = day.limits
        if asked.currency != CURRENCY:
            raise RefusedError(codes.CURRENCY_MISMATCH)
        if day.security.halted:
            raise RefusedError(codes.TRADING_HALTED)
        if not sessions.is_open(self._calendar.instant()):
            raise RefusedError(codes.MARKET_CLOSED)
        if not low <= asked.price <= high:
            raise RefusedError(codes.PRICE_OUT_OF_LIMITS)
        sellable = self.sellable(account, asked.code) if asked.side is Side.SELL else 0
        odd = asked.quantity % LOT
        if not 0 < asked.quantity <= MOST_SHARES or (odd and odd != sellable % LOT):
            raise RefusedError(codes.QUANTITY_NOT_ALLOWED)
        if asked.side is Side.SELL and asked.quantity > sellable:
            raise RefusedError(codes.INSUFFICIENT_SHARES)

    def _settle(self, number: str, fill: Fill) -> None:
        """Book one fill: money and shares change hands, fees go to the house, the rest is frozen anew."""
        order = self.orders.get(number)
        other = self.orders.get(fill.resting) if fill.resting else None
        buyer, seller = (order, other) if order.side is Side.BUY else (other, order)
        amount = fill.price * fill.quantity
        sides = [each for each in (order, other) if each is not None]
        for each in sides:
            self._thaw(each)
        after = {each.number: _filled(each, fill) for each in sides}
        charged = {each.number: after[each.number].fees - each.fees for each in sides}
        trade = self._numbers.next(self._calendar.accounting_date())
        self._book_money(trade, buyer, seller, amount, charged)
        self._book_shares(trade, order.code, buyer, seller, fill.quantity)
        for each in sides:
            self.orders.put(after[each.number])
            self._freeze(after[each.number])
            self._file_trade(trade, each, fill, charged[each.number])

    def _book_money(
        self, trade: str, buyer: Order | None, seller: Order | None, amount: int, charged: dict[str, int]
    ) -> None:
        money = self._register.money
        market = money.internal(MARKET_MONEY, CURRENCY).number
        paid = amount + (charged[buyer.number] if buyer else 0)
        got = amount - (charged[seller.number] if seller else 0)
        payer, payee = buyer.account if buyer else market, seller.account if seller else market
        legs = [Leg(payer, -paid, payee), Leg(payee, got, payer)]
        if paid != got:
            legs.append(Leg(money.internal(FEES, CURRENCY).number, paid - got, payer))
        self._post(money, trade, [leg for leg in legs if leg.amount])

    def _book_shares(self, trade: str, code: str, buyer: Order | None, seller: Order | None, quantity: int) -> None:
        market = self._register.shares.internal(f"MARKET/{code}", code).number
        giver = self._register.position(seller.account, code).number if seller else market
        taker = self._register.position(buyer.account, code).number if buyer else market
        legs = (Leg(giver, -quantity, taker), Leg(taker, quantity, giver))
        self._post(self._register.shares, trade, legs)

    def _post(self, ledger: Ledger, trade: str, legs: Sequence[Leg]) -> None:
        day, now = self._calendar.accounting_date(), self._calendar.now()
        ledger.post(legs, serial=trade, booking_date=day, booked_at=now, kind="TRADE")

    def _file_trade(self, trade: str, order: Order, fill: Fill, charged: int) -> None:
        filed = Trade(
            number=f"{trade}{order.side.value}",
            order=order.number,
            code=order.code,
            side=order.side,
            price=fill.price,
            quantity=fill.quantity,
            fees=charged,
            day=order.day,
            traded_at=self._calendar.now(),
        )
        self.orders.add_trade(order.account, filed)

    def _end(self, order: Order, how: str) -> Order:
        self._thaw(order)
        ended = replace(order, ended=how)
        self.orders.put(ended)
        return ended

    def _freeze(self, order: Order) -> None:
        if not order.left:
            return
        try:
            if order.side is Side.BUY:
                self._register.money.hold(order.number, order.account, order.reserve)
            else:
                position = self._register.position(order.account, order.code)
                self._register.shares.hold(order.number, position.number, order.left)
        except InsufficientFundsError:
            raise RefusedError(codes.INSUFFICIENT_FUNDS) from None

    def _thaw(self, order: Order) -> None:
        if order.left:
            (self._register.money if order.side is Side.BUY else self._register.shares).release(order.number)


def _filled(order: Order, fill: Fill) -> Order:
    amount = order.filled_amount + fill.price * fill.quantity
    return replace(order, filled=order.filled + fill.quantity, filled_amount=amount)
