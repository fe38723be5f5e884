"""A day compared: every pair of sides has one finding, streams are merged in order, and nothing is held back."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tellerline.routing.model.money import Money
from tellerline.routing.reconciliation.comparison import UnorderedError, compare
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

DAY, OTHER = "2026-03-02", "2026-03-03"
K, S = DifferenceKind, Standing
TEN = Money(1_000, "CNY")


def line(reference: str = "A", *, undone: bool = False, day: str = DAY, amount: Money | None = TEN) -> DayEntry:
    return DayEntry(reference=reference, reversed=undone, accounting_date=day, account="1", amount=amount)


def row(reference: str = "A", standing: Standing = S.DONE, day: str = DAY, account: str = "1") -> JournalEntry:
    return JournalEntry(reference=reference, standing=standing, accounting_date=day, account=account, amount=TEN)


def word(finding: Finding) -> object:
    """What a finding says, without its sides."""
    return finding.kind if isinstance(finding, Difference) else finding.word if isinstance(finding, Word) else finding


@pytest.mark.parametrize(
    ("lines", "rows", "expected"),
    [
        ([line()], [row()], Match("A")),
        ([line()], [], K.MISSING_IN_JOURNAL),
        ([], [row()], K.MISSING_AT_HOST),
        ([], [row(day=OTHER)], None),
        ([], [row(standing=S.REVERSED)], None),
        ([], [row(standing=S.NOTHING, day="")], None),
        ([], [row(standing=S.DOUBTED, day="")], HostWord.ABSENT),
        ([], [row(standing=S.UNSETTLED, day="")], Unsettled("A")),
        ([line(), line()], [row()], K.DUPLICATE),
        ([line(), line()], [], K.DUPLICATE),
        ([line(amount=Money(1_001, "CNY"))], [row()], K.AMOUNT),
        ([line(amount=Money(1_000, "USD"))], [row()], K.AMOUNT),
        ([line()], [row(account="2")], K.AMOUNT),
        ([line(amount=None)], [row()], Match("A")),
        ([line()], [row(standing=S.DOUBTED, day="")], HostWord.DONE),
        ([line(undone=True)], [row(standing=S.DOUBTED, day="")], HostWord.REVERSED),
        ([line()], [row(standing=S.UNSETTLED, day="")], Unsettled("A")),
        ([line(undone=True)], [row()], K.STATE),
        ([line()], [row(standing=S.REVERSED)], K.STATE),
        ([line()], [row(standing=S.NOTHING, day="")], K.STATE),
        ([line(undone=True)], [row(standing=S.REVERSED, day="")], Match("A")),
        ([line()], [row(day=OTHER)], K.ACCOUNTING_DATE),
        ([line(day=OTHER)], [row()], K.ACCOUNTING_DATE),
        ([line(day=OTHER)], [row(day=OTHER)], K.ACCOUNTING_DATE),
    ],
)
def test_what_two_sides_say_together(lines: list[DayEntry], rows: list[JournalEntry], expected: object) -> None:
    found = [word(finding) for finding in compare(lines, rows, DAY)]
    assert found == ([] if expected is None else [expected])


references = st.lists(st.text("ABC", min_size=1, max_size=4), max_size=30)


@given(references, st.sets(st.text("ABC", min_size=1, max_size=4), max_size=30))
def test_every_reference_of_either_side_has_one_finding(theirs: list[str], ours: set[str]) -> None:
    found = list(compare(map(line, sorted(theirs)), map(row, sorted(ours)), DAY))
    names = [finding.reference for finding in found]
    assert names == sorted(set(theirs) | ours)
    kinds = {finding.reference: word(finding) for finding in found}
    for name in names:
        times = theirs.count(name)
        alone = K.MISSING_AT_HOST if times == 0 else K.MISSING_IN_JOURNAL
        both = Match(name) if times == 1 else K.DUPLICATE
        assert kinds[name] == (both if times > 1 or (times and name in ours) else alone)


def test_nothing_is_read_before_it_is_needed() -> None:
    read: list[int] = []

    def endless() -> Iterator[DayEntry]:
        for number in range(10**9):
            read.append(number)
            yield line(f"{number:012}")

    assert len(list(islice(compare(endless(), iter(()), DAY), 100))) == 100
    assert len(read) < 110


@pytest.mark.parametrize("backwards", ["host", "journal"])
def test_a_stream_that_goes_back_is_refused(backwards: str) -> None:
    lines = [line("B"), line("A")] if backwards == "host" else []
    rows = [row("B"), row("A")] if backwards == "journal" else []
    with pytest.raises(UnorderedError):
        list(compare(lines, rows, DAY))
