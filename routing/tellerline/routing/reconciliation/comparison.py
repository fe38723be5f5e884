"""The comparison: two streams merged by reference, one entry of each in memory at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tellerline.routing.reconciliation.entries import (
    DayEntry,
    Difference,
    DifferenceKind,
    Finding,
    HostWord,
    JournalEntry,
    Match,
    Standing,
    Unsettled,
    Word,
)


class UnorderedError(ValueError):
    """A stream's references go back: nothing that a merge says would be true."""


def compare(host: Iterable[DayEntry], journal: Iterable[JournalEntry], day: str) -> Iterator[Finding]:
    """One finding for each reference of either side, in their order; a reference that the host has twice is one
    ``DUPLICATE``, whatever else is wrong with it.

    ``journal`` holds every transaction that the host's lines name, those that were done on ``day`` or are expected in
    it, and those in doubt. Raises ``UnorderedError`` for a stream that is not in the order of its references.
    """
    theirs, ours = _grouped(host), _ordered(journal)
    line, row = next(theirs, None), next(ours, None)
    while line is not None or row is not None:
        if row is None or (line is not None and line[0].reference < row.reference):
            assert line is not None
            yield _difference(_alone(line), line[0], None)
            line = next(theirs, None)
        elif line is None or row.reference < line[0].reference:
            found = _without_line(row, day)
            if found is not None:
                yield found
            row = next(ours, None)
        else:
            yield _together(line, row, day)
            line, row = next(theirs, None), next(ours, None)


def _alone(lines: list[DayEntry]) -> DifferenceKind:
    return DifferenceKind.DUPLICATE if len(lines) > 1 else DifferenceKind.MISSING_IN_JOURNAL


def _without_line(row: JournalEntry, day: str) -> Finding | None:
    """What is reversed or was never done needs no line: a tombstone leaves none."""
    if row.standing is Standing.DOUBTED:
        return Word(HostWord.ABSENT, row.reference, None)
    if row.standing is Standing.UNSETTLED:
        return Unsettled(row.reference)
    if row.standing is Standing.DONE and (row.accounting_date == day or row.expected):
        return _difference(DifferenceKind.MISSING_AT_HOST, None, row)
    return None


def _together(lines: list[DayEntry], row: JournalEntry, day: str) -> Finding:
    line = lines[0]
    if len(lines) > 1:
        return _difference(DifferenceKind.DUPLICATE, line, row)
    if _other_amount(line, row):
        return _difference(DifferenceKind.AMOUNT, line, row)
    if row.standing is Standing.DOUBTED:
        return Word(HostWord.REVERSED if line.reversed else HostWord.DONE, row.reference, line)
    if row.standing is Standing.UNSETTLED:
        return Unsettled(row.reference)
    kind = _otherwise(line, row, day)
    return Match(row.reference) if kind is None else _difference(kind, line, row)


def _otherwise(line: DayEntry, row: JournalEntry, day: str) -> DifferenceKind | None:
    if row.standing is not (Standing.REVERSED if line.reversed else Standing.DONE):
        return DifferenceKind.STATE
    if line.accounting_date != (row.accounting_date or day) or line.accounting_date != day:
        return DifferenceKind.ACCOUNTING_DATE
    return None


def _other_amount(line: DayEntry, row: JournalEntry) -> bool:
    """What one side does not name is not compared."""
    amounts = line.amount is not None and row.amount is not None and line.amount != row.amount
    accounts = bool(line.account and row.account) and line.account != row.account
    return amounts or accounts


def _difference(kind: DifferenceKind, line: DayEntry | None, row: JournalEntry | None) -> Difference:
    entry = line or row
    assert entry is not None
    return Difference(kind, entry.reference, line, row)


def _grouped(entries: Iterable[DayEntry]) -> Iterator[list[DayEntry]]:
    """Lines of one reference together."""
    group: list[DayEntry] = []
    for entry in entries:
        if group and entry.reference < group[-1].reference:
            raise UnorderedError(entry.reference)
        if group and entry.reference != group[-1].reference:
            yield group
            group = []
        group.append(entry)
    if group:
        yield group


def _ordered(entries: Iterable[JournalEntry]) -> Iterator[JournalEntry]:
    last = ""
    for entry in entries:
        if entry.reference <= last:
            raise UnorderedError(entry.reference)
        last = entry.reference
        yield entry
