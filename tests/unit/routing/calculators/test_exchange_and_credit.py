"""Amounts in another currency, and credit by a rule table."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tellerline.routing.calculators.arithmetic import CalculationError, rounded
from tellerline.routing.calculators.credit import CreditRules, assess
from tellerline.routing.calculators.exchange import Sides, converted, crossed
from tellerline.routing.information.reading import read_table, standard_table
from tellerline.routing.model.money import Money

RATES = {"USD": Sides(Decimal("6.97"), Decimal("7.00")), "JPY": Sides(Decimal("0.0444"), Decimal("0.0447"))}
RULES: CreditRules = read_table("credit-rules", standard_table("credit-rules"))
FACTS = {
    "age": "36",
    "education": "BACHELOR",
    "employment": "COMPANY",
    "years_employed": "4.5",
    "monthly_income": "15000",
    "housing": "MORTGAGED",
    "overdue_payments": "0",
}
amounts = st.integers(1, 10**10).map(lambda minor: Money(minor, "CNY"))


def test_the_bank_buys_at_its_bid_and_sells_at_its_ask() -> None:
    assert crossed("USD", "CNY", "CNY", RATES).rate == Decimal("6.97")
    assert converted(Money.parse("700", "CNY"), crossed("CNY", "USD", "CNY", RATES), "USD") == Money(10_000, "USD")
    yen = converted(Money.parse("100", "USD"), crossed("USD", "JPY", "CNY", RATES), "JPY")
    assert yen == Money(15592, "JPY")


@pytest.mark.parametrize(("sell", "buy"), [("XXX", "CNY"), ("CNY", "XXX")])
def test_a_currency_without_a_rate_is_refused(sell: str, buy: str) -> None:
    with pytest.raises(CalculationError, match="no_rate"):
        crossed(sell, buy, "CNY", RATES)


@settings(deadline=None)
@given(amounts, st.sampled_from(["USD", "JPY"]))
def test_there_and_back_never_gains(amount: Money, currency: str) -> None:
    there = converted(amount, crossed("CNY", currency, "CNY", RATES), currency)
    back = converted(there, crossed(currency, "CNY", "CNY", RATES), "CNY")
    assert back.minor <= amount.minor


@settings(deadline=None)
@given(amounts, amounts)
def test_more_never_gives_less(one: Money, other: Money) -> None:
    rate = crossed("CNY", "USD", "CNY", RATES)
    low, high = sorted([one, other], key=lambda money: money.minor)
    assert converted(low, rate, "USD").minor <= converted(high, rate, "USD").minor


def test_a_callers_decimal_context_changes_nothing() -> None:
    amount, sides = Money.parse("123456.78", "USD"), crossed("USD", "CNY", "CNY", RATES)
    with localcontext() as context:
        context.prec = 3
        found = converted(amount, sides, "CNY")
    assert found == Money.parse("860493.75", "CNY")


def test_an_amount_that_no_money_can_be_is_refused() -> None:
    with pytest.raises(CalculationError):
        rounded(Decimal(10) ** 16, "CNY")


def test_each_rule_says_what_it_gave() -> None:
    found = assess(RULES, FACTS)
    assert [(reason.attribute.key, reason.rule.points) for reason in found.reasons] == [
        ("age", 15),
        ("education", 10),
        ("employment", 11),
        ("years_employed", 8),
        ("monthly_income", 14),
        ("housing", 8),
        ("overdue_payments", 20),
    ]
    assert (found.points, found.grade.name, found.limit) == (86, "AAA", Money.parse("120000", "CNY"))


def test_a_limit_is_cut_to_hundreds_and_to_the_grades_highest() -> None:
    assert assess(RULES, FACTS | {"monthly_income": "8012.34"}).limit == Money.parse("64000", "CNY")
    assert assess(RULES, FACTS | {"monthly_income": "999999"}).limit == Money.parse("300000", "CNY")


def test_a_rule_that_refuses_leaves_no_limit_whatever_the_points() -> None:
    found = assess(RULES, FACTS | {"age": "17.5"})
    assert (found.refused, found.grade.name, found.limit.minor) == (True, "C", 0)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"age": "x"}, "not_a_number"),
        ({"age": "-1"}, "not_a_number"),
        ({"age": "1e5"}, "not_a_number"),
        ({"age": "٣"}, "not_a_number"),
        ({"education": "NONE"}, "no_answer_to_education"),
        ({"zodiac": "RAT"}, "unknown_attribute"),
    ],
)
def test_what_is_no_answer_is_refused(change: dict[str, str], why: str) -> None:
    with pytest.raises(CalculationError) as refused:
        assess(RULES, FACTS | change)
    assert refused.value.why == why


def test_every_attribute_is_needed() -> None:
    for attribute in FACTS:
        with pytest.raises(CalculationError) as refused:
            assess(RULES, {key: value for key, value in FACTS.items() if key != attribute})
        assert refused.value.why == f"missing_{attribute}"


@settings(deadline=None)
@given(st.integers(0, 60_000), st.integers(0, 60_000))
def test_more_income_never_lowers_points_or_limit(one: int, other: int) -> None:
    low, high = (assess(RULES, FACTS | {"monthly_income": str(income)}) for income in sorted([one, other]))
    assert low.points <= high.points
    assert low.limit.minor <= high.limit.minor
