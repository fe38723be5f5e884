"""The working calendar of 2026 by the State Council's notice, written out, and instants in the bank's wall time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tellerline.routing.tickets.working_time import DaysOfYear, WorkingCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """An instant of 2026 in UTC, given as the bank's wall shows it."""
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def _off(month: int, day: int, count: int) -> set[date]:
    return {date(2026, month, day) + timedelta(days=number) for number in range(count)}


DAYS_2026 = DaysOfYear(
    off=frozenset(
        _off(1, 1, 3)
        | _off(2, 15, 9)
        | _off(4, 4, 3)
        | _off(5, 1, 5)
        | _off(6, 19, 3)
        | _off(9, 25, 3)
        | _off(10, 1, 7)
    ),
    made_up=frozenset({date(2026, month, day) for month, day in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))}),
)

HOURS_2026 = WorkingCalendar(
    version=3,
    zone=SHANGHAI,
    sessions=((time(8, 30), time(12)), (time(13), time(17, 30))),
    years={2026: DAYS_2026},
)
"""08:30 to 12:00 and 13:00 to 17:30: eight hours a working day."""
