"""The bank's working calendar: its office hours, and the years on which the packages of public holidays agree."""

from __future__ import annotations

from tellerline.adapters.working_days import UnknownYearError, arrangement
from tellerline.routing.tickets.reading import read_calendar, shipped_office_hours
from tellerline.routing.tickets.working_time import DaysOfYear, WorkingCalendar


def working_calendar(years: range, office_hours: str = "") -> WorkingCalendar:
    """Knows those of ``years`` that have been announced, and raises ``UnknownYearError`` of its own for all others.

    ``office_hours`` is a bank's TOML; empty for the hours that come with the product. Raises ``CalendarError``.
    """
    known: dict[int, DaysOfYear] = {}
    for year in years:
        try:
            days = arrangement(year)
        except UnknownYearError:
            continue
        known[year] = DaysOfYear(off=days.off, made_up=days.made_up)
    return read_calendar(office_hours or shipped_office_hours(), known)
