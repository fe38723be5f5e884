"""The page on adding a host is followed to the letter, on a copy of the repository."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tellerline.simulators.servers.ports import free_port
from tests.docs.sessions import read_page
from tests.docs.terminal import ROOT, Terminal, terminal_environment

COPIED = ("connectors", "simulators", "tools", "tests/support", "tests/contract/hosts", "tests/conftest.py")
PRINTED_PORTS = ("8600", "8601", "8701", "50051")


def copy_of_the_repository(directory: Path) -> dict[str, str]:
    """What the page touches, before the installed code on the path; returns the environment that puts it there."""
    for name in COPIED:
        source, target = ROOT / name, directory / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, target)
    shutil.copyfile(ROOT / "pyproject.toml", directory / "pyproject.toml")
    roots = os.pathsep.join(str(directory / name) for name in ("connectors", "simulators"))
    return terminal_environment(directory / "state", PYTHONPATH=roots, PYTHONDONTWRITEBYTECODE="1")


def test_a_host_in_an_afternoon(tmp_path: Path) -> None:
    environment = copy_of_the_repository(tmp_path)
    terminal = Terminal(tmp_path, environment, {port: str(free_port()) for port in PRINTED_PORTS})
    page = read_page(ROOT / "docs/add-a-host.md")
    assert len(page.steps) >= 12
    try:
        terminal.type(page)
    finally:
        terminal.close()
