"""Repayment schedules: to the cent, down to nothing, through other rates and early repayments."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tellerline.routing.calculators.arithmetic import CalculationError
from tellerline.routing.calculators.loan import (
    Effect,
    Instalment,
    LoanTerms,
    Method,
    Prepayment,
    RateChange,
    equal_instalment,
    schedule,
)
from tellerline.routing.model.money import Money

START = date(2026, 1, 31)
EQUAL, PRINCIPAL = Method.EQUAL_INSTALMENTS, Method.EQUAL_PRINCIPAL


def yuan(text: str) -> Money:
    return Money.parse(text, "CNY")


def terms(amount: str = "120000", months: int = 12, percent: str = "6", method: Method = EQUAL) -> LoanTerms:
    return LoanTerms(amount=yuan(amount), months=months, percent=Decimal(percent), method=method, start=START)


def total(instalments: tuple[Instalment, ...], field: str) -> int:
    return sum(getattr(each, field).minor for each in instalments)


def test_equal_principal_is_what_its_closed_form_says() -> None:
    """Interest of all months together: P × i × (n + 1) ÷ 2, an identity of the formula."""
    instalments = schedule(terms(method=PRINCIPAL))
    assert {each.principal for each in instalments} == {yuan("10000")}
    assert instalments[0].interest == yuan("600")
    assert instalments[-1].interest == yuan("50")
    assert total(instalments, "interest") == 120_000_00 * 5 * 13 // 1000 // 2


def test_instalments_are_due_on_the_day_or_the_months_last() -> None:
    assert [each.due for each in schedule(terms(months=3))] == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]


def test_a_loan_without_interest_is_divided() -> None:
    instalments = schedule(terms("100", 3, "0"))
    assert [each.payment for each in instalments] == [yuan("33.33"), yuan("33.33"), yuan("33.34")]


def test_another_rate_counts_from_the_first_month_that_begins_on_its_day() -> None:
    changed = schedule(terms(), [RateChange(date(2026, 4, 30), Decimal("3"))])
    assert [each.percent for each in changed[:4]] == [Decimal(6), Decimal(6), Decimal(6), Decimal(3)]
    assert changed[3].payment == equal_instalment(changed[2].balance, Decimal(3), 9)
    assert changed[-1].balance == yuan("0")


def test_a_prepayment_lowers_the_payment() -> None:
    plain = schedule(terms())
    early = schedule(terms(), (), [Prepayment(6, yuan("30000"), Effect.LOWER_PAYMENT)])
    assert len(early) == len(plain)
    assert early[5].balance.minor == plain[5].balance.minor - 3_000_000
    assert early[6].payment == equal_instalment(early[5].balance, Decimal(6), 6)


@pytest.mark.parametrize("method", list(Method))
def test_a_prepayment_shortens_the_term(method: Method) -> None:
    plain = schedule(terms(method=method))
    early = schedule(terms(method=method), (), [Prepayment(6, yuan("30000"), Effect.SHORTER_TERM)])
    assert len(early) < len(plain)
    assert early[6].principal.minor >= plain[6].principal.minor
    assert early[-1].balance == yuan("0")
    assert total(early, "interest") < total(plain, "interest")


def test_a_prepayment_of_everything_ends_the_loan() -> None:
    early = schedule(terms(), (), [Prepayment(2, yuan("999999"), Effect.SHORTER_TERM)])
    assert len(early) == 2
    assert total(early, "principal") + total(early, "prepaid") == 12_000_000


@pytest.mark.parametrize(
    ("changes", "prepayments", "field"),
    [
        ([RateChange(date(2026, 5, 1), Decimal(1))] * 2, [], "rate_changes"),
        ([], [Prepayment(13, yuan("1"), Effect.LOWER_PAYMENT)], "prepayments.number"),
        ([], [Prepayment(1, Money(1, "USD"), Effect.LOWER_PAYMENT)], "prepayments.amount"),
    ],
)
def test_what_cannot_be_is_refused(changes: list[RateChange], prepayments: list[Prepayment], field: str) -> None:
    with pytest.raises(CalculationError) as refused:
        schedule(terms(), changes, prepayments)
    assert refused.value.field == field


@pytest.mark.parametrize(("amount", "months"), [("0", 12), ("1", 0), ("1", 481)])
def test_terms_that_no_loan_has_are_refused(amount: str, months: int) -> None:
    with pytest.raises(CalculationError):
        schedule(terms(amount, months))


any_terms = st.builds(
    LoanTerms,
    amount=st.integers(1, 10**11).map(lambda minor: Money(minor, "CNY")),
    months=st.integers(1, 480),
    percent=st.decimals(0, 36, places=2),
    method=st.sampled_from(Method),
    start=st.dates(date(1990, 1, 1), date(2100, 1, 1)),
)
any_changes = st.lists(
    st.builds(RateChange, st.dates(date(1990, 1, 1), date(2140, 1, 1)), st.decimals(0, 36, places=2)),
    max_size=3,
    unique_by=lambda change: change.day,
).map(lambda changes: sorted(changes, key=lambda change: change.day))


@st.composite
def any_prepayments(draw: st.DrawFn, of: LoanTerms) -> list[Prepayment]:
    one = st.builds(
        Prepayment,
        st.integers(1, of.months),
        st.integers(1, of.amount.minor).map(lambda minor: Money(minor, "CNY")),
        st.sampled_from(Effect),
    )
    return draw(st.lists(one, max_size=3))


@settings(max_examples=150, deadline=None)
@given(st.data(), any_terms, any_changes)
def test_every_schedule_adds_up_and_ends_at_nothing(
    data: st.DataObject, of: LoanTerms, changes: list[RateChange]
) -> None:
    prepayments = data.draw(any_prepayments(of))
    instalments = schedule(of, changes, prepayments)
    owed = of.amount.minor
    for number, each in enumerate(instalments, 1):
        assert each.number == number
        assert each.payment.minor == each.principal.minor + each.interest.minor
        assert min(each.principal.minor, each.interest.minor, each.prepaid.minor) >= 0
        owed -= each.principal.minor + each.prepaid.minor
        assert each.balance.minor == owed
    assert owed == 0
    assert len(instalments) <= of.months
    assert all(each.balance.minor > 0 for each in instalments[:-1])


@settings(max_examples=60, deadline=None)
@given(any_terms)
def test_equal_instalments_are_equal_but_for_the_last(of: LoanTerms) -> None:
    """As long as what rounding has left over in all months, with its interest, is less than one instalment."""
    payment = equal_instalment(of.amount, of.percent, of.months).minor
    rounding = 1 + sum((1 + of.percent / 1200) ** month for month in range(of.months))
    if of.method is EQUAL and payment > rounding:
        *others, last = schedule(of)
        assert {each.payment.minor for each in others} <= {payment}
        assert len(others) == of.months - 1
        assert abs(last.payment.minor - payment) <= rounding


@settings(max_examples=60, deadline=None)
@given(
    any_terms,
    st.integers(1_000_000, 10**11),
    st.decimals(0, 11, places=2),
    st.decimals(1, 12, places=2),
    st.integers(1, 360),
)
def test_a_higher_rate_costs_more(of: LoanTerms, minor: int, percent: Decimal, more: Decimal, months: int) -> None:
    """From ten thousand on, a point apart, up to thirty years: then no rounding of cents stands against it."""

    def interest(at: Decimal) -> int:
        amount = Money(minor, "CNY")
        return total(
            schedule(LoanTerms(amount=amount, months=months, percent=at, method=of.method, start=of.start)), "interest"
        )

    assert interest(percent) < interest(min(percent + more, Decimal(12)))
