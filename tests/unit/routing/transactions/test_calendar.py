"""A host's calendar against a slow reading of the same words, minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tellerline.routing.model.calendar import DatedWindow, HostCalendar, TradingHours, WeeklyWindow
from tellerline.routing.transactions.calendar import Closing, Spell, expected_accounting_date, spell_at

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
SUNDAY_NIGHT = WeeklyWindow(days=frozenset({6}), start=time(23, 0), end=time(2, 0))

_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
_weekly = st.builds(
    WeeklyWindow,
    days=st.frozensets(st.integers(0, 6), min_size=1),
    start=_times,
    end=_times,
)
_walls = st.datetimes(datetime.fromisoformat("2026-02-01"), datetime.fromisoformat("2026-12-01")).map(
    lambda wall: wall.replace(second=0, microsecond=0)
)
_dated = st.builds(
    lambda start, hours: DatedWindow(start=start, end=start + timedelta(hours=hours)),
    _walls,
    st.integers(1, 80),
)
_hours = st.builds(
    TradingHours,
    operations=st.just(("securities.*",)),
    sessions=st.lists(st.tuples(_times, _times), min_size=1, max_size=2).map(tuple),
)
_calendars = st.builds(
    HostCalendar,
    zone=st.sampled_from([SHANGHAI, NEW_YORK, ZoneInfo("Europe/London"), ZoneInfo("Australia/Lord_Howe")]),
    weekly=st.lists(_weekly, max_size=3).map(tuple),
    dated=st.lists(_dated, max_size=2).map(tuple),
    hours=st.lists(_hours, max_size=1).map(tuple),
    holidays=st.frozensets(st.dates(date(2026, 2, 1), date(2026, 12, 1)), max_size=10),
)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def closed_until(calendar: HostCalendar, text: str, operation: str = "") -> str:
    """The wall time at which the host is back; empty while it is open."""
    spell = spell_at(calendar, at(text, calendar.zone), operation)
    return spell.back_at.astimezone(calendar.zone).isoformat()[:16] if spell.back_at else ""


def test_a_window_over_midnight_closes_both_days() -> None:
    calendar = HostCalendar(zone=SHANGHAI, weekly=(SUNDAY_NIGHT,))
    assert closed_until(calendar, "2026-03-01T22:59:59") == ""
    assert closed_until(calendar, "2026-03-01T23:00") == "2026-03-02T02:00"
    assert closed_until(calendar, "2026-03-02T01:59:59") == "2026-03-02T02:00"
    assert closed_until(calendar, "2026-03-02T02:00") == ""


def _on_the_second(start: str, end: str) -> DatedWindow:
    return DatedWindow(
        start=datetime.fromisoformat(f"2026-03-02T{start}"), end=datetime.fromisoformat(f"2026-03-02T{end}")
    )


def test_windows_that_overlap_or_touch_are_one() -> None:
    extended = _on_the_second("01:30", "05:00")
    after = _on_the_second("05:00", "06:00")
    calendar = HostCalendar(zone=SHANGHAI, weekly=(SUNDAY_NIGHT,), dated=(extended, after))
    assert closed_until(calendar, "2026-03-01T23:30") == "2026-03-02T06:00"


def test_a_host_that_never_opens_again_has_no_time_of_return() -> None:
    always = WeeklyWindow(days=frozenset(range(7)), start=time(), end=time())
    spell = spell_at(HostCalendar(zone=SHANGHAI, weekly=(always,)), at("2026-03-02T12:00"))
    assert (spell.closing, spell.back_at) == (Closing.MAINTENANCE, None)


def test_trading_hours_concern_their_operations_alone_and_skip_holidays() -> None:
    hours = TradingHours(
        operations=("securities.Place*",), sessions=((time(9, 30), time(11, 30)), (time(13, 0), time(15, 0)))
    )
    calendar = HostCalendar(
        zone=SHANGHAI,
        hours=(hours,),
        holidays=frozenset({date(2026, 10, day) for day in range(1, 8)}),
        extra_days=frozenset({date(2026, 10, 10)}),
    )
    place = "securities.PlaceOrder"
    assert closed_until(calendar, "2026-09-30T10:00", place) == ""
    assert closed_until(calendar, "2026-09-30T11:30", place) == "2026-09-30T13:00"
    assert closed_until(calendar, "2026-09-30T15:00", place) == "2026-10-08T09:30"
    assert closed_until(calendar, "2026-10-09T15:00", place) == "2026-10-10T09:30"
    assert spell_at(calendar, at("2026-10-03T12:00"), place).closing is Closing.OUTSIDE_TRADING_HOURS
    assert closed_until(calendar, "2026-10-03T12:00", "securities.GetQuote") == ""


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("2026-03-08T01:59", "2026-03-08T03:30"),  # the clocks go from 02:00 to 03:00
        ("2026-11-01T01:00", "2026-11-01T03:30"),  # and on this night they show 01:00 to 02:00 twice
    ],
)
def test_the_nights_on_which_clocks_change(text: str, back: str) -> None:
    window = WeeklyWindow(days=frozenset({6}), start=time(1, 0), end=time(3, 30))
    calendar = HostCalendar(zone=NEW_YORK, weekly=(window,))
    assert closed_until(calendar, text) == back
    spell = spell_at(calendar, at(text, NEW_YORK))
    hours = (spell.until - spell.since) / timedelta(hours=1)
    assert hours == (1.5 if "03-08" in text else 3.5)


def test_an_open_spell_does_not_reach_back_to_where_older_maintenance_is_not_looked_at() -> None:
    hours = TradingHours(operations=("securities.Place*",), sessions=((time(), time()),))
    window = WeeklyWindow(days=frozenset({6}), start=time(0, 15), end=time(0, 15))
    calendar = HostCalendar(zone=SHANGHAI, weekly=(window,), hours=(hours,))
    spell = spell_at(calendar, at("2026-10-01T08:00"), "securities.PlaceOrder")
    assert spell.closing is None
    assert spell_at(calendar, spell.since, "securities.PlaceOrder").closing is None


def test_the_expected_accounting_date_changes_at_cut_over() -> None:
    calendar = HostCalendar(zone=SHANGHAI, cut_over=time(23, 30))
    assert expected_accounting_date(calendar, at("2026-03-02T23:29:59")) == "2026-03-02"
    assert expected_accounting_date(calendar, at("2026-03-02T23:30")) == "2026-03-03"
    midnight = HostCalendar(zone=SHANGHAI, cut_over=time())
    assert expected_accounting_date(midnight, at("2026-03-02T23:59:59")) == "2026-03-02"
    assert expected_accounting_date(midnight, at("2026-03-03T00:00")) == "2026-03-03"


@settings(max_examples=60, deadline=None)
@given(calendar=_calendars, instant=_walls.map(lambda wall: wall.replace(tzinfo=UTC)))
def test_a_spell_holds_what_it_promises(calendar: HostCalendar, instant: datetime) -> None:
    for operation in ("", "securities.PlaceOrder"):
        spell = spell_at(calendar, instant, operation)
        assert spell.since <= instant < spell.until
        for moment in (spell.since, spell.until - timedelta(microseconds=1)):
            assert (spell_at(calendar, moment, operation).closing is None) == (spell.closing is None)
        if spell.back_at is not None:
            assert spell.back_at == spell.until
            assert spell_at(calendar, spell.back_at, operation).closing is None
        _agrees_with_the_wall(calendar, instant, spell, operation)


def _agrees_with_the_wall(calendar: HostCalendar, instant: datetime, spell: Spell, operation: str) -> None:
    wall = instant.astimezone(calendar.zone).replace(tzinfo=None)
    closed = _under_maintenance(calendar, wall) or (bool(operation) and not _in_session(calendar, wall))
    if closed or not _clocks_change_near(calendar.zone, instant):
        assert (spell.closing is not None) == closed, (wall, spell)


def _under_maintenance(calendar: HostCalendar, wall: datetime) -> bool:
    weekly = any(
        _covers(day, window.start, window.end, wall)
        for window in calendar.weekly
        for day in (wall.date(), wall.date() - timedelta(days=1))
        if day.weekday() in window.days
    )
    return weekly or any(window.start <= wall < window.end for window in calendar.dated)


def _in_session(calendar: HostCalendar, wall: datetime) -> bool:
    if not calendar.hours:
        return True
    return any(
        _covers(day, start, end, wall)
        for hours in calendar.hours
        for start, end in hours.sessions
        for day in (wall.date(), wall.date() - timedelta(days=1))
        if calendar.trades_on(day)
    )


def _covers(day: date, start: time, end: time, wall: datetime) -> bool:
    first = datetime.combine(day, start)
    last = datetime.combine(day if end > start else day + timedelta(days=1), end)
    return first <= wall < last


def _clocks_change_near(zone: ZoneInfo, instant: datetime) -> bool:
    offsets = {(instant + timedelta(hours=hour)).astimezone(zone).utcoffset() for hour in (-4, 0, 4)}
    return len(offsets) > 1
