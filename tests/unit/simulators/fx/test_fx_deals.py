"""Quotes and deals: one price, used once, booked against the bank's position."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from fx_books import BUYER, SELLER, FxBooks, fx_books

from tellerline.simulators.fx.records import Deal, Quote

START = datetime(2024, 3, 4, 4, 0, tzinfo=UTC)


@pytest.fixture
def books() -> FxBooks:
    return fx_books(START)


def test_a_quote_fixes_both_amounts(books: FxBooks) -> None:
    sold = books.quote("1000").result
    assert (sold.sell, sold.reference_date) == ((1_000_00, "USD"), "2024-03-04")
    assert sold.buy == (int(1_000_00 * sold.rate), "CNY")
    wanted = books.quote("7000.00", fixed="CNY").result
    assert wanted.buy == (7_000_00, "CNY")
    assert (wanted.sell.minor - 1) * wanted.rate < 7_000_00 <= wanted.sell.minor * wanted.rate
    assert books.quote("100", fixed="EUR").host_code == "2005"
    assert books.quote("54.22").host_code == "2004", "less than fifty euros"
    assert books.quote("54.23").host_code == "0000"


def test_a_deal_is_booked_once(books: FxBooks) -> None:
    quote = books.quote("1000").result
    deal = books.deal(quote, "R1")
    assert deal.result.deal.state == "SETTLED"
    assert books.deal(quote, "R1") == deal
    assert books.deal(quote, "R2").host_code == "2103"
    assert books.deal(quote, "R1", amount__value="999.00").host_code == "1401"
    bought = quote.buy.minor
    assert books.balances() == {
        "BANK-USD": -1_000_00,
        "POSITION-USD": 1_000_00,
        "BANK-CNY": bought,
        "POSITION-CNY": -bought,
    }
    number = deal.result.deal.number
    assert books.ask("GetDeal", account=SELLER, dealNumber=number).result == deal.result
    assert books.ask("GetDeal", account=BUYER, dealNumber=number).host_code == "2301"
    assert books.ask("ListDeals", account=SELLER, limit="10").result.deals == [deal.result.deal]


async def test_a_quote_holds_for_fifteen_seconds(books: FxBooks) -> None:
    first, second = books.quote("1000").result, books.quote("1000").result
    assert first.number != second.number
    await books.clock.advance(15)
    assert books.deal(first).host_code == "0000"
    await books.clock.advance(0.001)
    assert books.deal(second).host_code == "2102"
    await books.clock.advance(3_601)
    books.quote("1000")
    assert books.deal(second).host_code == "2101", "forgotten"


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"account": BUYER}, "2101"),
        ({"quoteNumber": "FQ1"}, "2101"),
        ({"buyAmount__value": "8000.00"}, "2104"),
        ({"amount__value": "1.00"}, "2104"),
        ({"amount__value": "-1"}, "2005"),
    ],
)
def test_a_deal_is_what_was_quoted(books: FxBooks, other: dict[str, str], code: str) -> None:
    quote = books.quote("1000").result
    assert books.deal(quote, **other).host_code == code
    assert books.balances() == {}
    assert books.deal(quote).host_code == "0000", "a refusal does not use the quote up"


async def test_a_quote_is_not_honoured_when_the_market_has_run_away() -> None:
    """The dollar fell by more than 1% against the yen from the rate of 19 December 2022 to that of the 20th."""
    books = fx_books(datetime(2022, 12, 19, 15, 59, 55, tzinfo=UTC))
    quote = books.quote("1000", buy="JPY").result
    await books.clock.advance(10)
    assert books.deal(quote).host_code == "2105"


def test_a_reversal_takes_the_deal_back_once(books: FxBooks) -> None:
    quote = books.quote("1000").result
    number = books.deal(quote, "R1").result.deal.number
    original = {"originalReference": "R1", "originalOperation": "ExecuteDeal", "originalAccount": SELLER}
    assert (
        books.ask("ReverseTransaction", "V0", **original, amount__currency="USD", amount__value="5").host_code == "1405"
    )
    assert books.ask("ReverseTransaction", "V1", **original).result.effective is True
    assert books.ask("ReverseTransaction", "V2", **original).host_code == "1403"
    assert books.balances() == {}
    assert books.ask("GetDeal", account=SELLER, dealNumber=number).result.deal.state == "REVERSED"
    assert books.deal(quote, "R3").host_code == "2103", "its quote stays used"


def test_a_fill_is_settled_on_its_quote_and_again_after_a_reversal(books: FxBooks) -> None:
    fill = books.order("7.0", "2024-12-01T00:00:00+08:00").result.fill
    settled = books.deal(_quote_of(fill), "R1").result.deal
    assert (settled.number, settled.state, settled.order) == (fill.number, "SETTLED", fill.order)
    assert books.balances()["BANK-USD"] == -1_000_00
    assert "UNSETTLED-USD" not in books.balances()
    original = {"originalReference": "R1", "originalOperation": "ExecuteDeal"}
    assert books.ask("ReverseTransaction", "V1", **original).result.effective is True
    assert books.balances()["UNSETTLED-USD"] == -1_000_00
    assert books.deal(_quote_of(fill), "R2").result.deal.state == "SETTLED"
    assert books.deal(_quote_of(fill), "R3").host_code == "2103"


def test_a_fill_is_settled_into_its_orders_account_alone(books: FxBooks) -> None:
    fill = books.order("7.0", "2024-12-01T00:00:00+08:00").result.fill
    before = books.balances()
    assert books.deal(_quote_of(fill), creditAccount=SELLER).host_code == "2106"
    assert books.deal(_quote_of(fill), account=BUYER).host_code == "2101"
    assert books.balances() == before
    assert books.deal(_quote_of(fill)).result.deal.credit_account == BUYER, "a refusal does not use the quote up"


def test_a_deal_on_a_quote_is_bought_into_any_account(books: FxBooks) -> None:
    quote = books.quote("1000").result
    assert books.deal(quote, creditAccount="6222000000000003").result.deal.credit_account == "6222000000000003"


def test_an_order_cannot_be_reversed(books: FxBooks) -> None:
    books.order("7.9", "2024-12-01T00:00:00+08:00", reference="R1")
    reply = books.ask("ReverseTransaction", originalReference="R1", originalOperation="CreateOrder")
    assert reply.host_code == "1404"


def _quote_of(fill: Deal) -> Quote:
    """As far as a deal on it needs one."""
    return Quote(
        number=fill.quote,
        account=fill.account,
        sell=fill.sell,
        buy=fill.buy,
        rate=fill.rate,
        reference_date=fill.reference_date,
        expires_at=None,
    )
