"""The manual of the command line names every command, option of all, and exit code that there is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from typer.main import get_command

from tellerline.cli.exits import Exit
from tellerline.cli.main import build_app
from tests.docs.terminal import ROOT

PAGE = (ROOT / "docs/cli.md").read_text(encoding="utf-8")


def test_every_command_has_its_place() -> None:
    group = get_command(build_app())
    commands = set(getattr(group, "commands"))  # noqa: B009 - a group of typer's own, not typed as one
    first_table = PAGE.split("\n## ")[0]
    assert set(re.findall(r"\[`(\w+)`\]", first_table)) == commands
    headings = {word for line in re.findall(r"^## (.+)$", PAGE, re.MULTILINE) for word in line.split(", ")}
    assert commands - {"trace", "indoubt"} <= headings


def test_every_exit_code_is_in_the_table() -> None:
    said = {name: int(code) for code, name in re.findall(r"^\| (\d+) \| `(\w+)` \|", PAGE, re.MULTILINE)}
    assert said == {code.name: code.value for code in Exit}


def _codes() -> Iterator[tuple[str, str]]:
    """Each code of the command line's own, with the ``Exit`` that it ends with; empty where that is worked out."""
    for file in (ROOT / "cli").rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "fail":
                ends = re.match(r"Exit\.(\w+)$", ast.unparse(call.args[0]))
                for code in re.findall(r"'([A-Z_]+)'", ast.unparse(call.args[1])):
                    yield code, ends[1] if ends else ""


def test_every_code_of_its_own_is_told_with_what_it_ends_with() -> None:
    rows = re.findall(r"^\| ((?:`[A-Z_]+`(?:, )?)+) \| ([\d, ]+) \|", PAGE, re.MULTILINE)
    told = {(code, int(end)) for codes, ends in rows for code in re.findall(r"\w+", codes) for end in ends.split(", ")}
    errors = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
    untold = {(code, ends) for code, ends in _codes() if ends and (code, Exit[ends].value) not in told}
    assert {each for each in untold if f"`{each[0]}`" not in errors} == set()
    codes = {code for code, _ in _codes()}
    assert len(codes) > 50
    assert {code for code, _ in told} <= codes


@pytest.mark.parametrize("name", ["TELLERLINE_GATEWAY", "TELLERLINE_HOME", "TELLERLINE_LANG", "NO_COLOR"])
def test_every_variable_is_one_that_is_read(name: str) -> None:
    assert f"`{name}`" in PAGE
    sources = [file.read_text(encoding="utf-8") for file in (ROOT / "cli").rglob("*.py")]
    assert any(name in source for source in sources)


def test_help_keeps_its_words() -> None:
    """A word in square brackets would be taken for mark-up and vanish."""
    words: list[str] = []
    pending = [get_command(build_app())]
    while pending:
        command = pending.pop()
        pending.extend(getattr(command, "commands", {}).values())
        words += [command.help or "", *(getattr(option, "help", None) or "" for option in command.params)]
    assert [text for text in words if re.search(r"\[[a-z]+\]", text)] == []
