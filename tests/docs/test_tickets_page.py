"""The page about tickets is typed from top to bottom; it needs no running system."""

from __future__ import annotations

from pathlib import Path

from google.rpc import code_pb2

from tellerline.callcenter.tickets.refusals import SAID
from tests.docs.sessions import read_page
from tests.docs.terminal import ROOT, Terminal, terminal_environment


def test_the_page_says_what_happens(tmp_path: Path) -> None:
    page = read_page(ROOT / "docs" / "tickets.md")
    assert len(page.steps) >= 8
    terminal = Terminal(tmp_path, terminal_environment(tmp_path / "home"), {})
    try:
        terminal.type(page)
    finally:
        terminal.close()


def test_every_refusal_is_in_the_table() -> None:
    page = (ROOT / "docs" / "tickets.md").read_text(encoding="utf-8")
    for code, said in SAID.items():
        assert f"| `{code}` | `{code_pb2.Code.Name(said.grpc)}` | {said.zh} | {said.en} |" in page
    assert [code for code, said in SAID.items() if not said.definite] == ["STORE_UNAVAILABLE"]
