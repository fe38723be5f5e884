"""Resting orders fire at the first date on which the series reaches them, whoever asks when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from fx_books import BUYER, SELLER, FxBooks, first_date_of, fx_books

PLACED = datetime(2022, 5, 2, 4, 0, tzinfo=UTC)
EXPIRES = "2022-12-31T00:00:00+08:00"


def first_date(limit: str, sell: str, buy: str) -> str:
    return first_date_of(limit, sell, buy, since="2022-05-02")


def order_of(books: FxBooks, number: str) -> Any:
    return books.ask("GetOrder", account=SELLER, orderNumber=number).result


LIMITS = (
    ("6.80", "USD", "CNY"),
    ("7.00", "USD", "CNY"),
    ("7.25", "USD", "CNY"),
    ("1.00", "USD", "EUR"),
    ("145", "USD", "JPY"),
)


@pytest.mark.parametrize(("limit", "sell", "buy"), LIMITS)
@pytest.mark.parametrize("step", [timedelta(hours=7), timedelta(days=1), timedelta(days=41)])
async def test_an_order_fires_at_the_first_date_that_reaches_it(
    limit: str, sell: str, buy: str, step: timedelta
) -> None:
    expected = first_date(limit, sell, buy)
    assert "2022-05-02" < expected < "2022-12-01", "the example must wait, and be reached"
    books = fx_books(PLACED)
    order = books.order(limit, EXPIRES, sell=sell, buy=buy).result.order
    while books.clock.now() < datetime(2022, 12, 20, tzinfo=UTC):
        await books.clock.advance(step.total_seconds())
        seen = order_of(books, order.number)
        assert (seen.fill is not None) == (books.host.calendar.now()[:10] >= expected)
    assert seen.order.state == "FILLED"
    assert seen.fill.reference_date == expected
    assert seen.fill.rate >= Decimal(limit)
    assert seen.fill.dealt_at == datetime.fromisoformat(f"{expected}T00:00:00+08:00")
    assert books.host.ledger.trial_balance() == {sell: 0, buy: 0}


async def test_a_fill_does_not_depend_on_how_often_the_host_is_asked() -> None:
    often, once = fx_books(PLACED), fx_books(PLACED)
    orders = [(books, books.order("7.00", EXPIRES).result.order.number) for books in (often, once)]
    for _ in range(200):
        await often.clock.advance(86_400)
        often.ask("Echo")
    await once.clock.advance(200 * 86_400)
    fills = [order_of(books, number).fill for books, number in orders]
    assert fills[0].buy == fills[1].buy
    assert fills[0].dealt_at == fills[1].dealt_at
    assert fills[0].rate == fills[1].rate
    assert often.balances() == once.balances()


async def test_an_order_that_the_market_never_reaches_expires() -> None:
    books = fx_books(PLACED)
    order = books.order("7.00", "2022-08-01T00:00:00+08:00").result.order
    assert first_date("7.00", "USD", "CNY") > "2022-08-01"
    await books.clock.advance(300 * 86_400)
    assert order_of(books, order.number).order.state == "EXPIRED"
    assert books.balances() == {}


async def test_an_order_expires_at_its_instant_not_at_the_next_rate() -> None:
    books = fx_books(PLACED)
    order = books.order("7.00", "2022-05-02T12:00:10+08:00").result.order
    await books.clock.advance(9)
    assert order_of(books, order.number).order.state == "OPEN"
    await books.clock.advance(1)
    assert order_of(books, order.number).order.state == "EXPIRED"


def test_an_order_that_the_market_has_reached_fires_at_once() -> None:
    books = fx_books(PLACED)
    result = books.order("6.00", EXPIRES).result
    assert result.order.state == "FILLED"
    assert result.fill.dealt_at == PLACED
    assert result.fill.rate > 6
    assert result.fill.state == "AWAITING_SETTLEMENT"
    assert books.balances() == {
        "POSITION-USD": 1_000_00,
        "UNSETTLED-USD": -1_000_00,
        "POSITION-CNY": -result.fill.buy.minor,
        "UNSETTLED-CNY": result.fill.buy.minor,
    }


async def test_a_cancelled_order_never_fires() -> None:
    books = fx_books(PLACED)
    order = books.order("7.00", EXPIRES).result.order
    fields = {"account": SELLER, "orderNumber": order.number}
    assert books.ask("CancelOrder", **{**fields, "account": BUYER}).host_code == "2201"
    assert books.ask("CancelOrder", "R1", **fields).result.order.state == "CANCELLED"
    assert books.ask("CancelOrder", "R1", **fields).host_code == "0000", "the same reference again"
    assert books.ask("CancelOrder", "R2", **fields).host_code == "2202"
    await books.clock.advance(200 * 86_400)
    assert order_of(books, order.number).order.state == "CANCELLED"
    assert books.balances() == {}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"expires": "2022-05-02T12:00:00+08:00"}, "2203"),
        ({"expires": "2023-06-01T00:00:00+08:00"}, "2203"),
        ({"limit": "0"}, "2204"),
        ({"limit": "660"}, "2204"),
        ({"value": "49"}, "2004"),
        ({"value": "0.001"}, "2005"),
        ({"buy": "USD"}, "2002"),
        ({"sell": "XAU"}, "2001"),
    ],
)
def test_what_cannot_be_an_order_is_refused(change: dict[str, str], code: str) -> None:
    books = fx_books(PLACED)
    reply = books.order(**{"limit": "7.00", "expires": EXPIRES, **change})
    assert (reply.host_code, reply.result) == (code, None)


def test_orders_come_in_pages_by_account() -> None:
    books = fx_books(PLACED)
    numbers = [books.order(limit, EXPIRES).result.order.number for limit in ("7.0", "7.1", "7.2")]
    first = books.ask("ListOrders", account=SELLER, limit="2").result
    rest = books.ask("ListOrders", account=SELLER, limit="2", afterOrder=numbers[1]).result
    assert ([each.order.number for each in first.orders], first.more) == (numbers[:2], True)
    assert ([each.order.number for each in rest.orders], rest.more) == (numbers[2:], False)
    assert books.ask("ListOrders", account=BUYER, limit="2").result.orders == []


async def test_books_go_back_to_their_snapshot() -> None:
    books = fx_books(PLACED)
    order = books.order("7.00", EXPIRES).result.order
    for part in (books.host.ledger, books.host):
        part.snapshot()
    await books.clock.advance(200 * 86_400)
    assert order_of(books, order.number).order.state == "FILLED"
    for part in (books.host.ledger, books.host):
        part.reset()
    assert books.balances() == {}
    assert order_of(books, order.number).order.state == "FILLED", "the clock has not gone back: it fires again"
    assert order_of(books, order.number).fill.reference_date == first_date("7.00", "USD", "CNY")
