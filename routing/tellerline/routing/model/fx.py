"""Foreign exchange: rates, a locked quote, a deal on it, a resting limit order.

A rate is the price of one unit of ``base`` in units of ``quote_currency``: the bank buys ``base`` at ``bid`` and sells
it at ``ask``. A customer who sells deals at the bid of what he sells in what he buys. Rates are plain decimals as text,
exact; amounts that follow from them are rounded once, in the bank's favour.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from tellerline.routing.model.command import Command, Effect
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Result


class FxOrderState(StrEnum):
    OPEN = "OPEN"
    FILLED = "FILLED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


class FxDealState(StrEnum):
    AWAITING_SETTLEMENT = "AWAITING_SETTLEMENT"
    """An order's fill: the price is agreed, the customer's accounts have not moved yet."""
    SETTLED = "SETTLED"
    REVERSED = "REVERSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRates(Command):
    """Every offered currency, priced in ``quote_currency``."""

    operation: ClassVar[str] = "fx.ListRates"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    public: ClassVar[bool] = True
    quote_currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GetRate(Command):
    operation: ClassVar[str] = "fx.GetRate"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    public: ClassVar[bool] = True
    base: str
    quote_currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FxRate(Result):
    """``reference_date`` (ISO 8601) is the day of the reference series that ``mid`` comes from."""

    base: str
    quote_currency: str
    bid: str
    ask: str
    mid: str
    reference_date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FxRates(Result):
    rates: tuple[FxRate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _OnAccount(Command):
    """``account`` is the registered account that the customer sells from."""

    account: str

    @property
    def account_number(self) -> str:
        return self.account


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateQuote(_OnAccount):
    """A price that holds for some seconds. ``fixed`` is an amount of one of the two currencies; the other one follows.

    An enquiry: a quote moves nothing and reserves nothing, and one that nobody uses lapses.
    """

    operation: ClassVar[str] = "fx.CreateQuote"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    sell_currency: str
    buy_currency: str
    fixed: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class FxQuote(Result):
    """``expires_at`` is ISO 8601 with offset, by the host's clock."""

    quote: str
    account: str
    sell: Money
    buy: Money
    rate: str
    reference_date: str
    expires_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateDeal(Command):
    """Sell ``sell`` from ``account`` and buy ``buy`` into ``credit_account`` at the price of ``quote``: a plan of legs.

    Debit at core, ``ExecuteDeal`` here, credit at core; its result is the ``FxDeal`` of the leg here. Both amounts are
    the quote's, or nothing is done. ``quote`` may be the fill of an order, and then both accounts are the order's.
    Transfer limits do not apply.
    """

    operation: ClassVar[str] = "fx.CreateDeal"
    effect: ClassVar[Effect] = Effect.MONEY
    quote: str
    account: str
    credit_account: str
    sell: Money
    buy: Money

    @property
    def account_number(self) -> str:
        return self.account


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecuteDeal(_OnAccount):
    """The leg of ``CreateDeal`` at the host: uses the quote up and books the deal in the bank's position."""

    operation: ClassVar[str] = "fx.ExecuteDeal"
    effect: ClassVar[Effect] = Effect.MONEY
    quote: str
    credit_account: str
    sell: Money
    buy: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class FxDeal(Result):
    """``order`` is empty for a market deal. ``dealt_at`` is when the price was agreed."""

    deal: str
    account: str
    credit_account: str
    sell: Money
    buy: Money
    rate: str
    reference_date: str
    dealt_at: str
    state: FxDealState
    order: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GetDeal(_OnAccount):
    operation: ClassVar[str] = "fx.GetDeal"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    deal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDeals(_OnAccount):
    """Deals whose numbers stand behind ``after_deal``, oldest first; at most ``limit`` come back."""

    operation: ClassVar[str] = "fx.ListDeals"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    after_deal: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class FxDeals(Result):
    deals: tuple[FxDeal, ...]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateOrder(_OnAccount):
    """Sell ``sell`` for ``buy_currency`` as soon as the host's bid reaches ``limit_rate``, until ``expires_at``.

    Reserves nothing at core; a fill is settled by ``CreateDeal`` on the order's ``fill_quote``.
    """

    operation: ClassVar[str] = "fx.CreateOrder"
    effect: ClassVar[Effect] = Effect.STATE
    credit_account: str
    sell: Money
    buy_currency: str
    limit_rate: str
    expires_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder(_OnAccount):
    operation: ClassVar[str] = "fx.CancelOrder"
    effect: ClassVar[Effect] = Effect.STATE
    order: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FxOrder(Result):
    """``fill`` and ``fill_quote`` are there for a filled order only; ``fill_quote`` until the fill is settled."""

    order: str
    account: str
    credit_account: str
    sell: Money
    buy_currency: str
    limit_rate: str
    placed_at: str
    expires_at: str
    state: FxOrderState
    fill: FxDeal | None = None
    fill_quote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GetOrder(_OnAccount):
    operation: ClassVar[str] = "fx.GetOrder"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    order: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOrders(_OnAccount):
    """Orders whose numbers stand behind ``after_order``, oldest first; at most ``limit`` come back."""

    operation: ClassVar[str] = "fx.ListOrders"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    after_order: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class FxOrders(Result):
    orders: tuple[FxOrder, ...]
    more: bool
