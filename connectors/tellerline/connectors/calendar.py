"""A host's day in its manifest: ``[calendar]`` and ``[stand_in]``, checked to the last key."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Collection
from datetime import date, datetime, time
from functools import cache
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tellerline.connectors.toml import Table
from tellerline.routing import model
from tellerline.routing.model.calendar import (
    WORKING_DAYS,
    DatedWindow,
    HostCalendar,
    HostDay,
    StandIn,
    TradingHours,
    WeeklyWindow,
)
from tellerline.routing.model.command import Command, Effect

ValueT = TypeVar("ValueT")
_DAYS = {name: number for number, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))}
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def read_day(table: Table, operations: Collection[str], resent: Collection[str]) -> HostDay:
    """From the tables ``calendar`` and ``stand_in`` of ``table``; both may be absent. Raises ``ManifestError``.

    ``operations`` are those of the host; ``resent`` those among them that the host does once per reference, so that
    they may be sent again: what waits for a host must be one of these.
    """
    calendar = table.table("calendar")
    stand_ins = table.table("stand_in")
    day = HostDay(
        calendar=_calendar(calendar, operations) if calendar else None,
        stand_ins={name: _stand_in(stand_ins, name, operations, resent) for name in stand_ins.names()},
    )
    stand_ins.done()
    return day


def _calendar(table: Table, operations: Collection[str]) -> HostCalendar:
    calendar = HostCalendar(
        zone=_zone(table),
        cut_over=_maybe_time(table, "cut_over"),
        weekly=tuple(_weekly(window) for window in table.list_of_tables("weekly")),
        dated=tuple(_dated(window) for window in table.list_of_tables("dated")),
        hours=tuple(_hours(hours, operations) for hours in table.list_of_tables("hours")),
        trading_days=_days(table, "trading_days", WORKING_DAYS),
        holidays=_dates(table, "holidays"),
        extra_days=_dates(table, "extra_days"),
    )
    table.done()
    return calendar


def _zone(table: Table) -> ZoneInfo:
    name = table.text("zone")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise table.error("zone", f"no such time zone: {name}") from None


def _weekly(table: Table) -> WeeklyWindow:
    window = WeeklyWindow(days=_days(table, "days"), start=_time(table, "from"), end=_time(table, "to"))
    table.done()
    return window


def _dated(table: Table) -> DatedWindow:
    window = DatedWindow(start=_instant(table, "from"), end=_instant(table, "to"))
    table.done()
    if window.end <= window.start:
        raise table.error("to", "must be later than from")
    return window


def _hours(table: Table, operations: Collection[str]) -> TradingHours:
    hours = TradingHours(
        operations=table.words("operations"),
        sessions=tuple(_session(table, text) for text in table.words("sessions")),
    )
    table.done()
    for pattern in hours.operations:
        one = TradingHours(operations=(pattern,), sessions=())
        if not any(one.concerns(operation) for operation in operations):
            raise table.error("operations", f"{pattern!r} is not one of the host's operations")
    return hours


def _session(table: Table, text: str) -> tuple[time, time]:
    start, _, end = text.partition("-")
    if not _TIME.fullmatch(start) or not _TIME.fullmatch(end):
        raise table.error("sessions", f'{text!r} is not like "09:30-11:30"')
    return time.fromisoformat(start), time.fromisoformat(end)


def _time(table: Table, key: str) -> time:
    text = table.text(key)
    if not _TIME.fullmatch(text):
        raise table.error(key, f'{text!r} is not a time of day like "23:30"')
    return time.fromisoformat(text)


def _maybe_time(table: Table, key: str) -> time | None:
    return _time(table, key) if key in table.names() else None


def _instant(table: Table, key: str) -> datetime:
    text = table.text(key)
    instant = _parsed(table, key, text, datetime.fromisoformat)
    if instant.tzinfo is not None:
        raise table.error(key, "is in the calendar's zone and takes no offset")
    return instant


def _days(table: Table, key: str, default: frozenset[int] = frozenset()) -> frozenset[int]:
    names = table.words(key, () if default else None)
    for name in names:
        if name not in _DAYS:
            raise table.error(key, f"{name!r} is not one of {', '.join(_DAYS)}")
    return frozenset(_DAYS[name] for name in names) or default


def _dates(table: Table, key: str) -> frozenset[date]:
    return frozenset(_parsed(table, key, text, date.fromisoformat) for text in table.words(key, ()))


def _parsed(table: Table, key: str, text: str, parse: Callable[[str], ValueT]) -> ValueT:
    try:
        return parse(text)
    except ValueError:
        raise table.error(key, f"{text!r} is not in the calendar") from None


def _stand_in(table: Table, operation: str, operations: Collection[str], resent: Collection[str]) -> StandIn:
    word = table.text(operation)
    if word not in list(StandIn):
        raise table.error(operation, f"must be one of {', '.join(StandIn)}")
    if operation not in operations:
        raise table.error(operation, "is not one of the operations")
    stand_in, command = StandIn(word), _commands().get(operation)
    if stand_in is StandIn.QUEUE and (operation not in resent or command is None or command.effect is not Effect.STATE):
        raise table.error(operation, 'only a change of state whose doubt says not_found = "RESEND" may wait for a host')
    if stand_in is StandIn.LAST_KNOWN and (command is None or not command.recallable):
        raise table.error(operation, "its answer does not say when it was read")
    return stand_in


@cache
def _commands() -> dict[str, type[Command]]:
    modules = [
        importlib.import_module(f"{model.__name__}.{info.name}") for info in pkgutil.iter_modules(model.__path__)
    ]
    kinds = [kind for module in modules for kind in vars(module).values() if isinstance(kind, type)]
    return {kind.operation: kind for kind in kinds if issubclass(kind, Command) and hasattr(kind, "operation")}
