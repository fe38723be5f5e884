"""Worked examples that somebody else has published, each with its document and figure.

- Microsoft Support, "PMT function", "CUMIPMT function", "CUMPRINC function" (examples under each description).
- MathWorks, Financial Toolbox: "amortize", "bndyield", "bndprice", "acrubond" (first examples of each page).
- 财政部、国家税务总局, 财税[2008]132号 of 9 October 2008: which day is taxed at which rate.
- The QuantLib mailing list, 20 July 2016 ("day counter of China's interbank market"): remaining years of three bonds.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tellerline.routing.calculators.arithmetic import places
from tellerline.routing.calculators.bond import BondKind, BondTerms, YieldMethod, bond_yield, full_price
from tellerline.routing.calculators.interest_tax import TaxStep, taxed
from tellerline.routing.calculators.loan import LoanTerms, Method, equal_instalment, schedule
from tellerline.routing.information.rates import InterestTax
from tellerline.routing.information.reading import read_table, standard_table
from tellerline.routing.model.money import Money


def yuan(text: str) -> Money:
    return Money.parse(text, "CNY")


@pytest.mark.parametrize(
    ("amount", "percent", "months", "payment"),
    [
        ("10000", "8", 10, "1037.03"),  # Microsoft, PMT: 8 %, 10 months, 10,000
        ("100000", "8", 10, "10370.32"),  # the same tenfold, to the cent
        ("100000", "12", 360, "1028.61"),  # MathWorks, amortize: 12 % APR, 30 years, 100,000
    ],
)
def test_equal_instalments(amount: str, percent: str, months: int, payment: str) -> None:
    assert equal_instalment(yuan(amount), Decimal(percent), months) == yuan(payment)


def test_interest_of_a_year_of_instalments() -> None:
    """Microsoft, CUMIPMT: 9 %, 30 years, 125,000: 11,135.23 in months 13 to 24, 937.50 in the first; CUMPRINC: 934.11
    and 68.28. Their figures are sums of unrounded months: ours, of cents, may be off by half a cent a month."""
    terms = LoanTerms(
        amount=yuan("125000"), months=360, percent=Decimal(9), method=Method.EQUAL_INSTALMENTS, start=date(2026, 1, 1)
    )
    instalments = schedule(terms)
    first, second_year = instalments[0], instalments[12:24]
    assert (first.interest, first.principal) == (yuan("937.50"), yuan("68.28"))
    assert abs(sum(each.interest.minor for each in second_year) - 1_113_523) <= 6
    assert abs(sum(each.principal.minor for each in second_year) - 93_411) <= 6


TREASURY = BondTerms(
    kind=BondKind.COUPON, percent=Decimal(5), frequency=2, issued=date(1992, 6, 15), matures=date(2002, 6, 15)
)


@pytest.mark.parametrize(("price", "percent"), [("95", "6.10"), ("100", "5.00"), ("105", "3.96")])
def test_yields_of_a_coupon_bond(price: str, percent: str) -> None:
    """MathWorks, bndyield: 5 % twice a year, settled 20 January 1997, due 15 June 2002, actual/actual."""
    found = bond_yield(TREASURY, date(1997, 1, 20), Decimal(price))
    assert (places(found.to_maturity, 2), found.method) == (Decimal(percent), YieldMethod.COMPOUND)


@pytest.mark.parametrize(("percent", "price"), [("4", "104.8106"), ("5", "99.9951"), ("6", "95.4384")])
def test_prices_of_a_coupon_bond(percent: str, price: str) -> None:
    """MathWorks, bndprice: the same bond, with accrued interest of 0.4945."""
    settled = date(1997, 1, 20)
    accrued = bond_yield(TREASURY, settled, Decimal(100)).accrued
    assert places(accrued, 4) == Decimal("0.4945")
    assert places(full_price(TREASURY, settled, Decimal(percent)) - accrued, 4) == Decimal(price)


def test_accrued_interest() -> None:
    """MathWorks, acrubond: issued 31 January 1983, settled 1 March 1993, 10 % twice a year, actual/actual: 0.8011."""
    terms = BondTerms(
        kind=BondKind.COUPON, percent=Decimal(10), frequency=2, issued=date(1983, 1, 31), matures=date(2003, 1, 31)
    )
    assert places(bond_yield(terms, date(1993, 3, 1), Decimal(100)).accrued, 4) == Decimal("0.8011")


@pytest.mark.parametrize(
    ("issued", "matures", "settled", "frequency", "years"),
    [
        (date(2009, 8, 15), date(2011, 8, 15), date(2009, 9, 15), 1, "1.9151"),
        (date(2009, 8, 15), date(2012, 8, 15), date(2011, 9, 15), 1, "0.9153"),
        (date(2011, 8, 15), date(2012, 8, 15), date(2012, 1, 1), 4, "0.6223"),
    ],
)
def test_remaining_years_by_the_interbank_day_count(
    issued: date, matures: date, settled: date, frequency: int, years: str
) -> None:
    """QuantLib list: 1 + 334/365, 335/366, 0.5 + 45/92 × 0.25. Of a bond whose coupon is nothing, the yearly growth is
    (100 ÷ price)^(1 ÷ years) where it is compound, and (100 − price) ÷ price ÷ years where it is simple."""
    terms = BondTerms(kind=BondKind.COUPON, percent=Decimal(0), frequency=frequency, issued=issued, matures=matures)
    found = bond_yield(terms, settled, Decimal(98))
    span = Decimal(years)
    if found.method is YieldMethod.SIMPLE:
        expected = (Decimal(100) - 98) / 98 / span
    else:
        expected = ((Decimal(100) / 98) ** (1 / (span * frequency)) - 1) * frequency
    assert abs(found.to_maturity / 100 - expected) < Decimal("0.000002")


def test_the_standard_tax_is_the_published_one() -> None:
    """财税[2008]132号: none up to 31 October 1999, then 20 %, from 15 August 2007 5 %, from 9 October 2008 none."""
    table: InterestTax = read_table("interest-tax", standard_table("interest-tax"))
    edges = {
        date(1999, 10, 31): 0,
        date(1999, 11, 1): 20,
        date(2007, 8, 14): 20,
        date(2007, 8, 15): 5,
        date(2008, 10, 8): 5,
        date(2008, 10, 9): 0,
    }
    for day, percent in edges.items():
        [part] = taxed(yuan("100"), day, date.fromordinal(day.toordinal() + 1), table.steps)
        assert (part.percent, part.tax) == (Decimal(percent), yuan(str(percent))), day


def test_interest_over_all_four_rates_is_taxed_by_its_days() -> None:
    steps = (
        TaxStep(date(1999, 11, 1), Decimal(20)),
        TaxStep(date(2007, 8, 15), Decimal(5)),
        TaxStep(date(2008, 10, 9), Decimal(0)),
    )
    start, end = date(1999, 10, 1), date(2008, 11, 8)
    parts = taxed(Money((end - start).days * 100, "CNY"), start, end, steps)
    assert [(part.interest.minor // 100, part.tax.minor) for part in parts] == [
        (31, 0),
        ((date(2007, 8, 15) - date(1999, 11, 1)).days, (date(2007, 8, 15) - date(1999, 11, 1)).days * 20),
        ((date(2008, 10, 9) - date(2007, 8, 15)).days, (date(2008, 10, 9) - date(2007, 8, 15)).days * 5),
        (30, 0),
    ]
