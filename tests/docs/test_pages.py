"""Pages that describe a running system are typed beside one, from top to bottom."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.docs.conftest import LiveSystem
from tests.docs.sessions import read_page
from tests.docs.terminal import ROOT, Terminal

PAGES = {
    "cli.md": 18,
    "call-centre.md": 9,
    "agent-screen.md": 7,
    "operations.md": 7,
    "simulators.md": 8,
    "information.md": 18,
    "online-banking.md": 4,
    "access.md": 10,
}
"""With how many commands each has at least."""


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", PAGES)
def test_the_page_says_what_happens(name: str, live_system: LiveSystem, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    page = read_page(ROOT / "docs" / name)
    assert len(page.steps) >= PAGES[name]
    terminal = Terminal(tmp_path, live_system.environment, live_system.spoken)
    try:
        terminal.type(page)
    finally:
        terminal.close()
