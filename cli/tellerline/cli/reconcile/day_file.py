"""A day file as it comes: head, lines, foot; put in the order of its references without holding it in memory."""

from __future__ import annotations

import csv
import heapq
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

COLUMNS = ("reference", "operation", "account", "amount", "currency", "state", "accounting_date", "host_serial")
_REFERENCE = re.compile(r"[!-~]{1,64}")
_RUN = 50_000
"""Lines that are sorted in memory at a time."""


class DayFileError(ValueError):
    """The file cannot be used; the message names the line."""


@dataclass(frozen=True, slots=True)
class Head:
    """``written_at`` is an instant with offset."""

    host: str
    accounting_date: str
    written_at: datetime


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """One line, checked. ``amount`` is in major units, empty where no money was moved."""

    reference: str
    operation: str
    account: str
    amount: str
    currency: str
    state: str
    accounting_date: str
    host_serial: str


class DayFile:
    """Read twice: once for its head, once for its lines."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def head(self) -> Head:
        """Raises ``DayFileError``, or ``OSError``."""
        row = next(self._rows(), (1, []))[1]
        if len(row) != 4 or row[0] != "#day":
            raise DayFileError("line 1: must be #day,HOST,DATE,WRITTEN")
        try:
            written = datetime.fromisoformat(row[3])
            day = date.fromisoformat(row[2]).isoformat()
        except ValueError as error:
            raise DayFileError(f"line 1: {error}") from None
        if written.tzinfo is None:
            raise DayFileError("line 1: the time of writing has no offset")
        return Head(row[1], day, written)

    def sorted_lines(self) -> Iterator[Line]:
        """By reference, whatever the file's order. Raises ``DayFileError``, for a file without its foot too."""
        with tempfile.TemporaryDirectory(prefix="tellerline-day-") as place:
            runs = [_spilled(run, Path(place) / str(number)) for number, run in enumerate(self._runs())]
            yield from heapq.merge(*(_lines_of(run) for run in runs))

    def _runs(self) -> Iterator[list[Line]]:
        run: list[Line] = []
        for line in self._lines():
            run.append(line)
            if len(run) == _RUN:
                yield sorted(run)
                run = []
        yield sorted(run)

    def _lines(self) -> Iterator[Line]:
        rows = self._rows()
        next(rows, None)
        if tuple(next(rows, (2, []))[1]) != COLUMNS:
            raise DayFileError(f"line 2: must be {','.join(COLUMNS)}")
        for count, (number, row) in enumerate(rows):
            if row and row[0] == "#end":
                if row[1:] != [str(count)]:
                    raise DayFileError(f"line {number}: {count} lines, but its foot says {row[1:]}")
                return
            yield _line(row, number)
        raise DayFileError("the file ends without its foot: it is not whole")

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """With their line numbers."""
        with self._path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            try:
                for row in rows:
                    yield rows.line_num, row
            except (UnicodeDecodeError, csv.Error):
                raise DayFileError(f"line {rows.line_num + 1}: not CSV in UTF-8") from None


def _line(row: list[str], number: int) -> Line:
    if len(row) != len(COLUMNS):
        raise DayFileError(f"line {number}: {len(row)} fields, not {len(COLUMNS)}")
    line = Line(*row)
    if not _REFERENCE.fullmatch(line.reference):
        raise DayFileError(f"line {number}: reference {line.reference!r}")
    if line.state not in ("DONE", "REVERSED"):
        raise DayFileError(f"line {number}: state {line.state!r} is neither DONE nor REVERSED")
    try:
        date.fromisoformat(line.accounting_date)
        readable = not line.amount or Decimal(line.amount).is_finite()
    except (ValueError, InvalidOperation):
        readable = False
    if not readable:
        raise DayFileError(f"line {number}: accounting date or amount cannot be read")
    if bool(line.amount) != bool(line.currency):
        raise DayFileError(f"line {number}: amount and currency belong together")
    return line


def _spilled(run: Iterable[Line], path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for line in run:
            writer.writerow([getattr(line, name) for name in COLUMNS])
    return path


def _lines_of(path: Path) -> Iterator[Line]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            yield Line(*row)
