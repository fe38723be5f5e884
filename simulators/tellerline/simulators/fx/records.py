"""Quotes, deals and orders as the host files them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from tellerline.simulators.fx.amounts import Amount


class DealState(StrEnum):
    AWAITING_SETTLEMENT = "AWAITING_SETTLEMENT"
    SETTLED = "SETTLED"
    REVERSED = "REVERSED"


class OrderState(StrEnum):
    OPEN = "OPEN"
    FILLED = "FILLED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A price for a customer; ``used`` ends it.

    A quote without an end settles the fill ``deal``, into ``credit_account`` alone; both are empty for any other.
    """

    number: str
    account: str
    sell: Amount
    buy: Amount
    rate: Decimal
    reference_date: str
    expires_at: datetime | None
    deal: str = ""
    credit_account: str = ""
    used: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """``dealt_at`` is when the price of ``quote`` was agreed; ``order`` is empty for a market deal."""

    number: str
    account: str
    credit_account: str
    sell: Amount
    buy: Amount
    rate: Decimal
    reference_date: str
    dealt_at: datetime
    quote: str
    state: DealState
    order: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """``evaluated`` is the last published date that it was compared with; ``fill`` the number of its deal."""

    number: str
    account: str
    credit_account: str
    sell: Amount
    buy_currency: str
    limit_rate: Decimal
    placed_at: datetime
    expires_at: datetime
    evaluated: str
    state: OrderState = OrderState.OPEN
    fill: str = ""
