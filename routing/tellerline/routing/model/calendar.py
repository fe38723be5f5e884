"""A host's day as data: when it is closed, when it trades, when its accounting date changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

WORKING_DAYS = frozenset(range(5))


class StandIn(StrEnum):
    """What the gateway does about an operation while its host is closed."""

    REFUSE = "refuse"
    QUEUE = "queue"
    """Accepted durably, and sent before anything else when the host is back."""
    LAST_KNOWN = "last_known"
    """Answered with what the host said last, labelled with the time of that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyWindow:
    """Closed each week from ``start`` on each of ``days`` (Monday is 0) until ``end``, on the next day if not later."""

    days: frozenset[int]
    start: time
    end: time


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedWindow:
    """Closed once; both in the calendar's zone, without an offset of their own."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingHours:
    """Operations that match a pattern of ``operations`` (``*`` ends one) are open in ``sessions`` of trading days.

    A session ends on the next day if its end is not later than its start.
    """

    operations: tuple[str, ...]
    sessions: tuple[tuple[time, time], ...]

    def concerns(self, operation: str) -> bool:
        return any(
            operation.startswith(pattern[:-1]) if pattern.endswith("*") else operation == pattern
            for pattern in self.operations
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HostCalendar:
    """``holidays`` and ``extra_days`` are exceptions to ``trading_days``, the days of the week on which there is trade.

    ``cut_over`` says when the host changes its accounting date, for people and for reconciliation: the date of a
    transaction comes from the host's reply alone.
    """

    zone: ZoneInfo
    cut_over: time | None = None
    weekly: tuple[WeeklyWindow, ...] = ()
    dated: tuple[DatedWindow, ...] = ()
    hours: tuple[TradingHours, ...] = ()
    trading_days: frozenset[int] = WORKING_DAYS
    holidays: frozenset[date] = frozenset()
    extra_days: frozenset[date] = frozenset()

    def trades_on(self, day: date) -> bool:
        return day in self.extra_days or (day.weekday() in self.trading_days and day not in self.holidays)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostDay:
    """What is decided about a host's day. ``calendar`` is None for a host that never closes by one."""

    calendar: HostCalendar | None = None
    stand_ins: Mapping[str, StandIn] = field(default_factory=dict)
