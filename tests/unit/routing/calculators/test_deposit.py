"""Interest on deposits: by months, by days, early, late, settled each quarter; by the rule's own arithmetic."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tellerline.routing.calculators.arithmetic import CalculationError
from tellerline.routing.calculators.days import add_months, months_and_days
from tellerline.routing.calculators.deposit import (
    DayCount,
    DepositResult,
    ListedRate,
    ListedRates,
    Reason,
    demand_deposit,
    term_deposit,
    term_interest,
)
from tellerline.routing.calculators.interest_tax import TaxStep, taxed
from tellerline.routing.model.money import Money

TAX = (
    TaxStep(date(1999, 11, 1), Decimal(20)),
    TaxStep(date(2007, 8, 15), Decimal(5)),
    TaxStep(date(2008, 10, 9), Decimal(0)),
)
DEMAND = ListedRates((ListedRate(date(1990, 1, 1), Decimal("0.72")), ListedRate(date(2009, 1, 1), Decimal("0.36"))))
TEN_THOUSAND = Money.parse("10000", "CNY")

amounts = st.integers(1, 10**12).map(lambda minor: Money(minor, "CNY"))
percents = st.decimals(0, 20, places=2)
days = st.dates(date(1991, 1, 1), date(2040, 1, 1))
months = st.sampled_from([1, 3, 6, 12, 24, 36, 60])


def yuan(text: str) -> Money:
    return Money.parse(text, "CNY")


def term(start: date, months: int, end: date, percent: str = "2.25", **options: DayCount) -> DepositResult:
    return term_deposit(TEN_THOUSAND, start, months, end, percent=Decimal(percent), demand=DEMAND, tax=TAX, **options)


def test_a_term_earns_its_months_whatever_their_days() -> None:
    found = term(date(2009, 1, 31), 1, date(2009, 2, 28), "1.71")
    assert (found.interest, found.tax, found.payout) == (yuan("14.25"), yuan("0"), yuan("10014.25"))
    assert [(part.reason, part.months, part.days) for part in found.parts] == [(Reason.TERM, 1, 0)]


def test_a_term_by_actual_days_earns_every_day() -> None:
    found = term(date(2011, 3, 1), 12, date(2012, 3, 1), day_count=DayCount.ACTUAL_360)
    assert found.interest == yuan("228.75")
    assert found.parts[0].days == 366


def test_before_maturity_all_days_earn_the_demand_rate_of_the_day_of_withdrawal() -> None:
    found = term(date(2008, 12, 1), 12, date(2009, 3, 1))
    assert [(part.reason, part.days, part.percent) for part in found.parts] == [(Reason.EARLY, 90, Decimal("0.36"))]
    assert found.interest == yuan("9.00")


def test_beyond_maturity_only_the_principal_earns_and_at_the_demand_rate() -> None:
    found = term(date(2009, 1, 1), 12, date(2010, 4, 11))
    assert [(part.reason, part.interest) for part in found.parts] == [
        (Reason.TERM, yuan("225.00")),
        (Reason.OVERDUE, yuan("10.00")),
    ]


def test_interest_of_2007_is_taxed_by_the_days_before_and_behind_the_change() -> None:
    found = term(date(2007, 2, 15), 12, date(2008, 2, 15), "2.52")
    [part] = found.parts
    assert [(each.interest, each.percent, each.tax) for each in part.taxes] == [
        (yuan("124.96"), Decimal(20), yuan("24.99")),
        (yuan("127.04"), Decimal(5), yuan("6.35")),
    ]
    assert (found.interest, found.tax, found.payout) == (yuan("252.00"), yuan("31.34"), yuan("10220.66"))


def test_a_demand_deposit_is_settled_each_quarter_and_its_interest_earns_too() -> None:
    found = demand_deposit(TEN_THOUSAND, date(2009, 3, 1), date(2009, 7, 1), demand=DEMAND, tax=TAX)
    assert [(part.start, part.end, part.principal, part.interest) for part in found.parts] == [
        (date(2009, 3, 1), date(2009, 3, 21), yuan("10000"), yuan("2.00")),
        (date(2009, 3, 21), date(2009, 6, 21), yuan("10002.00"), yuan("9.20")),
        (date(2009, 6, 21), date(2009, 7, 1), yuan("10011.20"), yuan("1.00")),
    ]
    assert found.payout == yuan("10012.20")


def test_before_2005_a_demand_deposit_was_settled_each_june() -> None:
    found = demand_deposit(TEN_THOUSAND, date(2004, 1, 1), date(2006, 1, 1), demand=DEMAND, tax=())
    assert [part.end for part in found.parts] == [
        date(2004, 7, 1),
        date(2005, 7, 1),
        date(2005, 12, 21),
        date(2006, 1, 1),
    ]


def test_a_demand_deposit_earns_the_rate_of_the_settlement_day_for_all_of_its_quarter() -> None:
    rates = ListedRates((ListedRate(date(2009, 1, 1), Decimal("0.36")), ListedRate(date(2009, 3, 21), Decimal(9))))
    found = demand_deposit(TEN_THOUSAND, date(2009, 1, 1), date(2009, 3, 22), demand=rates, tax=())
    assert [part.percent for part in found.parts] == [Decimal("0.36"), Decimal(9)]


def test_a_term_with_odd_days_by_the_rules_formula() -> None:
    """银发[2005]129号: principal × months × rate ÷ 12 + principal × days × rate ÷ 360, with 1 month and 10 days."""
    assert term_interest(TEN_THOUSAND, date(2026, 1, 31), date(2026, 3, 10), Decimal("3.6")) == yuan("40.00")


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        (date(2009, 1, 2), date(2009, 1, 1), "withdrawal_date"),
        (date(2009, 1, 1), date(2090, 1, 1), "withdrawal_date"),
        (date(1980, 1, 1), date(1980, 2, 1), "date"),
    ],
)
def test_what_cannot_be_reckoned_is_refused(start: date, end: date, field: str) -> None:
    with pytest.raises(CalculationError) as refused:
        demand_deposit(TEN_THOUSAND, start, end, demand=DEMAND, tax=TAX)
    assert refused.value.field == field


@settings(deadline=None)
@given(amounts, days, months, percents, st.integers(0, 4000))
def test_what_is_paid_out_is_the_amount_and_its_interest_less_tax(
    amount: Money, start: date, term_months: int, percent: Decimal, kept: int
) -> None:
    end = start + timedelta(days=kept)
    found = term_deposit(amount, start, term_months, end, percent=percent, demand=DEMAND, tax=TAX)
    assert found.payout.minor == amount.minor + found.interest.minor - found.tax.minor
    assert 0 <= found.tax.minor <= found.interest.minor
    for part in found.parts:
        assert sum(each.interest.minor for each in part.taxes) == (part.interest.minor if part.taxes else 0)
    assert found.parts[0].start == start
    assert found.parts[-1].end == (end if end != start or kept else start)
    assert all(one.end == other.start for one, other in zip(found.parts, found.parts[1:], strict=False))


@settings(deadline=None)
@given(amounts, days, st.integers(0, 3000), st.integers(0, 1000))
def test_a_demand_deposit_never_loses_by_staying(amount: Money, start: date, kept: int, longer: int) -> None:
    rates = ListedRates((ListedRate(date(1900, 1, 1), Decimal("0.5")),))
    short, long = (
        demand_deposit(amount, start, start + timedelta(days=each), demand=rates, tax=TAX)
        for each in (kept, kept + longer)
    )
    assert long.interest.minor >= short.interest.minor - len(long.parts)
    assert short.payout.minor >= amount.minor


@settings(deadline=None)
@given(amounts, days, months, percents, percents)
def test_more_money_or_a_higher_rate_never_earns_less(
    amount: Money, start: date, term_months: int, one: Decimal, other: Decimal
) -> None:
    end = add_months(start, term_months)
    low, high = sorted([one, other])

    def interest(of: Money, percent: Decimal) -> int:
        return term_deposit(of, start, term_months, end, percent=percent, demand=DEMAND, tax=()).interest.minor

    assert interest(amount, low) <= interest(amount, high)
    assert interest(amount, low) <= interest(Money(amount.minor * 2, "CNY"), low)


@settings(deadline=None)
@given(days, st.integers(0, 5000))
def test_months_and_days_lead_back_to_the_day(start: date, after: int) -> None:
    end = start + timedelta(days=after)
    whole, odd = months_and_days(start, end)
    assert add_months(start, whole) + timedelta(days=odd) == end
    assert 0 <= odd < 31


@settings(deadline=None)
@given(st.integers(0, 10**15), days, st.integers(1, 5000))
def test_tax_parts_add_up_to_the_cent(minor: int, start: date, length: int) -> None:
    interest = Money(minor, "CNY")
    parts = taxed(interest, start, start + timedelta(days=length), TAX)
    assert sum(part.interest.minor for part in parts) == minor
    assert all(part.interest.minor >= 0 for part in parts)
