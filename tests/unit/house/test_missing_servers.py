"""A server that is not on the machine: a skip with the command for a person, a failure in continuous integration."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_TESTS = """
import pytest
from tellerline.simulators.servers.errors import ServerMissingError
from tellerline.simulators.servers.fixtures import skip_missing

@pytest.fixture
def absent():
    skip_missing(str(ServerMissingError("RabbitMQ", "sudo apt-get install rabbitmq-server")))

def test_with_server(absent):
    pass

def test_in_the_body():
    skip_missing("recorded data")

@pytest.mark.skip(reason="only on another system")
def test_elsewhere():
    pass
"""


def _run(folder: Path, *, ci: bool) -> subprocess.CompletedProcess[str]:
    (folder / "test_sample.py").write_text(_TESTS)
    arguments = ["-p", "tellerline.simulators.servers.fixtures", "-p", "no:cacheprovider", "-ra", "--color=no"]
    environment = {name: value for name, value in os.environ.items() if name != "CI"} | ({"CI": "true"} if ci else {})
    command = [sys.executable, "-m", "pytest", *arguments, "test_sample.py"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_person_is_told_what_to_run(tmp_path: Path) -> None:
    done = _run(tmp_path, ci=False)
    assert done.returncode == 0
    assert "3 skipped" in done.stdout
    assert "RabbitMQ is not installed; run: sudo apt-get install rabbitmq-server" in done.stdout


def test_continuous_integration_fails(tmp_path: Path) -> None:
    done = _run(tmp_path, ci=True)
    assert done.returncode == 1
    assert "1 failed, 1 skipped, 1 error" in done.stdout
    assert "RabbitMQ is not installed" in done.stdout


@pytest.mark.parametrize("module", ["postgresql", "rabbitmq"])
def test_programs_that_are_nowhere_are_missed(module: str, tmp_path: Path) -> None:
    script = f"""
from pathlib import Path
from tellerline.simulators.servers import ServerMissingError, {module}
try:
    {module}.binaries(debian_folder=Path.cwd())
except ServerMissingError as missing:
    print(missing.command)
"""
    environment = os.environ | {"PATH": str(tmp_path)}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"sudo apt-get install -y --no-install-recommends {module}")
