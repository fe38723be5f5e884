"""Schedules to the cent."""

from __future__ import annotations

from decimal import Decimal, getcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tellerline.simulators.credit.schedule import RepaymentMethod, schedule

EQUAL, FALLING = RepaymentMethod.EQUAL_INSTALMENTS, RepaymentMethod.EQUAL_PRINCIPAL


def test_equal_instalments_as_every_calculator_has_them() -> None:
    rows = schedule(1_000_000_00, 49_000, 360, EQUAL, "2026-01-31")
    assert {row.total for row in rows[:-1]} == {5_307_27}
    assert (rows[0].principal, rows[0].interest) == (1_223_94, 4_083_33)
    assert abs(rows[-1].total - 5_307_27) < 5_00


def test_equal_principal_falls() -> None:
    rows = schedule(120_000_00, 120_000, 12, FALLING, "2026-01-15")
    assert [row.principal for row in rows] == [10_000_00] * 12
    assert [row.interest for row in rows] == [1_200_00 - 100_00 * number for number in range(12)]


def test_due_dates_keep_to_the_month() -> None:
    rows = schedule(400, 0, 4, EQUAL, "2027-11-30")
    assert [row.due_on for row in rows] == ["2027-12-30", "2028-01-30", "2028-02-29", "2028-03-30"]


def test_the_last_instalment_takes_the_rounding() -> None:
    assert [row.principal for row in schedule(1_000, 0, 3, FALLING, "2026-01-01")] == [333, 333, 334]
    assert [row.principal for row in schedule(1_000, 0, 3, EQUAL, "2026-01-01")] == [333, 333, 334]


@pytest.mark.parametrize("bad", [(0, 1, 1), (1, -1, 1), (1, 1, 0)])
def test_refuses_what_is_no_loan(bad: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="loan"):
        schedule(*bad, EQUAL, "2026-01-01")


@given(st.integers(1, 10**12), st.integers(0, 400_000), st.integers(1, 360), st.sampled_from(RepaymentMethod))
def test_principals_sum_to_the_loan(principal: int, rate: int, count: int, method: RepaymentMethod) -> None:
    rows = schedule(principal, rate, count, method, "2026-01-31")
    assert sum(row.principal for row in rows) == principal
    assert [row.number for row in rows] == list(range(1, count + 1))
    assert all(row.principal >= 0 and row.interest >= 0 for row in rows)
    assert rows[0].interest == (2 * principal * rate + 12_000_000) // 24_000_000


@given(st.integers(10_000, 10**12), st.integers(1, 400_000), st.integers(2, 360))
def test_the_equal_instalment_is_the_annuity_rounded(principal: int, rate: int, count: int) -> None:
    getcontext().prec = 60
    monthly = Decimal(rate) / 12_000_000
    exact = principal * monthly / (1 - (1 + monthly) ** -count)
    assert abs(schedule(principal, rate, count, EQUAL, "2026-01-01")[0].total - exact) <= Decimal("0.5000001")
