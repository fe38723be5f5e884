"""``FxService`` on the small platform."""

from __future__ import annotations

from typing import Any, TypeVar

import pytest
from google.protobuf.message import Message
from google.type.decimal_pb2 import Decimal as ProtoDecimal
from google.type.money_pb2 import Money as ProtoMoney

from tellerline.api.common.v1.transaction_pb2 import TRANSACTION_STATE_IN_DOUBT
from tellerline.api.fx.v1 import fx_pb2 as pb
from tellerline.gateway.journal.records import Limits, RegisteredAccount
from tellerline.routing.model import fx
from tellerline.routing.model.codes import Code
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done, Unknown

ResponseT = TypeVar("ResponseT", bound=Message)
SERVICE = "tellerline.api.fx.v1.FxService"
YUAN, DOLLARS = "6222020200001234567", "6222020200005550001"
USD, CNY = Money(1_000_00, "USD"), Money(7_188_53, "CNY")
ACCOUNT, HOME = "customers/1001/accounts/3", "customers/1001/accounts/1"
RATE = fx.FxRate(
    base="EUR", quote_currency="USD", bid="1.08297310", ask="1.08622690", mid="1.0846", reference_date="2024-03-04"
)
DEAL = fx.FxDeal(
    deal="FD1",
    account=DOLLARS,
    credit_account=YUAN,
    sell=USD,
    buy=CNY,
    rate="7.1885371",
    reference_date="2024-03-04",
    dealt_at="2024-03-04T12:00:00+08:00",
    state=fx.FxDealState.SETTLED,
)
ORDER = fx.FxOrder(
    order="FO1",
    account=DOLLARS,
    credit_account=YUAN,
    sell=USD,
    buy_currency="CNY",
    limit_rate="7.25",
    placed_at="2024-03-04T12:00:00+08:00",
    expires_at="2024-06-01T00:00:00+08:00",
    state=fx.FxOrderState.OPEN,
)


@pytest.fixture
async def desk(platform: Any) -> Any:
    """The platform, with an account in dollars as the customer's third."""
    await platform.store.registry.add_account(
        RegisteredAccount(
            customer="1001",
            sequence=0,
            account=DOLLARS,
            host="core",
            kind="ACCOUNT",
            currency="USD",
            limits=Limits(single=2_000_000, daily=5_000_000, count=3),
            registered_at=platform.clock.now(),
        )
    )
    return platform


async def send(desk: Any, method: str, request: Message, response: type[ResponseT]) -> ResponseT:
    """To this service, whose methods may have names that another service has too."""
    service = next(each for each in desk.services if each.full_name == SERVICE)
    unary = next(each.unary for each in service.methods if each.name == method)
    reply = await unary(request, desk.call)
    assert isinstance(reply, response)
    return reply


def dollars(units: int = 1000) -> ProtoMoney:
    return ProtoMoney(currency_code="USD", units=units)


def yuan(units: int = 0, nanos: int = 0) -> ProtoMoney:
    return ProtoMoney(currency_code="CNY", units=units, nanos=nanos)


async def test_rates_are_for_everybody(desk: Any) -> None:
    desk.host.answers = {fx.GetRate: Done(result=RATE), fx.ListRates: Done(result=fx.FxRates(rates=(RATE,)))}
    stranger = desk.context(grant="", customer="")
    rate = await desk.send("GetRate", pb.GetRateRequest(context=stranger, name="fxRates/EUR-USD"), pb.Rate)
    assert (rate.name, rate.mid_rate.value, rate.reference_date.day) == ("fxRates/EUR-USD", "1.0846", 4)
    listed = await desk.send("ListRates", pb.ListRatesRequest(context=stranger), pb.ListRatesResponse)
    assert len(listed.rates) == 1
    asked = [sent.command for sent in desk.host.asked]
    assert asked == [fx.GetRate(base="EUR", quote_currency="USD"), fx.ListRates(quote_currency="CNY")]


