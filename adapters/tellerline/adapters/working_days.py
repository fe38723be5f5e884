"""China's public holidays and make-up working days 调休: what two independent packages say, where they say the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.metadata import version

import chinese_calendar
from chinese_calendar import constants
from holidays import country_holidays

_DAY = timedelta(days=1)
_SATURDAY = 5


class UnknownYearError(LookupError):
    """``year`` has not been announced, or not to both packages; ``text`` says what is missing or where they differ."""

    def __init__(self, year: int, text: str) -> None:
        super().__init__(f"{year}: {text}")
        self.year = year
        self.text = text


@dataclass(frozen=True, slots=True)
class Arrangement:
    """One year: weekdays that are ``off``, and weekend days that are worked to make up for some of them."""

    off: frozenset[date]
    made_up: frozenset[date]


def arrangement(year: int) -> Arrangement:
    """The year as announced. Raises ``UnknownYearError`` for one that either package does not know, or on which they
    differ: nobody guesses."""
    first, second = _by_chinesecalendar(year), _by_holidays(year)
    if first != second:
        differing = sorted((first.off ^ second.off) | (first.made_up ^ second.made_up))
        raise UnknownYearError(year, f"chinesecalendar and holidays differ on {', '.join(map(str, differing))}")
    return first


def _by_chinesecalendar(year: int) -> Arrangement:
    if not any(day.year == year for day in constants.workdays):
        raise UnknownYearError(year, f"not known to chinesecalendar {version('chinesecalendar')}")
    return _arrangement(year, (day for day in _days(year) if chinese_calendar.is_workday(day)))


def _by_holidays(year: int) -> Arrangement:
    # Fixed festivals it computes for any year; only an announced year has days that are swapped.
    if not any(day.year == year for day in country_holidays("CN", years=year).weekend_workdays):
        raise UnknownYearError(year, f"not known to holidays {version('holidays')}")
    # A swap may be announced with the next year's: 31 December is then a day of this one.
    known = country_holidays("CN", years=(year, year + 1))
    return _arrangement(year, (day for day in _days(year) if known.is_working_day(day)))


def _arrangement(year: int, worked: Iterable[date]) -> Arrangement:
    worked = frozenset(worked)
    weekdays = frozenset(day for day in _days(year) if day.weekday() < _SATURDAY)
    return Arrangement(off=weekdays - worked, made_up=worked - weekdays)


def _days(year: int) -> Iterable[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += _DAY
