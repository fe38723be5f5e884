"""Trading hours, price limits and fees."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tellerline.simulators.hosting.calendar import BANK_ZONE
from tellerline.simulators.securities.fees import fees
from tellerline.simulators.securities.listing import SECURITIES, Board, Security
from tellerline.simulators.securities.matching import Side
from tellerline.simulators.securities.sessions import is_open, is_over, trading_day

MONDAY, SATURDAY = 2, 7


def at(day: int, hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, second, tzinfo=BANK_ZONE)


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (at(MONDAY, 9, 29, 59), False),
        (at(MONDAY, 9, 30), True),
        (at(MONDAY, 11, 29, 59), True),
        (at(MONDAY, 11, 30), False),
        (at(MONDAY, 12, 59, 59), False),
        (at(MONDAY, 13, 0), True),
        (at(MONDAY, 14, 59, 59), True),
        (at(MONDAY, 15, 0), False),
        (at(SATURDAY, 10, 0), False),
        (at(SATURDAY + 1, 10, 0), False),
        (datetime(2026, 3, 2, 2, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 2, 10, 0, tzinfo=UTC), False),
    ],
)
def test_orders_are_taken_in_two_sessions_of_a_weekday(instant: datetime, expected: bool) -> None:
    assert is_open(instant) is expected


def test_a_weekend_belongs_to_the_friday_before() -> None:
    assert [trading_day(at(day, 12, 0)).day for day in (6, 7, 8, 9)] == [6, 6, 6, 9]


def test_a_day_is_over_at_three() -> None:
    assert not is_over(date(2026, 3, 2), at(MONDAY, 14, 59, 59))
    assert is_over(date(2026, 3, 2), at(MONDAY, 15, 0))


@pytest.mark.parametrize(
    ("code", "board", "close", "limits"),
    [
        ("600951", Board.MAIN, 5_86, (5_27, 6_45)),
        ("000983", Board.MAIN, 4_17, (3_75, 4_59)),
        ("688961", Board.STAR, 63_20, (50_56, 75_84)),
        ("300961", Board.CHINEXT, 46_91, (37_53, 56_29)),
        ("600001", Board.MAIN, 1_05, (95, 1_16)),
    ],
)
def test_limits_are_rounded_half_up_to_the_tick(code: str, board: Board, close: int, limits: tuple[int, int]) -> None:
    security = Security(code, "", close)
    assert (security.board, security.limits(close)) == (board, limits)


def test_securities_are_listed_in_order_under_codes_of_six_digits() -> None:
    assert list(SECURITIES) == sorted(SECURITIES)
    assert all(code.isdigit() and len(code) == 6 for code in SECURITIES)
    assert {security.board for security in SECURITIES.values()} == set(Board)


@pytest.mark.parametrize(
    ("side", "amount", "charged"),
    [
        (Side.BUY, 0, 0),
        (Side.BUY, 100_00, 5_00),
        (Side.BUY, 20_000_00, 5_00),
        (Side.BUY, 100_000_00, 25_00),
        (Side.SELL, 100_000_00, 75_00),
        (Side.SELL, 3_00, 3_00),
    ],
)
def test_fees(side: Side, amount: int, charged: int) -> None:
    assert fees(side, amount) == charged


@given(st.sampled_from(Side), st.integers(0, 10**10), st.integers(0, 10**8))
def test_fees_never_fall_and_never_exceed_what_a_seller_gets(side: Side, amount: int, more: int) -> None:
    assert fees(side, amount) <= fees(side, amount + more)
    assert fees(Side.SELL, amount) <= amount
