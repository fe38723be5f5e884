"""What the packages of public holidays agree on, against the notice written out by hand; and what nobody knows."""

from __future__ import annotations

import pytest
from ticket_rules import DAYS_2026

from tellerline.adapters.working_days import Arrangement, UnknownYearError, arrangement

MONDAY_TO_FRIDAY = range(5)


def test_2026_is_what_the_notice_says() -> None:
    weekdays_off = frozenset(day for day in DAYS_2026.off if day.weekday() in MONDAY_TO_FRIDAY)
    assert arrangement(2026) == Arrangement(off=weekdays_off, made_up=DAYS_2026.made_up)


@pytest.mark.parametrize("year", range(2010, 2027))
def test_both_packages_say_the_same_of_every_year_offered(year: int) -> None:
    days = arrangement(year)
    assert days.off
    assert all(day.weekday() in MONDAY_TO_FRIDAY for day in days.off)
    assert all(day.weekday() not in MONDAY_TO_FRIDAY for day in days.made_up)


def test_a_year_that_was_never_announced_is_not_guessed() -> None:
    """One of the packages computes the fixed festivals of any year: that is no announcement."""
    with pytest.raises(UnknownYearError, match="2099: not known to chinesecalendar"):
        arrangement(2099)
    with pytest.raises(UnknownYearError, match="1999: not known to chinesecalendar"):
        arrangement(1999)


def test_a_year_on_which_they_differ_is_not_offered() -> None:
    with pytest.raises(UnknownYearError, match="2005: chinesecalendar and holidays differ on 2005-12-31"):
        arrangement(2005)
