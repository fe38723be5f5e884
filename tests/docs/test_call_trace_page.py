"""The page of a call's trace is typed beside a running system, and names every span."""

from __future__ import annotations

import re
from pathlib import Path

from tellerline.callcenter import call_spans
from tellerline.cli.tracing import words
from tests.docs.conftest import LiveSystem
from tests.docs.sessions import read_page
from tests.docs.terminal import ROOT, Terminal

PAGE = (ROOT / "docs" / "call-trace.md").read_text(encoding="utf-8")
MOMENT = re.compile(r"^\d\d:\d\d:\d\d\.\d{3}  (.+?)(?:   +(#.*))?$", re.MULTILINE)


def shown() -> list[str]:
    """The sentences of the page's session."""
    return [found[1].rstrip() for found in MOMENT.finditer(PAGE)]


def templates() -> list[re.Pattern[str]]:
    """Every English sentence, with its details open."""
    said = [*words.SAID.values(), words.STEP, words.ASKS, words.ANSWERED]
    said += [each for _, by in words.SAID_BY.values() for each in by.values()]
    transaction = ("transaction {serial}: {course}", "")
    return [re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(english))) for english, _ in (*said, transaction)]


def test_the_page_says_what_happens(live_system: LiveSystem, tmp_path: Path) -> None:
    page = read_page(ROOT / "docs" / "call-trace.md")
    assert len(page.steps) == 4
    terminal = Terminal(tmp_path, live_system.environment, live_system.spoken)
    try:
        terminal.type(page)
    finally:
        terminal.close()


def test_the_example_on_the_page_is_one_that_the_command_prints() -> None:
    known = templates()
    assert len(shown()) > 10
    assert [line for line in shown() if not any(template.fullmatch(line) for template in known)] == []


def test_every_span_is_in_the_table() -> None:
    source = (ROOT / "callcenter/tellerline/callcenter/call_spans.py").read_text(encoding="utf-8")
    names = {
        call_spans.CALL,
        call_spans.FLOW,
        call_spans.STEP,
        call_spans.QUEUE,
        *re.findall(r'name="([^"]+)"', source),
    }
    table = PAGE.split("| span |")[1].split("\n\n")[0]
    assert names <= set(re.findall(r"`([^`]+)`", table))
