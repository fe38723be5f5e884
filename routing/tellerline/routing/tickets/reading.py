"""Flows and office hours from TOML."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tellerline.routing.tickets.flow import Action, AlarmRule, ClockRule, Flow, FlowError, Step, Title
from tellerline.routing.tickets.kinds import Ending, Kind, Party, Role, Standing
from tellerline.routing.tickets.tables import Table
from tellerline.routing.tickets.working_time import CalendarError, DaysOfYear, WorkingCalendar

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS_FILE = "office_hours.toml"


def read_flow(text: str) -> Flow:
    """A flow from TOML. Raises ``FlowError``, which names the place and the mistake."""
    table = Table.document(text, FlowError)
    steps = table.tables("steps", _step)
    clocks = table.tables("clocks", _clock)
    flow = Flow(
        name=table.text("name"),
        kind=table.word("kind", Kind),
        version=table.number("version"),
        title=_title(table),
        opened_by=frozenset(table.words("opened_by", Role)),
        withdrawn_by=frozenset(table.words("withdrawn_by", Role)),
        paused_by=frozenset(table.words("paused_by", Role)),
        needs=table.texts("needs"),
        at_once=table.words("at_once", Role),
        steps=steps,
        clocks=clocks,
    )
    table.close()
    return flow


def read_calendar(text: str, years: Mapping[int, DaysOfYear] | None = None) -> WorkingCalendar:
    """Office hours from TOML, with ``years`` from elsewhere unless the file writes them itself.

    Raises ``CalendarError``, which names the place and the mistake.
    """
    table = Table.document(text, CalendarError)
    written = dict(years or {})
    if "years" in table.keys:
        part = table.table("years")
        written |= {int(key): _year(part.table(key)) for key in part.keys if _is_year(part, key)}
    calendar = WorkingCalendar(
        version=table.number("version"),
        zone=_zone(table),
        sessions=table.tables("sessions", lambda part: (_time(part, "from"), _time(part, "to"))),
        weekdays=frozenset(_weekday(table, day) for day in table.texts("weekdays")),
        years=written,
    )
    table.close()
    return calendar


def shipped_flows() -> Mapping[str, str]:
    """The texts of the flows that come with the product, by name."""
    folder = files("tellerline.routing.tickets") / "data"
    entries = sorted((entry for entry in folder.iterdir() if entry.name != _HOURS_FILE), key=lambda entry: entry.name)
    texts = [entry.read_text(encoding="utf-8") for entry in entries]
    return {read_flow(text).name: text for text in texts}


def shipped_office_hours() -> str:
    """The text of the office hours that come with the product: it names no year."""
    return (files("tellerline.routing.tickets") / "data" / _HOURS_FILE).read_text(encoding="utf-8")


def _title(table: Table) -> Title:
    part = table.table("title")
    title = Title(zh=part.text("zh"), en=part.text("en"))
    part.close()
    return title


def _step(table: Table) -> Step:
    return Step(
        name=table.text("name"),
        title=_title(table),
        standing=table.word("standing", Standing),
        tells=frozenset(table.words("tells", Party)),
        actions=table.tables("actions", _action),
    )


def _action(table: Table) -> Action:
    return Action(
        name=table.text("name"),
        title=_title(table),
        by=frozenset(table.words("by", Role)),
        to=table.text("to", ""),
        ending=table.word("ending", Ending) if "ending" in table.keys else None,
        needs=table.texts("needs"),
        other_than=table.texts("other_than"),
        definite=table.flag("definite"),
        opens=table.text("opens", ""),
    )


def _clock(table: Table) -> ClockRule:
    return ClockRule(
        name=table.text("name"),
        title=_title(table),
        steps=frozenset(table.texts("steps")),
        days=table.days("days"),
        until=table.text("until", ""),
        alarms=table.tables("alarms", _alarm),
    )


def _alarm(table: Table) -> AlarmRule:
    return AlarmRule(
        to=table.word("to", Role),
        days=table.days("days_left"),
        span=timedelta(minutes=table.number("minutes_left", 0)),
    )


def _zone(table: Table) -> ZoneInfo:
    name = table.text("zone")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise table.fail("zone", f"{name!r} is no time zone") from None


def _time(table: Table, key: str) -> time:
    return table.take(key, time, "a time such as 08:30:00")


def _weekday(table: Table, day: str) -> int:
    if day not in _WEEKDAYS:
        raise table.fail("weekdays", f"{day!r} is none of {', '.join(_WEEKDAYS)}")
    return _WEEKDAYS.index(day)


def _is_year(table: Table, key: str) -> bool:
    if not (key.isdigit() and len(key) == 4):
        raise table.fail(key, "is no year")
    return True


def _year(table: Table) -> DaysOfYear:
    days = DaysOfYear(off=_dates(table, "off"), made_up=_dates(table, "made_up"))
    table.close()
    return days


def _dates(table: Table, key: str) -> frozenset[date]:
    values = table.take(key, list, "a list of dates", [])
    if not all(type(value) is date for value in values):
        raise table.fail(key, "must be a list of dates")
    return frozenset(values)
