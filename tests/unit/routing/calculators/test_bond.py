"""Yields of bonds: by the published formulas, back to the price, and never against the price."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tellerline.routing.calculators.arithmetic import CalculationError, places
from tellerline.routing.calculators.bond import BondKind, BondTerms, YieldMethod, bond_yield, full_price
from tellerline.routing.calculators.days import add_months

ISSUED = date(2023, 3, 10)
BULLET = BondTerms(kind=BondKind.BULLET, percent=Decimal("3.00"), frequency=0, issued=ISSUED, matures=date(2026, 3, 10))
BILL = BondTerms(
    kind=BondKind.DISCOUNT,
    percent=Decimal(0),
    frequency=0,
    issued=date(2026, 1, 5),
    matures=date(2026, 7, 6),
    issue_price=Decimal("99.09"),
)


def coupon(years: int, frequency: int = 1, percent: str = "3") -> BondTerms:
    return BondTerms(
        kind=BondKind.COUPON,
        percent=Decimal(percent),
        frequency=frequency,
        issued=ISSUED,
        matures=add_months(ISSUED, 12 * years),
    )


def test_in_its_last_coupon_period_a_bond_yields_simply() -> None:
    """(FV − PV) ÷ PV ÷ (D ÷ TY), 银发[2007]200号: FV 103, PV 100 + 3 × 184/365, D 181, TY 365."""
    settled = date(2025, 9, 10)
    found = bond_yield(coupon(3), settled, Decimal(100))
    price = 100 + Decimal(3) * 184 / 365
    assert found.method is YieldMethod.SIMPLE
    assert places(found.to_maturity, 10) == places((103 - price) / price / (Decimal(181) / 365) * 100, 10)
    assert found.simple == found.to_maturity


def test_what_is_paid_back_once_yields_compound_while_more_than_a_year_is_left() -> None:
    """PV = FV ÷ (1 + y)^(d ÷ TY + m): FV 109, bought on its issue at par."""
    found = bond_yield(BULLET, ISSUED, Decimal(100))
    assert found.method is YieldMethod.COMPOUND
    assert places((1 + found.to_maturity / 100) ** 3 * 100, 8) == 109
    assert places(found.simple, 8) == 3


def test_what_is_paid_back_once_yields_simply_within_its_last_year() -> None:
    found = bond_yield(BULLET, date(2025, 3, 10), Decimal(100))
    assert (found.method, found.accrued) == (YieldMethod.SIMPLE, Decimal(6))
    assert places(found.to_maturity, 6) == places(Decimal(3) / 106 * 100, 6)


def test_a_discount_bond_accrues_to_its_face_value() -> None:
    half = bond_yield(BILL, date(2026, 4, 6), Decimal(99))
    assert half.accrued == Decimal("0.91") * 91 / 182
    issue = bond_yield(BILL, BILL.issued, BILL.issue_price)
    assert places(issue.to_maturity, 6) == places(Decimal("0.91") / Decimal("99.09") / (Decimal(182) / 365) * 100, 6)


def test_a_years_accrued_interest_counts_the_leap_day() -> None:
    found = bond_yield(BULLET, date(2024, 3, 1), Decimal(100))
    assert places(found.accrued, 20) == places(Decimal(3) * 357 / 366, 20)


@pytest.mark.parametrize("frequency", [1, 2, 4])
def test_at_par_on_a_coupon_day_the_yield_is_the_coupon(frequency: int) -> None:
    found = bond_yield(coupon(10, frequency), ISSUED, Decimal(100))
    assert places(found.to_maturity, 12) == 3
    assert places(found.simple, 12) == 3


@pytest.mark.parametrize(
    ("terms", "settled", "price", "field"),
    [
        (coupon(3, 3), ISSUED, "100", "coupons_per_year"),
        (coupon(3), ISSUED - timedelta(days=1), "100", "settlement_date"),
        (coupon(3), date(2026, 3, 10), "100", "settlement_date"),
        (coupon(3), ISSUED, "0", "clean_price"),
        (coupon(3), ISSUED, "0.0000000001", "clean_price"),
        (coupon(101), ISSUED, "100", "maturity_date"),
    ],
)
def test_what_no_bond_has_is_refused(terms: BondTerms, settled: date, price: str, field: str) -> None:
    with pytest.raises(CalculationError) as refused:
        bond_yield(terms, settled, Decimal(price))
    assert refused.value.field == field


coupons = st.builds(
    coupon,
    st.integers(1, 30),
    st.sampled_from([1, 2, 4]),
    st.decimals(0, 15, places=2).map(str),
)
prices = st.decimals(40, 160, places=4)


@settings(max_examples=60, deadline=None)
@given(coupons, st.integers(0, 9000), prices)
def test_a_compound_yield_leads_back_to_the_price(terms: BondTerms, after: int, price: Decimal) -> None:
    settled = ISSUED + timedelta(days=after)
    assume(settled < terms.matures)
    found = bond_yield(terms, settled, price)
    if found.method is YieldMethod.COMPOUND:
        assert abs(full_price(terms, settled, found.to_maturity) - found.full_price) < Decimal("1e-20")


@settings(max_examples=60, deadline=None)
@given(coupons, st.integers(0, 9000), prices, prices)
def test_a_higher_price_never_yields_more(terms: BondTerms, after: int, one: Decimal, other: Decimal) -> None:
    settled = ISSUED + timedelta(days=after)
    assume(settled < terms.matures)
    low, high = (bond_yield(terms, settled, price) for price in sorted([one, other]))
    assert low.to_maturity >= high.to_maturity
    assert low.simple >= high.simple
