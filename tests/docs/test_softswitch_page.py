"""The page of the simulated switch is typed from top to bottom, and its tables name what there is."""

from __future__ import annotations

import re
from pathlib import Path

from tellerline.simulators.softswitch.orders import ORDERS
from tests.docs.sessions import read_page
from tests.docs.terminal import ROOT, Terminal, terminal_environment

PAGE = ROOT / "docs" / "softswitch.md"


def _first_column(heading: str) -> set[str]:
    """The names in code of a table's first column."""
    table = PAGE.read_text(encoding="utf-8").split(f"\n| {heading} |", 1)[1].split("\n\n", 1)[0]
    rows = [row.split("|")[1] for row in table.splitlines()[2:]]
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def test_the_page_says_what_happens(tmp_path: Path) -> None:
    page = read_page(PAGE)
    assert len(page.steps) == 2
    terminal = Terminal(tmp_path, terminal_environment(tmp_path / "home"), {})
    try:
        terminal.type(page)
    finally:
        terminal.close()


def test_every_order_of_the_wire_is_described() -> None:
    assert _first_column("order") == set(ORDERS)
