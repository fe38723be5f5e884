"""Working time by hand over the holidays of 2026, and its arithmetic over any timeline."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ticket_rules import HOURS_2026, at

from tellerline.routing.tickets.working_time import (
    CalendarError,
    DaysOfYear,
    UnknownYearError,
    WorkingCalendar,
    add,
    between,
)

HOUR = timedelta(hours=1)
DAY = 8 * HOUR

# Office hours 08:30-12:00 and 13:00-17:30: 3.5 h + 4.5 h = 8 h a working day. Days off and made-up days of 2026 as in
# the notice of the State Council's General Office of November 2025:
#   Spring Festival  15 February (Sunday) to 23 February (Monday) off; Saturdays 14 and 28 February are worked.
#   Mid-Autumn       25 to 27 September (Friday to Sunday) off.
#   National Day     1 to 7 October (Thursday to Wednesday) off; Sunday 20 September and Saturday 10 October are worked.
BY_HAND = {
    # Friday 13 February 16:30: 1 h is left of Friday, then Saturday 14 (made up), then the festival until Tuesday 24.
    "half a day over the break": (at(2, 13, 10, 0), Decimal("0.5"), at(2, 13, 15, 0)),  # 2 h + 2 h after lunch
    "the rest of Friday, then the made-up Saturday": (at(2, 13, 16, 30), Decimal("0.5"), at(2, 14, 11, 30)),  # 1 + 3 h
    # Three days from Friday 13, 15:00: 2.5 h Friday, 8 h Saturday 14, nothing from 15 to 23, 8 h Tuesday 24,
    # 5.5 h of Wednesday 25: 3.5 h to noon and 2 h from 13:00.
    "three days over Spring Festival": (at(2, 13, 15, 0), Decimal(3), at(2, 25, 15, 0)),
    # In the middle of the festival nothing counts until Tuesday 24, 08:30.
    "half a day from New Year's Day": (at(2, 17, 12, 0), Decimal("0.5"), at(2, 24, 13, 30)),
    # Two days from Friday 27, 13:00: 4.5 h Friday, 8 h Saturday 28 (made up), Sunday off, 3.5 h Monday 2 March.
    "two days over the Saturday that pays back": (at(2, 27, 13, 0), Decimal(2), at(3, 2, 12, 0)),
    # Three days from Wednesday 30 September 08:30: all of Wednesday, Thursday 8 and Friday 9 October.
    "three days over National Day": (at(9, 30, 8, 30), Decimal(3), at(10, 9, 17, 30)),
    # Three days from Wednesday 30 September 17:00: 0.5 h, then Thursday 8, Friday 9, 7.5 h of Saturday 10 (made up).
    "three days to the made-up Saturday": (at(9, 30, 17, 0), Decimal(3), at(10, 10, 17, 0)),
    # Five days from Saturday 19 September: Sunday 20 (made up), 21, 22, 23, 24; Friday 25 is Mid-Autumn.
    "five days from a Saturday before a made-up Sunday": (at(9, 19, 9, 0), Decimal(5), at(9, 24, 17, 30)),
    # Night: 22:00 counts from 08:30 of the next working day.
    "half a day from the night": (at(3, 3, 22, 0), Decimal("0.5"), at(3, 4, 13, 30)),
    # A break does not count: 11:50 has 10 minutes to noon, the rest from 13:00.
    "an eighth of a day over lunch": (at(3, 3, 11, 50), Decimal("0.125"), at(3, 3, 13, 50)),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_as_computed_by_hand(name: str) -> None:
    start, days, due = BY_HAND[name]
    assert add(HOURS_2026, start, HOURS_2026.days(days)) == due
    assert between(HOURS_2026, start, due) == HOURS_2026.days(days)


def test_a_working_day_is_its_sessions() -> None:
    assert HOURS_2026.day == DAY
    assert HOURS_2026.days(Decimal("0.5")) == 4 * HOUR


def test_nothing_is_worked_in_the_whole_festival() -> None:
    assert between(HOURS_2026, at(2, 14, 17, 30), at(2, 24, 8, 30)) == timedelta()
    assert between(HOURS_2026, at(9, 30, 17, 30), at(10, 8, 8, 30)) == timedelta()


def test_the_answer_is_in_utc_whatever_the_question_was_in() -> None:
    start = at(3, 3, 9, 0).astimezone(ZoneInfo("America/New_York"))
    assert add(HOURS_2026, start, HOUR).tzinfo is UTC
    assert add(HOURS_2026, start, timedelta()).tzinfo is UTC


def test_a_year_that_is_not_known_is_not_guessed() -> None:
    with pytest.raises(UnknownYearError, match="version 3 of the working calendar does not know the year 2027") as lost:
        add(HOURS_2026, at(12, 31, 17, 0), HOUR)
    assert lost.value.year == 2027
    with pytest.raises(UnknownYearError):
        between(HOURS_2026, at(12, 31, 9, 0), at(12, 31, 17, 0) + timedelta(days=1))
    assert add(HOURS_2026, at(12, 31, 17, 0), HOUR / 2) == at(12, 31, 17, 30)


@pytest.mark.parametrize(
    ("sessions", "years", "mistake"),
    [
        ([], {}, "sessions"),
        ([(13, 17), (9, 12)], {}, "sessions"),
        ([(9, 9)], {}, "sessions"),
        ([(9, 12)], {2026: DaysOfYear(off=frozenset({date(2025, 1, 1)}))}, "2025-01-01: does not lie in 2026"),
        (
            [(9, 12)],
            {2026: DaysOfYear(off=frozenset({date(2026, 1, 1)}), made_up=frozenset({date(2026, 1, 1)}))},
            "both off and made up",
        ),
    ],
)
def test_a_calendar_that_contradicts_itself_is_refused(
    sessions: list[tuple[int, int]], years: dict[int, DaysOfYear], mistake: str
) -> None:
    hours = tuple((time(start), time(end)) for start, end in sessions)
    with pytest.raises(CalendarError, match=mistake):
        WorkingCalendar(version=1, zone=ZoneInfo("Asia/Shanghai"), sessions=hours, years=years)


INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 10, 31), timezones=st.just(ZoneInfo("Asia/Shanghai")))  # noqa: DTZ001
SPANS = st.timedeltas(timedelta(), 12 * DAY)


@settings(deadline=None)
@given(start=INSTANTS, span=SPANS)
def test_what_was_added_is_what_lies_between(start: datetime, span: timedelta) -> None:
    assert between(HOURS_2026, start, add(HOURS_2026, start, span)) == span


@settings(deadline=None)
@given(start=INSTANTS, first=SPANS, second=SPANS)
def test_adding_twice_is_adding_the_sum(start: datetime, first: timedelta, second: timedelta) -> None:
    assert add(HOURS_2026, add(HOURS_2026, start, first), second) == add(HOURS_2026, start, first + second)


@settings(deadline=None)
@given(instants=st.lists(INSTANTS, min_size=3, max_size=3).map(sorted))
def test_the_whole_is_its_parts(instants: list[datetime]) -> None:
    start, middle, end = instants
    parts = between(HOURS_2026, start, middle) + between(HOURS_2026, middle, end)
    assert between(HOURS_2026, start, end) == parts <= end - start


@settings(deadline=None)
@given(start=INSTANTS, span=SPANS)
def test_no_earlier_instant_would_do(start: datetime, span: timedelta) -> None:
    due = add(HOURS_2026, start, span)
    if span:
        assert between(HOURS_2026, start, due - timedelta(microseconds=1)) < span


def test_where_clocks_change_only_what_passes_counts() -> None:
    """Berlin, 29 March 2026: 02:00 to 03:00 does not exist, so that a night shift from 01:00 to 05:00 lasts 3 h."""
    berlin = ZoneInfo("Europe/Berlin")
    night = WorkingCalendar(
        version=1, zone=berlin, sessions=((time(1), time(5)),), years={2026: DaysOfYear()}, weekdays=frozenset({6})
    )
    midnight = datetime(2026, 3, 29, tzinfo=berlin)
    assert between(night, midnight, midnight + timedelta(days=1)) == 3 * HOUR
    assert add(night, midnight, 3 * HOUR) == datetime(2026, 3, 29, 5, tzinfo=berlin)
