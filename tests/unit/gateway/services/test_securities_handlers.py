"""``SecuritiesService`` on the small platform."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money as ProtoMoney

from tellerline.api.common.v1.transaction_pb2 import TRANSACTION_STATE_DONE, TRANSACTION_STATE_IN_DOUBT
from tellerline.api.securities.v1 import securities_pb2 as pb
from tellerline.routing.model import securities as model
from tellerline.routing.model.codes import Code
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done, Rejected, Unknown

NUMBER, ACCOUNT = "6222020200001234567", "customers/1001/accounts/1"
AT = "2026-01-05T10:00:00+08:00"
PRICE = ProtoMoney(currency_code="CNY", units=5, nanos=860_000_000)


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


QUOTE = model.Quote(
    security="600951",
    name="临江银行",
    board=model.Board.MAIN,
    status=model.QuoteStatus.CLOSED,
    previous_close=cny(5_86),
    last=cny(5_88),
    high=cny(5_90),
    low=cny(5_80),
    lower_limit=cny(5_27),
    upper_limit=cny(6_45),
    volume=1_000,
    turnover=cny(5_880_00),
    bids=(model.Level(price=cny(5_87), quantity=300),),
    asks=(),
    as_of=AT,
)
ORDER = model.Order(
    order="S1",
    security="600951",
    name="临江银行",
    side=model.Side.SELL,
    price=cny(5_86),
    quantity=100,
    filled=0,
    filled_amount=cny(0),
    fees=cny(0),
    status=model.OrderStatus.OPEN,
    placed_at=AT,
)
TRADE = model.Trade(
    trade="T1S",
    order="S1",
    security="600951",
    name="临江银行",
    side=model.Side.SELL,
    price=cny(5_86),
    quantity=100,
    amount=cny(586_00),
    fees=cny(5_29),
    traded_at=AT,
)


def an_order(platform: Any, **changes: Any) -> pb.PlaceOrderRequest:
    fields = {"security": "600951", "side": pb.Order.SIDE_SELL, "price_amount": PRICE, "quantity": 100}
    return pb.PlaceOrderRequest(context=platform.context(), parent=ACCOUNT, order=pb.Order(**(fields | changes)))


async def test_a_quote_needs_no_account(platform: Any) -> None:
    platform.host.answers[model.GetQuote] = Done(result=QUOTE)
    reply = await platform.send(
        "GetQuote", pb.GetQuoteRequest(context=platform.context(), name="quotes/600951"), pb.Quote
    )
    assert platform.host.asked[0].command == model.GetQuote(security="600951")
    assert (reply.name, reply.state, reply.bids[0].quantity) == ("quotes/600951", pb.Quote.STATE_CLOSED, 300)


async def test_quotes_go_on_behind_the_last_code(platform: Any) -> None:
    platform.host.answers[model.ListQuotes] = Done(result=model.Quotes(quotes=(QUOTE,), more=True))
    request = pb.ListQuotesRequest(context=platform.context(), page_size=1)
    first = await platform.send("ListQuotes", request, pb.ListQuotesResponse)
    request.page_token = first.next_page_token
    await platform.send("ListQuotes", request, pb.ListQuotesResponse)
    asked = [(sent.command.after_security, sent.command.limit) for sent in platform.host.asked]
    assert asked == [("", 1), ("600951", 1)]


async def test_holdings_are_named_by_their_security(platform: Any) -> None:
    holding = model.Holding(
        security="600951",
        name="临江银行",
        quantity=137,
        sellable=37,
        frozen=0,
        market_price=cny(5_88),
        market_value=cny(805_56),
    )
    platform.host.answers[model.ListHoldings] = Done(result=model.Holdings(holdings=(holding,), more=False))
    request = pb.ListHoldingsRequest(context=platform.context(), parent=ACCOUNT)
    reply = await platform.send("ListHoldings", request, pb.ListHoldingsResponse)
    assert platform.host.asked[0].command == model.ListHoldings(account=NUMBER)
    assert (reply.holdings[0].name, reply.next_page_token) == (f"{ACCOUNT}/holdings/600951", "")


async def test_the_securities_account_is_masked(platform: Any) -> None:
    funds = model.FundsBalance(
        securities_account="ZQ800000000100",
        account=NUMBER,
        balance=cny(100),
        frozen=cny(1),
        available=cny(99),
        withdrawable=cny(98),
        as_of=AT,
    )
    platform.host.answers[model.GetFundsBalance] = Done(result=funds)
    request = pb.GetFundsBalanceRequest(context=platform.context(), name=f"{ACCOUNT}/fundsBalance")
    reply = await platform.send("GetFundsBalance", request, pb.FundsBalance)
    assert "ZQ800000000100" not in str(reply)
    assert reply.masked_securities_account_number.endswith("0100")
    assert reply.withdrawable_amount.nanos == 980_000_000


async def test_an_order_is_placed_from_what_the_caller_says(platform: Any) -> None:
    platform.host.answers[model.PlaceOrder] = Done(result=ORDER, host_serial="S1")
    reply = await platform.send("PlaceOrder", an_order(platform), pb.PlaceOrderResponse)
    expected = model.PlaceOrder(account=NUMBER, security="600951", side=model.Side.SELL, price=cny(5_86), quantity=100)
    assert platform.host.asked[0].command == expected
    assert (reply.order.name, reply.transaction.state) == (f"{ACCOUNT}/orders/S1", TRANSACTION_STATE_DONE)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"quantity": 0}, Code.INVALID_QUANTITY),
        ({"quantity": -100}, Code.INVALID_QUANTITY),
        ({"side": 0}, Code.INVALID_REQUEST),
        ({"security": ""}, Code.INVALID_REQUEST),
        ({"security": "6009510"}, Code.INVALID_REQUEST),
        ({"price_amount": ProtoMoney(currency_code="CNY", nanos=1)}, Code.INVALID_AMOUNT),
        ({"price_amount": ProtoMoney(currency_code="CNY")}, Code.INVALID_AMOUNT),
    ],
)
async def test_an_order_that_makes_no_sense_is_not_sent(
    platform: Any, refused: Any, changes: dict[str, Any], code: Code
) -> None:
    await refused(code, platform.send("PlaceOrder", an_order(platform, **changes), pb.PlaceOrderResponse))
    assert platform.host.asked == []


async def test_an_unknown_order_is_not_shown(platform: Any) -> None:
    platform.host.answers[model.PlaceOrder] = Unknown(code=Code.COMMUNICATION_TIMEOUT, reason="no_reply")
    reply = await platform.send("PlaceOrder", an_order(platform), pb.PlaceOrderResponse)
    assert not reply.HasField("order")
    assert reply.transaction.state == TRANSACTION_STATE_IN_DOUBT


async def test_an_order_is_cancelled_and_looked_up_by_its_name(platform: Any, refused: Any) -> None:
    cancelled = replace(ORDER, status=model.OrderStatus.CANCELLED)
    platform.host.answers[model.CancelOrder] = Done(result=cancelled, host_serial="S2")
    platform.host.answers[model.GetOrder] = Rejected(code=Code.ORDER_NOT_FOUND, host_code="3012")
    cancel = pb.CancelOrderRequest(context=platform.context(), name=f"{ACCOUNT}/orders/S1")
    reply = await platform.send("CancelOrder", cancel, pb.CancelOrderResponse)
    assert (reply.order.name, reply.order.state) == (f"{ACCOUNT}/orders/S1", pb.Order.STATE_CANCELLED)
    get = pb.GetOrderRequest(context=platform.context(), name=f"{ACCOUNT}/orders/S1")
    await refused(Code.ORDER_NOT_FOUND, platform.send("GetOrder", get, pb.Order))
    assert [sent.command for sent in platform.host.asked] == [
        model.CancelOrder(account=NUMBER, order="S1"),
        model.GetOrder(account=NUMBER, order="S1"),
    ]


async def test_orders_of_the_day_are_listed(platform: Any) -> None:
    platform.host.answers[model.ListOrders] = Done(result=model.Orders(orders=(ORDER,), more=True))
    request = pb.ListOrdersRequest(context=platform.context(), parent=ACCOUNT)
    reply = await platform.send("ListOrders", request, pb.ListOrdersResponse)
    assert [order.name for order in reply.orders] == [f"{ACCOUNT}/orders/S1"]
    assert reply.next_page_token


async def test_trades_are_of_today_or_of_a_period(platform: Any) -> None:
    platform.host.answers[model.ListTrades] = Done(result=model.Trades(trades=(TRADE,), more=False))
    request = pb.ListTradesRequest(context=platform.context(), parent=ACCOUNT)
    reply = await platform.send("ListTrades", request, pb.ListTradesResponse)
    request.start_date.CopyFrom(Date(year=2026, month=1, day=1))
    request.end_date.CopyFrom(Date(year=2026, month=1, day=5))
    await platform.send("ListTrades", request, pb.ListTradesResponse)
    asked = [(sent.command.from_date, sent.command.to_date) for sent in platform.host.asked]
    assert asked == [("", ""), ("2026-01-01", "2026-01-05")]
    assert (reply.trades[0].name, reply.trades[0].order) == (f"{ACCOUNT}/trades/T1S", f"{ACCOUNT}/orders/S1")


@pytest.mark.parametrize(
    "dates",
    [
        {"start_date": Date(year=2026, month=1, day=1)},
        {"end_date": Date(year=2026, month=1, day=1)},
        {"start_date": Date(year=2026, month=1, day=2), "end_date": Date(year=2026, month=1, day=1)},
        {"start_date": Date(year=2026, month=2, day=30), "end_date": Date(year=2026, month=3, day=1)},
    ],
)
async def test_half_a_period_is_refused(platform: Any, refused: Any, dates: dict[str, Date]) -> None:
    request = pb.ListTradesRequest(context=platform.context(), parent=ACCOUNT, **dates)
    await refused(Code.INVALID_REQUEST, platform.send("ListTrades", request, pb.ListTradesResponse))


async def test_allotment_numbers_are_listed(platform: Any) -> None:
    numbers = model.AllotmentNumbers(
        security="688992",
        name="青岚光电",
        first_number="100000000001",
        count=7,
        subscribed_on="2026-01-02",
        drawn_on="",
        won=0,
        status=model.AllotmentStatus.AWAITING_DRAW,
    )
    platform.host.answers[model.ListAllotmentNumbers] = Done(result=model.Allotments(allotments=(numbers,), more=False))
    request = pb.ListAllotmentNumbersRequest(context=platform.context(), parent=ACCOUNT)
    reply = await platform.send("ListAllotmentNumbers", request, pb.ListAllotmentNumbersResponse)
    (row,) = reply.allotment_numbers
    assert (row.name, row.count) == (f"{ACCOUNT}/allotmentNumbers/100000000001", 7)
    assert not row.HasField("draw_date")


@pytest.mark.parametrize(
    ("method", "request_type", "response_type", "command"),
    [
        (
            "TransferToSecurities",
            pb.TransferToSecuritiesRequest,
            pb.TransferToSecuritiesResponse,
            model.TransferToSecurities,
        ),
        ("TransferToBank", pb.TransferToBankRequest, pb.TransferToBankResponse, model.TransferToBank),
    ],
)
async def test_both_transfers_tell_both_balances(
    platform: Any, method: str, request_type: Any, response_type: Any, command: Any
) -> None:
    moved = model.FundsTransferred(bank_balance=cny(1_00), funds_balance=cny(2_00), booked_at=AT)
    platform.host.answers[command] = Done(result=moved)
    request = request_type(context=platform.context(), parent=ACCOUNT, amount=PRICE)
    reply = await platform.send(method, request, response_type)
    assert platform.host.asked[0].command == command(account=NUMBER, amount=cny(5_86))
    assert (reply.bank_balance_amount.units, reply.funds_balance_amount.units) == (1, 2)
    platform.host.answers[command] = Unknown(code=Code.COMMUNICATION_TIMEOUT, reason="no_reply")
    again = request_type(context=platform.context(), parent=ACCOUNT, amount=PRICE)
    unknown = await platform.send(method, again, response_type)
    assert not unknown.HasField("bank_balance_amount")
    assert unknown.transaction.state == TRANSACTION_STATE_IN_DOUBT
