"""Keys that Asterisk tells of twice are heard once, and no key is lost that a caller can press."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from asterisk_keys import Press, Told, told
from hypothesis import given
from hypothesis import strategies as st

from tellerline.connectors.asterisk.keys import Heard, Report, hear

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
FASTEST = [Press("5", 80, 50)] * 8
"""About as fast as equipment dials, of which Q.24 has Administrations expect a digit every 93 to 120 ms at most."""


def heard(presses: Sequence[Press], reports: Sequence[Told]) -> str:
    last: Heard | None = None
    keys = ""
    for each in reports:
        key, length = presses[each.press].key, timedelta(milliseconds=each.length)
        last = hear(last, Report(key, length, START + timedelta(milliseconds=each.at)))
        keys += "" if last.again else key
    return keys


def typed(presses: Sequence[Press]) -> str:
    return "".join(press.key for press in presses)


def equipment(gap: int) -> st.SearchStrategy[list[Press]]:
    """Each key as long as the other; the same key often."""
    return st.lists(st.builds(Press, st.sampled_from("12"), st.just(100), st.just(gap)), min_size=4, max_size=12)


def people() -> st.SearchStrategy[list[Press]]:
    press = st.builds(Press, st.sampled_from("12"), st.sampled_from([60, 80, 100, 140, 160]), st.integers(80, 250))
    return st.lists(press, min_size=4, max_size=8)


def test_from_one_late_reading_on_each_key_is_told_twice() -> None:
    """What was seen of real calls: right keys at first, and then each of them twice, about 20 ms apart."""
    presses = [Press(key, 100, 50) for key in "8000000420"]
    reports = told(presses, [(1590, 1620)])
    assert [each.press for each in reports][-6:] == [7, 7, 8, 8, 9, 9]
    assert all(second.at - first.at <= 45 for first, second in zip(reports[-6::2], reports[-5::2], strict=True))
    assert heard(presses, reports) == "8000000420"


@given(equipment(30))
def test_equipment_that_leaves_too_little_between_keys(presses: list[Press]) -> None:
    reports = told(presses)
    assert len(reports) > len(presses)
    assert heard(presses, reports) == typed(presses)


@given(equipment(50), st.integers(1000, 2500), st.sampled_from([10, 20, 40, 80, 120]))
def test_equipment_where_asterisk_comes_late_once(presses: list[Press], stall: int, length: int) -> None:
    assert heard(presses, told(presses, [(stall, stall + length)])) == typed(presses)


@given(people())
def test_people_who_type_fast(presses: list[Press]) -> None:
    assert heard(presses, told(presses)) == typed(presses)


def test_the_same_key_as_fast_as_equipment_dials() -> None:
    assert heard(FASTEST, told(FASTEST)) == "5" * 8


@pytest.mark.parametrize("stall", range(1000, 2100, 7))
def test_keys_that_are_read_all_at_once_stay_as_many(stall: int) -> None:
    assert heard(FASTEST, told(FASTEST, [(stall, stall + 400)])) == "5" * 8


def _reports(*given: tuple[str, int, int]) -> str:
    last: Heard | None = None
    keys = ""
    for key, length, at in given:
        report = Report(key, timedelta(milliseconds=length), START + timedelta(milliseconds=at))
        last = hear(last, report)
        keys += "" if last.again else key
    return keys


@pytest.mark.parametrize(
    ("reports", "keys"),
    [
        ([("5", 100, 0), ("5", 100, 20)], "55"),
        ([("5", 100, 0), ("5", 100, 20), ("5", 100, 45)], "55"),
        ([("1", 100, 0), ("5", 100, 20), ("5", 100, 900)], "15"),
        ([("1", 100, 0), ("1", 100, 20), ("1", 100, 60), ("5", 100, 200), ("5", 100, 900)], "115"),
        ([("1", 100, 0), ("1", 100, 20), ("1", 100, 60), ("5", 100, 600), ("5", 100, 640)], "115"),
        ([("1", 100, 0), ("5", 100, 150), ("5", 100, 170)], "15"),
        ([("1", 100, 0), ("5", 100, 150), ("5", 120, 170)], "155"),
        ([("1", 100, 0), ("5", 100, 150), ("6", 100, 170)], "156"),
        ([("1", 100, 0), ("5", 100, 150), ("5", 100, 170), ("5", 100, 190)], "155"),
        ([("1", 100, 0), ("5", 100, 150), ("5", 100, 300)], "155"),
        ([("1", 100, 0), ("5", 100, 400), ("5", 100, 420)], "155"),
    ],
)
def test_what_makes_a_repetition(reports: list[tuple[str, int, int]], keys: str) -> None:
    """Nothing put the first of a call off; nor one that came late enough; nor is a repetition repeated."""
    assert _reports(*reports) == keys


def test_a_key_is_not_shown() -> None:
    report = Report("7", timedelta(milliseconds=100), START)
    assert "'7'" not in repr(report)
    assert "'7'" not in repr(Heard(report))