@pytest.mark.parametrize("name", ["", "fxRates/EUR", "fxRates/eur-usd", "fxRates/EUR-USD/1"])
async def test_a_pair_that_is_none_is_refused(desk: Any, refused: Any, name: str) -> None:
    request = pb.GetRateRequest(context=desk.context(), name=name)
    await refused(Code.INVALID_REQUEST, desk.send("GetRate", request, pb.Rate))


async def test_a_quote_fixes_one_amount(desk: Any) -> None:
    quote = fx.FxQuote(
        quote="FQ1",
        account=DOLLARS,
        sell=USD,
        buy=CNY,
        rate="7.1885371",
        reference_date="2024-03-04",
        expires_at="2024-03-04T12:00:15+08:00",
    )
    desk.host.answers[fx.CreateQuote] = Done(result=quote)
    for given, fixed in (
        (pb.Quote(sell_amount=dollars(), buy_amount=yuan()), USD),
        (pb.Quote(sell_amount=dollars(0), buy_amount=yuan(7000)), Money(7_000_00, "CNY")),
    ):
        request = pb.CreateQuoteRequest(context=desk.context(), parent=ACCOUNT, quote=given)
        reply = await desk.send("CreateQuote", request, pb.Quote)
        assert desk.host.asked[-1].command == fx.CreateQuote(
            account=DOLLARS, sell_currency="USD", buy_currency="CNY", fixed=fixed
        )
    assert reply.name == f"{ACCOUNT}/fxQuotes/FQ1"
    assert (reply.buy_amount.units, reply.buy_amount.nanos, reply.rate.value) == (7188, 530_000_000, "7.1885371")


@pytest.mark.parametrize(
    ("quote", "code"),
    [
        (pb.Quote(sell_amount=dollars(), buy_amount=yuan(1)), Code.INVALID_REQUEST),
        (pb.Quote(sell_amount=dollars(0), buy_amount=yuan()), Code.INVALID_REQUEST),
        (pb.Quote(sell_amount=dollars()), Code.INVALID_REQUEST),
        (pb.Quote(sell_amount=dollars(-1), buy_amount=yuan()), Code.INVALID_AMOUNT),
        (pb.Quote(sell_amount=yuan(1), buy_amount=ProtoMoney(currency_code="EUR")), Code.CURRENCY_MISMATCH),
    ],
)
async def test_what_cannot_be_quoted_is_refused(desk: Any, refused: Any, quote: pb.Quote, code: Code) -> None:
    request = pb.CreateQuoteRequest(context=desk.context(), parent=ACCOUNT, quote=quote)
    await refused(code, desk.send("CreateQuote", request, pb.Quote))
    assert desk.host.asked == []


def a_deal(desk: Any, **fields: Any) -> pb.CreateDealRequest:
    usual = {"quote": f"{ACCOUNT}/fxQuotes/FQ1", "credit_account": HOME, "sell_amount": dollars()}
    bought = {"buy_amount": yuan(7188, 530_000_000)}
    return pb.CreateDealRequest(context=desk.context(), **{**usual, **bought, **fields})


async def test_a_deal_is_made_on_a_quote(desk: Any) -> None:
    desk.host.answers[fx.CreateDeal] = Done(result=DEAL, host_serial="X1")
    reply = await desk.send("CreateDeal", a_deal(desk), pb.CreateDealResponse)
    assert desk.host.asked[0].command == fx.CreateDeal(
        quote="FQ1", account=DOLLARS, credit_account=YUAN, sell=USD, buy=CNY
    )
    assert (reply.deal.name, reply.deal.credit_account) == (f"{ACCOUNT}/fxDeals/FD1", HOME)
    assert (reply.deal.state, reply.transaction.ref.host_serial) == (pb.Deal.STATE_SETTLED, "X1")


