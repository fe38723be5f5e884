"""The model's commands and results in the words of the securities host's copybook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from tellerline.connectors.record_connector import Mapped, Values
from tellerline.connectors.record_values import flag, hundredths, iso_date, money
from tellerline.routing.model import securities
from tellerline.routing.model.command import Command
from tellerline.routing.model.money import Money

_BOARDS = {"M": securities.Board.MAIN, "S": securities.Board.STAR, "C": securities.Board.CHINEXT}
_QUOTE_STATUSES = {
    "T": securities.QuoteStatus.TRADING,
    "C": securities.QuoteStatus.CLOSED,
    "H": securities.QuoteStatus.SUSPENDED,
}
_SIDES = {"B": securities.Side.BUY, "S": securities.Side.SELL}
_LETTERS = {side: letter for letter, side in _SIDES.items()}
_ORDER_STATUSES = {
    "O": securities.OrderStatus.OPEN,
    "P": securities.OrderStatus.PARTLY_FILLED,
    "F": securities.OrderStatus.FILLED,
    "C": securities.OrderStatus.CANCELLED,
    "E": securities.OrderStatus.EXPIRED,
}
_ALLOTMENT_STATUSES = {
    "A": securities.AllotmentStatus.AWAITING_DRAW,
    "W": securities.AllotmentStatus.WON,
    "N": securities.AllotmentStatus.NOT_WON,
}
_Row = TypeVar("_Row")


def _yuan(hundredths_of_it: int) -> Money:
    return money(hundredths_of_it, "CNY")


def _rows(reply: Values, name: str, read: Callable[[Values], _Row]) -> tuple[_Row, ...]:
    """As many as the reply says; raises ``ValueError`` where it says more than it has room for."""
    count, rows = reply["row_count"], reply[name]
    if count > len(rows):
        raise ValueError("more rows than the record has room for")
    return tuple(read(row) for row in rows[:count])


def _quote(row: Values) -> securities.Quote:
    return securities.Quote(
        security=row["security_code"],
        name=row["security_name"],
        board=_BOARDS[row["board"]],
        status=_QUOTE_STATUSES[row["quote_status"]],
        previous_close=_yuan(row["previous_close"]),
        last=_yuan(row["last_price"]),
        high=_yuan(row["high_price"]),
        low=_yuan(row["low_price"]),
        lower_limit=_yuan(row["lower_limit"]),
        upper_limit=_yuan(row["upper_limit"]),
        volume=row["volume"],
        turnover=_yuan(row["turnover"]),
        bids=_levels(row["bid"], "bid"),
        asks=_levels(row["ask"], "ask"),
        as_of=row["as_of"],
    )


def _levels(rows: Sequence[Values], side: str) -> tuple[securities.Level, ...]:
    levels = ((row[f"{side}_price"], row[f"{side}_quantity"]) for row in rows)
    return tuple(securities.Level(price=_yuan(price), quantity=quantity) for price, quantity in levels if quantity)


def _holding(row: Values) -> securities.Holding:
    return securities.Holding(
        security=row["security_code"],
        name=row["security_name"],
        quantity=row["quantity"],
        sellable=row["sellable"],
        frozen=row["frozen"],
        market_price=_yuan(row["market_price"]),
        market_value=_yuan(row["market_value"]),
    )


def _funds(reply: Values) -> securities.FundsBalance:
    return securities.FundsBalance(
        securities_account=reply["securities_account"],
        account=reply["account"],
        balance=_yuan(reply["balance"]),
        frozen=_yuan(reply["frozen_amount"]),
        available=_yuan(reply["available"]),
        withdrawable=_yuan(reply["withdrawable"]),
        as_of=reply["as_of"],
    )


def _order(row: Values) -> securities.Order:
    return securities.Order(
        order=row["order_number"],
        security=row["security_code"],
        name=row["security_name"],
        side=_SIDES[row["side"]],
        price=_yuan(row["price"]),
        quantity=row["quantity"],
        filled=row["filled_quantity"],
        filled_amount=_yuan(row["filled_amount"]),
        fees=_yuan(row["fees"]),
        status=_ORDER_STATUSES[row["order_status"]],
        placed_at=row["placed_at"],
    )


def _one_order(reply: Values) -> securities.Order:
    return _order(reply["order_detail"])


def _trade(row: Values) -> securities.Trade:
    return securities.Trade(
        trade=row["trade_number"],
        order=row["order_number"],
        security=row["security_code"],
        name=row["security_name"],
        side=_SIDES[row["side"]],
        price=_yuan(row["price"]),
        quantity=row["quantity"],
        amount=_yuan(row["amount"]),
        fees=_yuan(row["fees"]),
        traded_at=row["traded_at"],
    )


def _allotment(row: Values) -> securities.AllotmentNumbers:
    return securities.AllotmentNumbers(
        security=row["security_code"],
        name=row["security_name"],
        first_number=row["first_number"],
        count=row["number_count"],
        subscribed_on=iso_date(row["subscribed_on"]),
        drawn_on=iso_date(row["drawn_on"]),
        won=row["won"],
        status=_ALLOTMENT_STATUSES[row["allotment_status"]],
    )


def _booked(reply: Values) -> securities.FundsBooked:
    return securities.FundsBooked(balance_after=_yuan(reply["balance_after"]), booked_at=reply["booked_at"])


def _place(command: securities.PlaceOrder) -> dict[str, Any]:
    return {
        "account": command.account,
        "security_code": command.security,
        "side": _LETTERS[command.side],
        "currency": command.price.currency,
        "price": hundredths(command.price),
        "quantity": command.quantity,
    }


def _trades_request(command: securities.ListTrades) -> dict[str, Any]:
    return {
        "account": command.account,
        "from_date": int(command.from_date.replace("-", "") or 0),
        "to_date": int(command.to_date.replace("-", "") or 0),
        "after_trade": command.after_trade,
        "maximum": command.limit,
    }


def _amount(command: securities.DepositFunds | securities.WithdrawFunds) -> dict[str, Any]:
    return {
        "account": command.account,
        "currency": command.amount.currency,
        "amount": hundredths(command.amount),
    }


def _page(after: str) -> Callable[[Any], dict[str, Any]]:
    return lambda c: {"account": c.account, after: getattr(c, after), "maximum": c.limit}


def _all_quotes(command: securities.ListQuotes) -> dict[str, Any]:
    return {"after_security": command.after_security, "maximum": command.limit}


def _on_order(command: securities.GetOrder | securities.CancelOrder) -> dict[str, Any]:
    return {"account": command.account, "order_number": command.order}


def _quotes(reply: Values) -> securities.Quotes:
    return securities.Quotes(quotes=_rows(reply, "quote", _quote), more=flag(reply["more"]))


def _holdings(reply: Values) -> securities.Holdings:
    return securities.Holdings(holdings=_rows(reply, "holding", _holding), more=flag(reply["more"]))


def _orders(reply: Values) -> securities.Orders:
    return securities.Orders(orders=_rows(reply, "order_detail", _order), more=flag(reply["more"]))


def _trades(reply: Values) -> securities.Trades:
    return securities.Trades(trades=_rows(reply, "trade", _trade), more=flag(reply["more"]))


def _allotments(reply: Values) -> securities.Allotments:
    return securities.Allotments(allotments=_rows(reply, "allotment", _allotment), more=flag(reply["more"]))


_MAPPED: dict[type[Command], Mapped] = {
    securities.GetQuote: Mapped(
        "GETQUOTE", "get_quote", lambda c: {"security_code": c.security}, lambda r: _quote(r["quote"])
    ),
    securities.ListQuotes: Mapped("LSTQUOTE", "list_quotes", _all_quotes, _quotes),
    securities.ListHoldings: Mapped("LSTHOLD", "list_holdings", _page("after_security"), _holdings),
    securities.GetFundsBalance: Mapped("GETFUNDS", "get_funds", lambda c: {"account": c.account}, _funds),
    securities.PlaceOrder: Mapped("PLACEORD", "place_order", _place, _one_order, _one_order),
    securities.CancelOrder: Mapped("CANCLORD", "cancel_order", _on_order, _one_order, _one_order),
    securities.GetOrder: Mapped("GETORDER", "get_order", _on_order, _one_order),
    securities.ListOrders: Mapped("LSTORDER", "list_orders", _page("after_order"), _orders),
    securities.ListTrades: Mapped("LSTTRADE", "list_trades", _trades_request, _trades),
    securities.ListAllotmentNumbers: Mapped("LSTALLOT", "list_allotments", _page("after_number"), _allotments),
    securities.DepositFunds: Mapped("DEPOSIT", "deposit", _amount, _booked, _booked),
    securities.WithdrawFunds: Mapped("WITHDRAW", "withdraw", _amount, _booked, _booked),
}
OPERATIONS = {command.operation: mapped for command, mapped in _MAPPED.items()}
