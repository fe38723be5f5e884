"""The rates are the European Central Bank's, read anew from its file by the standard library."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from fx_books import fx_books, published, raw_series

from tellerline.simulators.fx.amounts import Amount, bought, needed
from tellerline.simulators.fx.rates import OFFERED, RateBoard
from tellerline.simulators.fx.series import ReferenceSeries

TEN_DATES = (
    "2005-04-01",
    "2007-07-16",
    "2008-10-28",
    "2010-06-07",
    "2012-07-24",
    "2015-01-15",
    "2016-06-24",
    "2020-03-18",
    "2022-09-28",
    "2025-12-31",
)


def noon(day: str) -> datetime:
    """In Shanghai."""
    return datetime.fromisoformat(f"{day}T12:00:00+08:00").astimezone(UTC)


@pytest.mark.parametrize("day", TEN_DATES)
def test_the_rates_of_a_date_equal_the_ecb_series(day: str) -> None:
    books = fx_books(noon(day))
    for currency in OFFERED[:1] + OFFERED[2:]:
        rate = books.ask("GetRate", base="EUR", quoteCurrency=currency).result
        assert (rate.mid, rate.reference_date) == (published(day, currency), day)
        assert (rate.bid + rate.ask) / 2 == rate.mid
        assert rate.bid < rate.mid < rate.ask
    listed = books.ask("ListRates", quoteCurrency="CNY").result.rates
    assert [rate.base for rate in listed] == [currency for currency in OFFERED if currency != "CNY"]
    for rate in listed:
        one, other = published(day, rate.base), published(day, "CNY")
        assert one is not None
        assert other is not None
        exact = Fraction(other) / Fraction(one)
        assert abs(Fraction(rate.mid) - exact) <= exact / 10**7
        assert rate.base != "EUR" or rate.mid == other


@pytest.mark.parametrize(
    ("day", "before"),
    [
        ("2026-03-01", "2026-02-27"),  # a Sunday
        ("2025-12-25", "2025-12-24"),
        ("2024-04-01", "2024-03-28"),  # Easter Monday: four days without a rate
    ],
)
def test_a_day_without_a_rate_has_the_last_one_before(day: str, before: str) -> None:
    assert day not in raw_series()
    rate = fx_books(noon(day)).ask("GetRate", base="EUR", quoteCurrency="USD").result
    assert (rate.mid, rate.reference_date) == (published(before, "USD"), before)


def test_the_day_changes_at_midnight_in_the_banks_zone() -> None:
    books = fx_books(datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC))
    assert books.ask("GetRate", base="EUR", quoteCurrency="USD").result.reference_date == "2026-03-02"
    later = fx_books(datetime(2026, 3, 2, 16, 0, tzinfo=UTC))
    assert later.ask("GetRate", base="EUR", quoteCurrency="USD").result.reference_date == "2026-03-03"


@pytest.mark.parametrize(
    ("base", "quote", "day", "code"),
    [
        ("EUR", "XAU", "2026-03-02", "2001"),
        ("RUB", "EUR", "2026-03-02", "2001"),
        ("USD", "USD", "2026-03-02", "2002"),
        ("USD", "CNY", "2005-03-31", "2003"),
        ("EUR", "USD", "1998-12-31", "2003"),
    ],
)
def test_what_has_no_rate_is_refused(base: str, quote: str, day: str, code: str) -> None:
    assert fx_books(noon(day)).ask("GetRate", base=base, quoteCurrency=quote).host_code == code


def test_the_spread_is_the_documented_one() -> None:
    series = ReferenceSeries("Date,USD,SEK,CNY,\n2026-01-05,1.2,11,8,\n")
    board = RateBoard(lambda: series)
    major, minor = board.rate("EUR", "USD", "2026-01-05"), board.rate("EUR", "SEK", "2026-01-05")
    assert (major.bid, major.ask) == (Decimal("1.1982"), Decimal("1.2018"))
    assert (minor.bid, minor.ask) == (Decimal("10.967"), Decimal("11.033"))
    cross = board.rate("USD", "CNY", "2026-01-05")
    assert cross.mid == Decimal("6.6666667")
    assert cross.ask - cross.mid == Decimal("0.0100001"), "rounded up to 6 digits"


def test_amounts_are_rounded_once_in_the_banks_favour() -> None:
    assert bought(Amount(100_01, "USD"), "JPY", Decimal("150.999")) == Amount(15101, "JPY")
    assert needed(Amount(15101, "JPY"), "USD", Decimal("150.999")) == Amount(100_01, "USD")
    assert needed(Amount(15102, "JPY"), "USD", Decimal("150.999")) == Amount(100_02, "USD")
