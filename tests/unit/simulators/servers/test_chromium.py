"""The browser for tests of pages: found, or missed with the command that installs it and its fonts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tellerline.simulators.servers.chromium import BROWSER, install, installed
from tellerline.simulators.servers.fixtures import or_skip

_SCRIPT = """
from tellerline.simulators.servers.chromium import installed
from tellerline.simulators.servers.errors import ServerMissingError
try:
    print(installed())
except ServerMissingError as missing:
    print(missing.command)
"""
_COMMAND = "sudo apt-get install -y --no-install-recommends chromium fonts-noto-cjk fontconfig"


def _says(folder: Path, **environment: str) -> str:
    command = [sys.executable, "-c", _SCRIPT]
    done = subprocess.run(command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _program(folder: Path, name: str, output: str) -> Path:
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{output}'\n")
    program.chmod(0o755)
    return program


def test_what_is_here_is_not_installed_again() -> None:
    with or_skip():
        assert install() == installed()


def test_a_machine_without_it_is_told_the_command(tmp_path: Path) -> None:
    assert _says(tmp_path, PATH=str(tmp_path)) == _COMMAND


def test_a_browser_without_chinese_fonts_is_not_enough(tmp_path: Path) -> None:
    browser = _program(tmp_path, "chromium", "")
    _program(tmp_path, "fc-list", "")
    assert _says(tmp_path, PATH=str(tmp_path)) == _COMMAND
    _program(tmp_path, "fc-list", "Noto Sans CJK SC")
    assert _says(tmp_path, PATH=str(tmp_path)) == str(browser)


def test_another_browser_can_be_named(tmp_path: Path) -> None:
    other = _program(tmp_path, "another", "")
    _program(tmp_path, "fc-list", "Noto Sans CJK SC")
    assert _says(tmp_path, PATH=str(tmp_path), **{BROWSER: str(other)}) == str(other)
