"""Working time: what the bank counts while it is open, across breaks, public holidays and make-up working days 调休."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

MONDAY_TO_FRIDAY = frozenset(range(5))

_NOTHING = timedelta()
_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)


class CalendarError(ValueError):
    """A calendar that contradicts itself."""


class UnknownYearError(LookupError):
    """The calendar does not know which days of ``year`` are worked, and nobody may guess."""

    def __init__(self, year: int, version: int) -> None:
        super().__init__(f"version {version} of the working calendar does not know the year {year}")
        self.year = year
        self.version = version


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysOfYear:
    """One year's exceptions to the days of the week: days off, and make-up days that are worked 调休上班."""

    off: frozenset[date] = frozenset()
    made_up: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingCalendar:
    """When the bank's offices work, in the wall time of ``zone``.

    ``sessions`` are the office hours of every working day, in order; what lies between two of them is a break.
    ``years`` holds the years that are known; whatever touches another raises ``UnknownYearError``. Raises
    ``CalendarError`` for sessions out of order and for days that are both off and made up, or in another year.
    """

    version: int
    zone: ZoneInfo
    sessions: tuple[tuple[time, time], ...]
    years: Mapping[int, DaysOfYear]
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY

    def __post_init__(self) -> None:
        edges = [edge for session in self.sessions for edge in session]
        if not edges or any(later <= earlier for earlier, later in pairwise(edges)):
            raise CalendarError("sessions: must be spans of one day that follow one another")
        if not self.weekdays <= frozenset(range(7)) or not self.weekdays:
            raise CalendarError("weekdays: must be numbers from 0 (Monday) to 6")
        for year, days in self.years.items():
            if days.off & days.made_up:
                raise CalendarError(f"{min(days.off & days.made_up)}: both off and made up")
            if strays := [day for day in days.off | days.made_up if day.year != year]:
                raise CalendarError(f"{min(strays)}: does not lie in {year}")

    @property
    def day(self) -> timedelta:
        """The working time of one working day."""
        return sum((_on(end) - _on(start) for start, end in self.sessions), _NOTHING)

    def days(self, count: Decimal) -> timedelta:
        """The working time of ``count`` working days, such as 0.5."""
        return _MICROSECOND * int(count * (self.day // _MICROSECOND))

    def works_on(self, day: date) -> bool:
        """Raises ``UnknownYearError``."""
        known = self.years.get(day.year)
        if known is None:
            raise UnknownYearError(day.year, self.version)
        return day in known.made_up or (day.weekday() in self.weekdays and day not in known.off)

    def local_day(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()


def add(calendar: WorkingCalendar, start: datetime, duration: timedelta) -> datetime:
    """The earliest instant (UTC) by which ``duration`` of working time has passed since ``start`` (aware).

    What ends with a session therefore ends that evening, not the next morning; nothing at all ends at ``start``.
    Raises ``UnknownYearError`` when a day that must be looked at lies in a year that is not known.
    """
    if duration < _NOTHING:
        raise ValueError("working time is added, not taken away")
    if not duration:
        return start.astimezone(UTC)
    for begin, end in _spans(calendar, start):
        if duration <= end - begin:
            return begin + duration
        duration -= end - begin
    raise AssertionError


def between(calendar: WorkingCalendar, start: datetime, end: datetime) -> timedelta:
    """The working time from ``start`` to ``end`` (both aware). Raises ``UnknownYearError`` as ``add`` does."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if end < start:
        raise ValueError("the end lies before the start")
    total = _NOTHING
    if start == end:
        return total
    for begin, until in _spans(calendar, start, calendar.local_day(end)):
        if begin >= end:
            break
        total += min(until, end) - begin
    return total


def _spans(calendar: WorkingCalendar, start: datetime, last: date | None = None) -> Iterator[tuple[datetime, datetime]]:
    """What is worked from ``start`` on, in order, each in UTC and not empty; to the end of ``last``, or for ever."""
    start = start.astimezone(UTC)
    day = calendar.local_day(start)
    while last is None or day <= last:
        if calendar.works_on(day):
            for opening, closing in calendar.sessions:
                begin = max(start, _instant(day, opening, calendar.zone))
                end = _instant(day, closing, calendar.zone)
                if begin < end:
                    yield begin, end
        day += _DAY


def _instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, wall, zone).astimezone(UTC)


def _on(wall: time) -> datetime:
    return datetime.combine(date(2000, 1, 1), wall, UTC)
