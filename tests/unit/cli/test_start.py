from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from tellerline.cli.main import build_app

ASKED = """
import sys
sys.argv = ["tellerline", "fault", "list", "--json"]
from tellerline.cli.main import run
try:
    run()
except SystemExit as ended:
    assert ended.code == 4
assert not [name for name in sys.modules if name.split(".")[0] == "rich"]
commands = "tellerline.cli.commands."
assert [name for name in sys.modules if name.startswith(commands)] == [commands + "fault"]
"""


@cache
def _commands(*words: str) -> Mapping[str, Any]:
    commands: Mapping[str, Any] = getattr(get_command(build_app(words)), "commands")  # noqa: B009 - typer's own type
    return commands


def test_nothing_is_loaded_that_a_program_does_not_ask_for(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", ASKED], check=True, env={"TELLERLINE_HOME": str(tmp_path)})


@pytest.mark.parametrize("name", _commands())
def test_every_command_is_in_the_module_of_its_word(name: str) -> None:
    alone, whole = _commands(name), _commands()
    assert len(alone) < len(whole)
    assert [option.opts for option in alone[name].params] == [option.opts for option in whole[name].params]


@pytest.mark.parametrize("words", [(), ("--help",), ("nonsense",)])
def test_other_words_have_every_command(words: tuple[str, ...]) -> None:
    assert len(_commands(*words)) > 30
