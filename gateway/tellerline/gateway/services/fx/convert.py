"""Foreign exchange: messages of the contract ⇄ the model."""

from __future__ import annotations

import re
from collections.abc import Callable

from google.type.decimal_pb2 import Decimal as ProtoDecimal
from google.type.money_pb2 import Money as ProtoMoney

from tellerline.api.common.v1.transaction_pb2 import TransactionInfo
from tellerline.api.fx.v1 import fx_pb2 as pb
from tellerline.gateway.services.enums import EnumPair
from tellerline.gateway.services.refusals import invalid
from tellerline.gateway.services.values import (
    date_to_proto,
    instant_from_proto,
    iso_instant_to_proto,
    money_from_proto,
    money_to_proto,
)
from tellerline.routing.model import fx
from tellerline.routing.model.money import Money

DEAL_STATES = EnumPair(pb.Deal.State.DESCRIPTOR, "STATE_", fx.FxDealState)
ORDER_STATES = EnumPair(pb.Order.State.DESCRIPTOR, "STATE_", fx.FxOrderState)
NameOf = Callable[[str], str]
"""The resource name of an account number; empty if it is not registered."""

_CURRENCY = re.compile(r"[A-Z]{3}")
_PAIR = re.compile(r"fxRates/([A-Z]{3})-([A-Z]{3})")
_RATE = re.compile(r"(0|[1-9][0-9]{0,5})(\.[0-9]{1,12})?")


def currency_from_proto(code: str, field: str) -> str:
    if not _CURRENCY.fullmatch(code):
        raise invalid(field, "not_a_currency" if code else "missing")
    return code


def pair_from_name(name: str) -> tuple[str, str]:
    """Base and quote currency of ``fxRates/EUR-USD``."""
    found = _PAIR.fullmatch(name)
    if found is None:
        raise invalid("name", "not_a_name" if name else "missing")
    return found[1], found[2]


def rate_from_proto(rate: ProtoDecimal, field: str) -> str:
    """A plain decimal of up to six digits before and twelve behind the point, in its shortest form; more than zero."""
    text: str = rate.value
    if not _RATE.fullmatch(text):
        raise invalid(field, "not_a_rate" if text else "missing")
    shortest = text.rstrip("0").rstrip(".") if "." in text else text
    if shortest == "0":
        raise invalid(field, "not_positive")
    return shortest


def fixed_from_proto(quote: pb.Quote) -> Money:
    """The one amount that is given; the other one names its currency only."""
    sells, buys = _given(quote.sell_amount), _given(quote.buy_amount)
    if sells == buys:
        raise invalid("quote", "not_one_amount")
    if sells:
        return money_from_proto(quote.sell_amount, "quote.sell_amount")
    return money_from_proto(quote.buy_amount, "quote.buy_amount")


def _given(amount: ProtoMoney) -> bool:
    return bool(amount.units or amount.nanos)


def order_command(order: pb.Order, account: str, credit_account: str) -> fx.CreateOrder:
    return fx.CreateOrder(
        account=account,
        credit_account=credit_account,
        sell=money_from_proto(order.sell_amount, "order.sell_amount"),
        buy_currency=currency_from_proto(order.buy_currency_code, "order.buy_currency_code"),
        limit_rate=rate_from_proto(order.limit_rate, "order.limit_rate"),
        expires_at=instant_from_proto(order.expire_time, "order.expire_time").isoformat(),
    )


def rate_to_proto(rate: fx.FxRate) -> pb.Rate:
    return pb.Rate(
        name=f"fxRates/{rate.base}-{rate.quote_currency}",
        base_currency_code=rate.base,
        quote_currency_code=rate.quote_currency,
        bid_rate=ProtoDecimal(value=rate.bid),
        ask_rate=ProtoDecimal(value=rate.ask),
        mid_rate=ProtoDecimal(value=rate.mid),
        reference_date=date_to_proto(rate.reference_date),
    )


def rates_to_proto(rates: fx.FxRates) -> pb.ListRatesResponse:
    return pb.ListRatesResponse(rates=[rate_to_proto(rate) for rate in rates.rates])


def quote_to_proto(quote: fx.FxQuote, parent: str) -> pb.Quote:
    return pb.Quote(
        name=f"{parent}/fxQuotes/{quote.quote}",
        sell_amount=money_to_proto(quote.sell),
        buy_amount=money_to_proto(quote.buy),
        rate=ProtoDecimal(value=quote.rate),
        reference_date=date_to_proto(quote.reference_date),
        expire_time=iso_instant_to_proto(quote.expires_at),
    )


def deal_to_proto(deal: fx.FxDeal, parent: str, name_of: NameOf) -> pb.Deal:
    return pb.Deal(
        name=f"{parent}/fxDeals/{deal.deal}",
        credit_account=name_of(deal.credit_account),
        sell_amount=money_to_proto(deal.sell),
        buy_amount=money_to_proto(deal.buy),
        rate=ProtoDecimal(value=deal.rate),
        reference_date=date_to_proto(deal.reference_date),
        deal_time=iso_instant_to_proto(deal.dealt_at),
        state=DEAL_STATES.to_proto(deal.state),
        order=f"{parent}/fxOrders/{deal.order}" if deal.order else "",
    )


def dealt_to_proto(
    deal: fx.FxDeal | None, info: TransactionInfo, parent: str, name_of: NameOf
) -> pb.CreateDealResponse:
    shown = None if deal is None else deal_to_proto(deal, parent, name_of)
    return pb.CreateDealResponse(deal=shown, transaction=info)


def order_to_proto(order: fx.FxOrder, parent: str, name_of: NameOf) -> pb.Order:
    return pb.Order(
        name=f"{parent}/fxOrders/{order.order}",
        credit_account=name_of(order.credit_account),
        sell_amount=money_to_proto(order.sell),
        buy_currency_code=order.buy_currency,
        limit_rate=ProtoDecimal(value=order.limit_rate),
        expire_time=iso_instant_to_proto(order.expires_at),
        place_time=iso_instant_to_proto(order.placed_at),
        state=ORDER_STATES.to_proto(order.state),
        fill=None if order.fill is None else deal_to_proto(order.fill, parent, name_of),
        fill_quote=f"{parent}/fxQuotes/{order.fill_quote}" if order.fill_quote else "",
    )
