"""The page about cash machines is typed from top to bottom, beside the system that it starts."""

from __future__ import annotations

from pathlib import Path

from tests.docs.sessions import read_page
from tests.docs.terminal import ROOT, Terminal, terminal_environment


def test_the_page_says_what_happens(tmp_path: Path) -> None:
    page = read_page(ROOT / "docs" / "atm.md")
    assert len(page.steps) >= 7
    terminal = Terminal(tmp_path, terminal_environment(tmp_path / "home"), {})
    try:
        terminal.type(page)
    finally:
        terminal.close()