async def test_an_unknown_deal_shows_none(desk: Any) -> None:
    desk.host.answers[fx.CreateDeal] = Unknown(code=Code.OUTCOME_UNKNOWN, reason="timeout")
    reply = await desk.send("CreateDeal", a_deal(desk), pb.CreateDealResponse)
    assert reply.transaction.state == TRANSACTION_STATE_IN_DOUBT
    assert not reply.HasField("deal")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"credit_account": "customers/1001/accounts/3"}, Code.CURRENCY_MISMATCH),
        ({"credit_account": "customers/1002/accounts/1"}, Code.INVALID_REQUEST),
        ({"sell_amount": yuan(1)}, Code.CURRENCY_MISMATCH),
        ({"buy_amount": yuan()}, Code.INVALID_AMOUNT),
        ({"quote": ACCOUNT}, Code.INVALID_REQUEST),
    ],
)
async def test_a_deal_that_cannot_end_well_is_not_begun(
    desk: Any, refused: Any, fields: dict[str, Any], code: Code
) -> None:
    await refused(code, desk.send("CreateDeal", a_deal(desk, **fields), pb.CreateDealResponse))
    assert desk.host.asked == []


async def test_deals_come_in_pages(desk: Any) -> None:
    desk.host.answers[fx.ListDeals] = Done(result=fx.FxDeals(deals=(DEAL,), more=True))
    request = pb.ListDealsRequest(context=desk.context(), parent=ACCOUNT, page_size=1)
    first = await desk.send("ListDeals", request, pb.ListDealsResponse)
    request.page_token = first.next_page_token
    await desk.send("ListDeals", request, pb.ListDealsResponse)
    asked = [(sent.command.after_deal, sent.command.limit) for sent in desk.host.asked]
    assert asked == [("", 1), ("FD1", 1)]
    desk.host.answers[fx.GetDeal] = Done(result=DEAL)
    one = await desk.send("GetDeal", pb.GetDealRequest(context=desk.context(), name=first.deals[0].name), pb.Deal)
    assert one == first.deals[0]


def an_order(desk: Any, limit: str = "7.250") -> pb.CreateOrderRequest:
    request = pb.CreateOrderRequest(context=desk.context(), parent=ACCOUNT)
    order = pb.Order(credit_account=HOME, sell_amount=dollars(), buy_currency_code="CNY")
    order.limit_rate.value = limit
    order.expire_time.FromJsonString("2024-05-31T16:00:00Z")
    request.order.CopyFrom(order)
    return request


async def test_an_order_is_placed_seen_and_cancelled(desk: Any) -> None:
    kinds = (fx.CreateOrder, fx.CancelOrder, fx.GetOrder)
    desk.host.answers = {kind: Done(result=ORDER) for kind in kinds}
    desk.host.answers[fx.ListOrders] = Done(result=fx.FxOrders(orders=(ORDER,), more=False))
    placed = await send(desk, "CreateOrder", an_order(desk), pb.CreateOrderResponse)
    assert desk.host.asked[0].command == fx.CreateOrder(
        account=DOLLARS,
        credit_account=YUAN,
        sell=USD,
        buy_currency="CNY",
        limit_rate="7.25",
        expires_at="2024-05-31T16:00:00+00:00",
    )
    name = placed.order.name
    assert (name, placed.order.state) == (f"{ACCOUNT}/fxOrders/FO1", pb.Order.STATE_OPEN)
    listed = await send(
        desk, "ListOrders", pb.ListOrdersRequest(context=desk.context(), parent=ACCOUNT), pb.ListOrdersResponse
    )
    seen = await send(desk, "GetOrder", pb.GetOrderRequest(context=desk.context(), name=name), pb.Order)
    assert placed.order == seen == listed.orders[0]
    asked = pb.CancelOrderRequest(context=desk.context(), name=name)
    cancelled = await send(desk, "CancelOrder", asked, pb.CancelOrderResponse)
    assert desk.host.asked[-1].command == fx.CancelOrder(account=DOLLARS, order="FO1")
    assert cancelled.transaction.definite


@pytest.mark.parametrize("limit", ["", "0", "0.000", "-1", "1e3", "07", "1.", "1234567", "0.0000000000001", "١"])
async def test_a_limit_that_is_no_rate_is_refused(desk: Any, refused: Any, limit: str) -> None:
    request = an_order(desk)
    request.order.limit_rate.CopyFrom(ProtoDecimal(value=limit))
    await refused(Code.INVALID_REQUEST, send(desk, "CreateOrder", request, pb.CreateOrderResponse))
