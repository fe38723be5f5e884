"""The bank's day ends at cut-over, not at midnight, and does not come again."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from tellerline.adapters.clock import VirtualClock
from tellerline.simulators.hosting.calendar import BankCalendar


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (datetime(2026, 3, 2, 15, 29, 59, tzinfo=UTC), "2026-03-02"),
        (datetime(2026, 3, 2, 15, 30, tzinfo=UTC), "2026-03-03"),
        (datetime(2026, 3, 2, 16, 0, tzinfo=UTC), "2026-03-03"),
        (datetime(2026, 12, 31, 15, 30, tzinfo=UTC), "2027-01-01"),
    ],
)
def test_cut_over_at_half_past_eleven_in_shanghai(instant: datetime, expected: str) -> None:
    assert BankCalendar(VirtualClock(instant)).accounting_date() == expected


async def test_turns_as_the_clock_passes_and_not_back() -> None:
    clock = VirtualClock(datetime(2026, 3, 2, 15, 29, 59, tzinfo=UTC))
    calendar = BankCalendar(clock)
    assert calendar.accounting_date() == "2026-03-02"
    await clock.advance(1)
    assert calendar.accounting_date() == "2026-03-03"
    clock.jump_to(datetime(2026, 3, 2, 15, 0, tzinfo=UTC))
    assert calendar.accounting_date() == "2026-03-03"
    calendar.restart()
    assert calendar.accounting_date() == "2026-03-02"


def test_other_cut_over_and_local_time() -> None:
    calendar = BankCalendar(VirtualClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC)), time(17, 0))
    assert calendar.accounting_date() == "2026-03-03"
    assert calendar.now() == "2026-03-02T17:00:00+08:00"
