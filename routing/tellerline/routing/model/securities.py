"""Securities: quotes, holdings, orders and trades, and the money between a bank account and its funds account."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from tellerline.routing.model.command import Command, Effect
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Result


class Board(StrEnum):
    """Where a security is listed; STAR and CHINEXT have a price limit of 20%, MAIN one of 10%."""

    MAIN = "MAIN"
    STAR = "STAR"
    CHINEXT = "CHINEXT"


class QuoteStatus(StrEnum):
    TRADING = "TRADING"
    CLOSED = "CLOSED"
    SUSPENDED = "SUSPENDED"


class Side(StrEnum):
    BUY = "BUY"
    SELL = "SELL"


class OrderStatus(StrEnum):
    """EXPIRED: what was not filled lapsed at the close of its day."""

    OPEN = "OPEN"
    PARTLY_FILLED = "PARTLY_FILLED"
    FILLED = "FILLED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


class AllotmentStatus(StrEnum):
    AWAITING_DRAW = "AWAITING_DRAW"
    WON = "WON"
    NOT_WON = "NOT_WON"


@dataclass(frozen=True, slots=True, kw_only=True)
class GetQuote(Command):
    """``security`` is the six digits of its code."""

    operation: ClassVar[str] = "securities.GetQuote"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    public: ClassVar[bool] = True
    security: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuotes(Command):
    """Quotes of the securities behind ``after_security``, by code; at most ``limit`` (20 or fewer) come back."""

    operation: ClassVar[str] = "securities.ListQuotes"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    public: ClassVar[bool] = True
    after_security: str = ""
    limit: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What all orders at one price add up to."""

    price: Money
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote(Result):
    """``bids`` and ``asks`` are the best five levels at most, the best first."""

    security: str
    name: str
    board: Board
    status: QuoteStatus
    previous_close: Money
    last: Money
    high: Money
    low: Money
    lower_limit: Money
    upper_limit: Money
    volume: int
    turnover: Money
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    as_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotes(Result):
    quotes: tuple[Quote, ...]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _OnAccount(Command):
    """``account`` is the registered bank account that the securities account is bound to, one to one (第三方存管)."""

    account: str

    @property
    def account_number(self) -> str:
        return self.account


@dataclass(frozen=True, slots=True, kw_only=True)
class ListHoldings(_OnAccount):
    """Holdings behind ``after_security``, by code; at most ``limit`` (20 or fewer) come back."""

    operation: ClassVar[str] = "securities.ListHoldings"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    after_security: str = ""
    limit: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """``sellable`` leaves out what was bought today (T+1) and what open orders have frozen."""

    security: str
    name: str
    quantity: int
    sellable: int
    frozen: int
    market_price: Money
    market_value: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings(Result):
    holdings: tuple[Holding, ...]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GetFundsBalance(_OnAccount):
    operation: ClassVar[str] = "securities.GetFundsBalance"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    recallable: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FundsBalance(Result):
    """``available`` may be spent on orders; ``withdrawable`` leaves out what was sold today and not spent again."""

    securities_account: str
    account: str
    balance: Money
    frozen: Money
    available: Money
    withdrawable: Money
    as_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder(_OnAccount):
    """A limit order, good for its day. What it needs is frozen at once: the price with fees, or the shares."""

    operation: ClassVar[str] = "securities.PlaceOrder"
    effect: ClassVar[Effect] = Effect.MONEY
    security: str
    side: Side
    price: Money
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder(_OnAccount):
    """Cancel what is not filled of an order; its result is the ``Order`` as it stays."""

    operation: ClassVar[str] = "securities.CancelOrder"
    effect: ClassVar[Effect] = Effect.STATE
    order: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GetOrder(_OnAccount):
    operation: ClassVar[str] = "securities.GetOrder"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    order: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Result):
    """``fees`` is what has been charged for ``filled_amount`` so far."""

    order: str
    security: str
    name: str
    side: Side
    price: Money
    quantity: int
    filled: int
    filled_amount: Money
    fees: Money
    status: OrderStatus
    placed_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOrders(_OnAccount):
    """Today's orders placed after ``after_order``, in the order of placing; at most ``limit`` (20 or fewer)."""

    operation: ClassVar[str] = "securities.ListOrders"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    after_order: str = ""
    limit: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders(Result):
    orders: tuple[Order, ...]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTrades(_OnAccount):
    """Trades of the days from ``from_date`` to ``to_date``, both included and both empty for today.

    Those after ``after_trade``, in the order of trading; at most ``limit`` (20 or fewer) come back.
    """

    operation: ClassVar[str] = "securities.ListTrades"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    from_date: str = ""
    to_date: str = ""
    after_trade: str = ""
    limit: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    trade: str
    order: str
    security: str
    name: str
    side: Side
    price: Money
    quantity: int
    amount: Money
    fees: Money
    traded_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trades(Result):
    trades: tuple[Trade, ...]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAllotmentNumbers(_OnAccount):
    """New-share allotment numbers 新股配号 behind ``after_number``, by number; at most ``limit`` (20 or fewer)."""

    operation: ClassVar[str] = "securities.ListAllotmentNumbers"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    after_number: str = ""
    limit: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class AllotmentNumbers:
    """``count`` numbers in a row from ``first_number``; ``won`` of them were drawn."""

    security: str
    name: str
    first_number: str
    count: int
    subscribed_on: str
    drawn_on: str
    won: int
    status: AllotmentStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Allotments(Result):
    allotments: tuple[AllotmentNumbers, ...]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfFunds(_OnAccount):
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositFunds(_OfFunds):
    """A leg: credit the funds account that is bound to ``account``, against the bank's settlement account there."""

    operation: ClassVar[str] = "securities.DepositFunds"
    effect: ClassVar[Effect] = Effect.MONEY


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawFunds(_OfFunds):
    """A leg: debit the funds account that is bound to ``account``, in favour of the bank's settlement account there."""

    operation: ClassVar[str] = "securities.WithdrawFunds"
    effect: ClassVar[Effect] = Effect.MONEY


@dataclass(frozen=True, slots=True, kw_only=True)
class FundsBooked(Result):
    """The funds account's balance after the booking; ``booked_at`` is ISO 8601."""

    balance_after: Money
    booked_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferToSecurities(_OfFunds):
    """Bank–securities transfer 银证转账: from the bank account to its funds account. A plan of two legs.

    Transfer limits do not apply in either direction: the money stays the customer's and can only come back.
    """

    operation: ClassVar[str] = "securities.TransferToSecurities"
    effect: ClassVar[Effect] = Effect.MONEY


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferToBank(_OfFunds):
    """The other direction: from the funds account to the bank account. A plan of two legs."""

    operation: ClassVar[str] = "securities.TransferToBank"
    effect: ClassVar[Effect] = Effect.MONEY


@dataclass(frozen=True, slots=True, kw_only=True)
class FundsTransferred(Result):
    """Result of both transfers: what each account holds after its leg; ``booked_at`` is the last leg's."""

    bank_balance: Money
    funds_balance: Money
    booked_at: str
