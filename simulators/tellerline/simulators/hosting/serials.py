"""Host serials: unique per host, never reused, not even after a reset."""

from __future__ import annotations


class Serials:
    """``prefix`` + accounting date + running number."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._last = 0

    def next(self, accounting_date: str) -> str:
        self._last += 1
        return f"{self._prefix}{accounting_date.replace('-', '')}{self._last:010d}"
