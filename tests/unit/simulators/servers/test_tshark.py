"""The independent reader of captures: found, or missed with the command that installs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tellerline.simulators.servers.fixtures import or_skip
from tellerline.simulators.servers.tshark import TSHARK, install, installed

_SCRIPT = """
from tellerline.simulators.servers.errors import ServerMissingError
from tellerline.simulators.servers.tshark import installed
try:
    print(installed())
except ServerMissingError as missing:
    print(missing.command)
"""


def _says(folder: Path, **environment: str) -> str:
    command = [sys.executable, "-c", _SCRIPT]
    done = subprocess.run(command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_what_is_here_is_not_installed_again() -> None:
    with or_skip():
        assert install() == installed()


def test_a_machine_without_it_is_told_the_command(tmp_path: Path) -> None:
    command = "sudo apt-get install -y --no-install-recommends tshark"
    assert _says(tmp_path, PATH=str(tmp_path), **{TSHARK: ""}) == command


def test_another_one_can_be_named(tmp_path: Path) -> None:
    other = tmp_path / "another"
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    assert _says(tmp_path, **{TSHARK: str(other)}) == str(other)
