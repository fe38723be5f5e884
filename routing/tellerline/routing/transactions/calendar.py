"""Whether a host is open for an operation at an instant, and until when that holds: a pure reading of its calendar."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from tellerline.routing.model.calendar import HostCalendar

Span = tuple[datetime, datetime]
_DAY = timedelta(days=1)
_BEFORE, _AHEAD = 3, 45


class Closing(StrEnum):
    """Why a host is closed."""

    MAINTENANCE = "maintenance"
    OUTSIDE_TRADING_HOURS = "outside_trading_hours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """Holds from ``since`` up to but not including ``until``, both UTC. ``closing`` is None while the host is open.

    ``back_at`` is when a closed host is open again; None if that is more than six weeks away. ``since`` and ``until``
    may lie inside a longer spell of the same kind: who asks again then gets its continuation.
    """

    since: datetime
    until: datetime
    closing: Closing | None
    back_at: datetime | None


def spell_at(calendar: HostCalendar, instant: datetime, operation: str = "") -> Spell:
    """The spell that ``instant`` (aware) lies in, for ``operation``; without one, for the host as a whole.

    Where clocks change, maintenance is as long and trading as short as the written times can mean.
    """
    instant = instant.astimezone(UTC)
    today = instant.astimezone(calendar.zone).date()
    days = [today + _DAY * offset for offset in range(-_BEFORE, _AHEAD)]
    horizon = _at(calendar.zone, days[1], time(), min), _at(calendar.zone, days[-1], time(), min)
    closed = _maintenance(calendar, days)
    open_spans = _without(_trading(calendar, days[:-1], operation, horizon), closed)
    maintained = any(start <= instant < end for start, end in closed)
    since, until = horizon
    for start, end in open_spans:
        if start <= instant < end:
            return Spell(since=max(start, horizon[0]), until=end, closing=None, back_at=None)
        if end <= instant:
            since = end
        else:
            until = start
            break
    closing = Closing.MAINTENANCE if maintained else Closing.OUTSIDE_TRADING_HOURS
    return Spell(since=since, until=until, closing=closing, back_at=until if until != horizon[1] else None)


def expected_accounting_date(calendar: HostCalendar, instant: datetime) -> str:
    """The date (ISO 8601) that the host should be booking on: for comparing, never for dating a transaction."""
    local = instant.astimezone(calendar.zone)
    past = calendar.cut_over is not None and calendar.cut_over != time() and local.time() >= calendar.cut_over
    return (local.date() + _DAY if past else local.date()).isoformat()


def _maintenance(calendar: HostCalendar, days: Iterable[date]) -> list[Span]:
    zone = calendar.zone
    spans = [
        _span(zone, day, window.start, window.end, longest=True)
        for day in days
        for window in calendar.weekly
        if day.weekday() in window.days
    ]
    spans += [(_instant(zone, window.start, min), _instant(zone, window.end, max)) for window in calendar.dated]
    return _merged(spans)


def _trading(calendar: HostCalendar, days: Iterable[date], operation: str, horizon: Span) -> list[Span]:
    """The sessions of every table that concerns ``operation``; all the time there is, if none does."""
    tables = [hours for hours in calendar.hours if operation and hours.concerns(operation)]
    if not tables:
        return [horizon]
    trading = [day for day in days if calendar.trades_on(day)]
    return _merged(
        _span(calendar.zone, day, start, end, longest=False)
        for hours in tables
        for day in trading
        for start, end in hours.sessions
    )


def _span(zone: ZoneInfo, day: date, start: time, end: time, *, longest: bool) -> Span:
    first, last = (min, max) if longest else (max, min)
    return _at(zone, day, start, first), _at(zone, day if end > start else day + _DAY, end, last)


def _at(zone: ZoneInfo, day: date, wall: time, choose: Callable[..., datetime]) -> datetime:
    return _instant(zone, datetime.combine(day, wall), choose)


def _instant(zone: ZoneInfo, wall: datetime, choose: Callable[..., datetime]) -> datetime:
    """A time that the clocks show twice, or never, has two readings; ``choose`` takes one."""
    return choose(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))


def _merged(spans: Iterable[Span]) -> list[Span]:
    """In order, without what is empty; those that touch become one."""
    merged: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _without(spans: Iterable[Span], holes: list[Span]) -> list[Span]:
    """Both in order and merged."""
    left: list[Span] = []
    for start, end in spans:
        free = start
        for hole_start, hole_end in holes:
            if hole_end <= free or hole_start >= end:
                continue
            if hole_start > free:
                left.append((free, hole_start))
            free = hole_end
        if free < end:
            left.append((free, end))
    return left
