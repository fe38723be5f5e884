"""Every fault card has a test named after it, and the cards that bind every release are all there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
BINDING = frozenset([*range(1, 27), 32, 33])


def cards() -> set[int]:
    """The numbers in the first column of docs/faults.md."""
    rows = re.findall(r"^\| (\d+(?:, \d+)*) \|", (ROOT / "docs" / "faults.md").read_text("utf-8"), re.MULTILINE)
    return {int(number) for row in rows for number in row.split(", ")}


def numbers_in_tests() -> set[int]:
    found: set[int] = set()
    for file in (ROOT / "tests").rglob("test_*.py"):
        found.update(map(int, re.findall(r"def test_card_(\d\d)_", file.read_text("utf-8"))))
    return found


def test_every_card_has_a_test() -> None:
    assert sorted(cards() - numbers_in_tests()) == []


def test_every_numbered_test_has_a_card() -> None:
    assert sorted(numbers_in_tests() - cards()) == []


def test_no_binding_card_is_missing() -> None:
    assert sorted(BINDING - cards()) == []
