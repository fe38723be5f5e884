"""The model's commands and results in the words of the foreign exchange host's contract."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tellerline.connectors.soap_connector import Mapped, Values, amount, money
from tellerline.connectors.soap_control import with_control
from tellerline.routing.model import fx


def _create_quote(command: fx.CreateQuote) -> dict[str, Any]:
    return {
        "account": command.account,
        "sellCurrency": command.sell_currency,
        "buyCurrency": command.buy_currency,
        "amount": amount(command.fixed),
    }


def _execute_deal(command: fx.ExecuteDeal) -> dict[str, Any]:
    return {
        "account": command.account,
        "creditAccount": command.credit_account,
        "quoteNumber": command.quote,
        "amount": amount(command.sell),
        "buyAmount": amount(command.buy),
    }


def _create_order(command: fx.CreateOrder) -> dict[str, Any]:
    return {
        "account": command.account,
        "creditAccount": command.credit_account,
        "amount": amount(command.sell),
        "buyCurrency": command.buy_currency,
        "limitRate": Decimal(command.limit_rate),
        "expiresAt": command.expires_at,
    }


def _rate(values: Values) -> fx.FxRate:
    return fx.FxRate(
        base=values["base"],
        quote_currency=values["quoteCurrency"],
        bid=_plain(values["bid"]),
        ask=_plain(values["ask"]),
        mid=_plain(values["mid"]),
        reference_date=values["referenceDate"],
    )


def _quote(values: Values) -> fx.FxQuote:
    return fx.FxQuote(
        quote=values["number"],
        account=values["account"],
        sell=money(values["sell"]),
        buy=money(values["buy"]),
        rate=_plain(values["rate"]),
        reference_date=values["referenceDate"],
        expires_at=values["expiresAt"],
    )


def _deal(values: Values) -> fx.FxDeal:
    return fx.FxDeal(
        deal=values["number"],
        account=values["account"],
        credit_account=values["creditAccount"],
        sell=money(values["sell"]),
        buy=money(values["buy"]),
        rate=_plain(values["rate"]),
        reference_date=values["referenceDate"],
        dealt_at=values["dealtAt"],
        state=fx.FxDealState(values["state"]),
        order=values["orderNumber"] or "",
    )


def _order(values: Values) -> fx.FxOrder:
    fill = values["fill"]
    return fx.FxOrder(
        order=values["number"],
        account=values["account"],
        credit_account=values["creditAccount"],
        sell=money(values["sell"]),
        buy_currency=values["buyCurrency"],
        limit_rate=_plain(values["limitRate"]),
        placed_at=values["placedAt"],
        expires_at=values["expiresAt"],
        state=fx.FxOrderState(values["state"]),
        fill=None if fill is None else _deal(fill),
        fill_quote=values["fillQuote"] or "",
    )


def _plain(value: Decimal) -> str:
    return f"{value:f}"


def _on_deal(command: fx.GetDeal) -> dict[str, Any]:
    return {"account": command.account, "dealNumber": command.deal}


def _on_order(command: fx.GetOrder | fx.CancelOrder) -> dict[str, Any]:
    return {"account": command.account, "orderNumber": command.order}


def _list_deals(command: fx.ListDeals) -> dict[str, Any]:
    return {"account": command.account, "afterDeal": command.after_deal or None, "limit": command.limit}


def _list_orders(command: fx.ListOrders) -> dict[str, Any]:
    return {"account": command.account, "afterOrder": command.after_order or None, "limit": command.limit}


def _one_deal(values: Values) -> fx.FxDeal:
    return _deal(values["deal"])


def _one_order(values: Values) -> fx.FxOrder:
    return _order(values["order"])


_BUSINESS: dict[str, Mapped] = {
    fx.ListRates.operation: Mapped(
        "ListRates",
        lambda c: {"quoteCurrency": c.quote_currency},
        lambda r: fx.FxRates(rates=tuple(_rate(rate) for rate in r["rate"])),
    ),
    fx.GetRate.operation: Mapped(
        "GetRate", lambda c: {"base": c.base, "quoteCurrency": c.quote_currency}, lambda r: _rate(r["rate"])
    ),
    fx.CreateQuote.operation: Mapped("CreateQuote", _create_quote, lambda r: _quote(r["quote"])),
    fx.ExecuteDeal.operation: Mapped("ExecuteDeal", _execute_deal, _one_deal),
    fx.GetDeal.operation: Mapped("GetDeal", _on_deal, _one_deal),
    fx.ListDeals.operation: Mapped(
        "ListDeals", _list_deals, lambda r: fx.FxDeals(deals=tuple(_deal(d) for d in r["deal"]), more=r["more"])
    ),
    fx.CreateOrder.operation: Mapped("CreateOrder", _create_order, _one_order),
    fx.CancelOrder.operation: Mapped("CancelOrder", _on_order, _one_order),
    fx.GetOrder.operation: Mapped("GetOrder", _on_order, _one_order),
    fx.ListOrders.operation: Mapped(
        "ListOrders", _list_orders, lambda r: fx.FxOrders(orders=tuple(_order(o) for o in r["order"]), more=r["more"])
    ),
}

OPERATIONS = with_control(_BUSINESS)
