"""The manual of the command line names every command, option of all, and exit code that there is."""

from __future__ import annotations

import re

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
