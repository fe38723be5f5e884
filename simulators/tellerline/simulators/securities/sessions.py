"""When the exchange is open.

Continuous trading from 9:30 to 11:30 and from 13:00 to 15:00, Monday to Friday in the bank's time zone. Public holidays
are not known here, and the opening and closing call auctions 集合竞价 are left out: a day begins at the previous close.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from tellerline.simulators.hosting.calendar import BANK_ZONE

SESSIONS = ((time(9, 30), time(11, 30)), (time(13, 0), time(15, 0)))
_SATURDAY = 5


def is_open(now: datetime) -> bool:
    """Whether orders are taken at this instant; an end of a session is outside of it."""
    local = now.astimezone(BANK_ZONE)
    return local.weekday() < _SATURDAY and any(begin <= local.time() < end for begin, end in SESSIONS)


def trading_day(now: datetime) -> date:
    """The trading day that is running or will run today; on a weekend the Friday before."""
    day = now.astimezone(BANK_ZONE).date()
    return day - timedelta(days=max(0, day.weekday() - _SATURDAY + 1))


def is_over(day: date, now: datetime) -> bool:
    """Whether the last session of ``day`` has ended."""
    return now >= datetime.combine(day, SESSIONS[-1][1], BANK_ZONE)
