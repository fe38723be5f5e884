"""The page of simulated routing prints what it says, on the recorded calls."""

from __future__ import annotations

from pathlib import Path

from tests.docs.sessions import read_page
from tests.docs.terminal import ROOT, Terminal, terminal_environment


def test_the_page_says_what_happens(shared_data: Path, tmp_path: Path) -> None:
    (tmp_path / "calls.tsv").symlink_to(shared_data / "bank-calls" / "1999-02-01_14.tsv")
    page = read_page(ROOT / "docs" / "route-simulation.md")
    assert len(page.steps) == 5
    terminal = Terminal(tmp_path, terminal_environment(tmp_path / "state"), {})
    try:
        terminal.type(page)
    finally:
        terminal.close()
    assert "<svg" in (tmp_path / "second.html").read_text(encoding="utf-8")
