"""The page of Asterisk is typed from top to bottom, and what it says to configure is what the private server has."""

from __future__ import annotations

import re
from pathlib import Path

from tellerline.simulators.servers.asterisk import AsteriskServer
from tellerline.simulators.servers.asterisk.installation import PREFIX, installed, prefix
from tellerline.simulators.servers.fixtures import or_skip
from tests.docs.sessions import read_page
from tests.docs.terminal import ROOT, Terminal, terminal_environment

PAGE = ROOT / "docs" / "asterisk.md"


def test_the_page_says_what_happens(tmp_path: Path) -> None:
    with or_skip():
        installed()
    page = read_page(PAGE)
    assert len(page.steps) == 2
    environment = terminal_environment(tmp_path / "home") | {PREFIX: str(prefix())}
    terminal = Terminal(tmp_path, environment, {})
    try:
        terminal.type(page)
    finally:
        terminal.close()


def test_what_it_says_to_configure_is_configured() -> None:
    with or_skip(), AsteriskServer() as server:
        written = "".join(path.read_text() for path in (server.directory / "etc").glob("*.conf"))
    text = PAGE.read_text(encoding="utf-8")
    fragments = re.findall(r"```ini\n(.*?)```", text, re.DOTALL)
    [named] = re.findall(r"\| (.*?) in `http\.conf`", text)
    settings = re.findall("`(.*?)`", named)
    lines = [line for fragment in fragments for line in fragment.splitlines()] + settings
    assert len(lines) > 8
    assert [line for line in lines if line not in written] == []
    assert "bridge_native_rtp" not in written
    assert "\nconsole = notice,warning,error\n" in written
