"""Every fault card and every sentence has a test named after it, and those that bind every release are all there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
BINDING = frozenset([*range(1, 54), 56, 57, 58])
SENTENCES = frozenset(range(1, 16))


def cards() -> set[int]:
    """The numbers in the first column of docs/faults.md."""
    rows = re.findall(r"^\| (\d+(?:, \d+)*) \|", (ROOT / "docs" / "faults.md").read_text("utf-8"), re.MULTILINE)
    return {int(number) for row in rows for number in row.split(", ")}


def numbers_in_tests(word: str = "card_") -> set[int]:
    found: set[int] = set()
    for file in (ROOT / "tests").rglob("test_*.py"):
        found.update(map(int, re.findall(rf"def test_{word}(\d\d)_", file.read_text("utf-8"))))
    return found


def sentences() -> set[int]:
    """The numbers of the sentences in docs/faults.md."""
    return set(map(int, re.findall(r"^\| T(\d+) \|", (ROOT / "docs" / "faults.md").read_text("utf-8"), re.MULTILINE)))


def test_every_card_has_a_test() -> None:
    assert sorted(cards() - numbers_in_tests()) == []


def test_every_numbered_test_has_a_card() -> None:
    assert sorted(numbers_in_tests() - cards()) == []


def test_no_binding_card_is_missing() -> None:
    assert sorted(BINDING - cards()) == []


def test_every_sentence_is_there() -> None:
    assert sentences() == SENTENCES


def test_every_sentence_has_a_test() -> None:
    assert sentences() - numbers_in_tests("t") == set()
    assert numbers_in_tests("t") - sentences() == set()
