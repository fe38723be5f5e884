"""Months and days between dates, as banks count them: the first day earns, the last one does not 算头不算尾."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from tellerline.routing.calculators.arithmetic import CalculationError

LAST_YEAR = 9000


def add_months(day: date, months: int) -> date:
    """The same day of a later (or earlier) month, or its last day where it is shorter 对年对月对日.

    Raises ``CalculationError`` outside years 1 to 9000.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= LAST_YEAR:
        raise CalculationError("date", "out_of_range")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_and_days(start: date, end: date) -> tuple[int, int]:
    """Whole months from ``start``, and the actual days that are left behind them. ``end`` is not before ``start``."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if add_months(start, months) > end:
        months -= 1
    return months, (end - add_months(start, months)).days
