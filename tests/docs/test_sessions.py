"""The reader of terminal sessions tells a promise kept from one broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.sessions import matches, read_page


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        (["done"], "done\n", True),
        (["done"], "undone\n", False),
        (["serial …", "done"], "serial 01ABC\ndone\n", True),
        (["first", "…", "last"], "first\na\nb\nlast\n", True),
        (["first", "…", "last"], "first\na\nb\n", False),
        ([], "", True),
        ([], "noise\n", False),
    ],
)
def test_expected_output(expected: list[str], printed: str, same: bool) -> None:
    assert matches(expected, printed) is same


def test_a_page_gives_commands_and_files(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console\n$ a \\\n    b\nout\n$ c\n```\n<!-- save as x.py -->\n```python\nprint(1)\n```\n")
    read = read_page(page)
    assert [(step.command, step.expected) for step in read.steps] == [("a b", ["out"]), ("c", [])]
    assert read.files == {"x.py": "print(1)\n"}
