"""The set-up script, run for real on a project of one module that needs nothing from a network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "tellerline"

_PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "sample"
version = "1"
"""

# A build backend of our own: an editable wheel with one console script.
_BACKEND = """
import pathlib, zipfile

def build_editable(directory, settings=None, metadata=None):
    name = "sample-1-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(directory) / name, "w") as wheel:
        wheel.writestr("sample.pth", str(pathlib.Path.cwd()))
        wheel.writestr("sample-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: sample\\nVersion: 1\\n")
        wheel.writestr("sample-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("sample-1.dist-info/entry_points.txt", "[console_scripts]\\ntellerline = sample_main:run\\n")
        wheel.writestr("sample-1.dist-info/RECORD", "")
    return name
"""


def _project(folder: Path) -> Path:
    (folder / "tools").mkdir(parents=True)
    (folder / "tellerline").write_bytes(SCRIPT.read_bytes())
    (folder / "pyproject.toml").write_text(_PYPROJECT)
    (folder / "backend.py").write_text(_BACKEND)
    (folder / "requirements.lock").write_text("")
    (folder / "sample_main.py").write_text("import sys\n\ndef run():\n    print('ran', sys.argv[1:])\n    return 7\n")
    (folder / "tools" / "checks.py").write_text("import sys\nprint('checked', sys.argv[1:])\n")
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that is set up, in a folder with a space in its name."""
    folder = _project(tmp_path_factory.mktemp("boot") / "with space")
    first = _run(folder, "demo", "--exit")
    assert first.returncode == 7, first.stderr
    assert first.stdout == "ran ['demo', '--exit']\n"
    assert first.stderr.count("Setting Tellerline up") == 1
    assert first.stderr.count("\n") == 1
    return folder


def _run(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(folder / "tellerline"), *arguments]
    return subprocess.run(
        command, cwd="/", env=os.environ | more, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


def test_later_runs_go_straight_to_the_program(project: Path) -> None:
    again = _run(project, "status")
    assert (again.returncode, again.stdout, again.stderr) == (7, "ran ['status']\n", "")


def test_test_is_the_projects_own_command(project: Path) -> None:
    assert _run(project, "test", "tests/unit", "-k", "money").stdout == "checked ['tests/unit', '-k', 'money']\n"


def test_bytecode_is_kept_with_the_environment_where_none_is_wanted_beside_sources(project: Path) -> None:
    assert _run(project, PYTHONDONTWRITEBYTECODE="1", PYTHONPYCACHEPREFIX="").returncode == 7
    assert not [path for path in project.rglob("__pycache__") if ".venv" not in path.parts]
    assert [path.name.split(".")[0] for path in (project / ".venv" / "bytecode").rglob("sample_main.*")] == [
        "sample_main"
    ]


def test_a_changed_lock_brings_the_environment_up_to_date_once(project: Path) -> None:
    lock = project / "requirements.lock"
    lock.write_text(lock.read_text() + "# another state\n")
    assert "Setting Tellerline up" in _run(project).stderr
    assert _run(project).stderr == ""


def test_a_failed_installation_is_shown_whole_and_tried_again(project: Path) -> None:
    lock = project / "requirements.lock"
    sound = lock.read_text()
    lock.write_text("no-such-package-of-anybody @ file:///nowhere/anybody-1-py3-none-any.whl --hash=sha256:00\n")
    for _ in range(2):
        failed = _run(project)
        assert failed.returncode == 1
        assert "nowhere/anybody-1-py3-none-any.whl" in failed.stderr
        assert "pip install" in failed.stderr
    lock.write_text(sound)
    mended = _run(project)
    assert (mended.returncode, mended.stdout, mended.stderr) == (7, "ran []\n", "")


def test_a_set_up_cut_short_is_done_again_from_the_start(project: Path) -> None:
    (project / ".venv" / "tellerline.stamp").unlink()
    (project / ".venv" / "tellerline.unfinished").touch()
    (project / ".venv" / "leftover").touch()
    assert "Setting Tellerline up" in _run(project).stderr
    assert not (project / ".venv" / "leftover").exists()
    assert not (project / ".venv" / "tellerline.unfinished").exists()


def test_two_first_runs_at_once_set_up_once(tmp_path: Path) -> None:
    folder = _project(tmp_path / "twice")
    command = [sys.executable, str(folder / "tellerline")]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate() for process in both]
    assert [out for out, _ in said] == ["ran []\n"] * 2
    assert "".join(error for _, error in said).count("Setting Tellerline up") == 1


def test_a_python_that_is_too_old_is_told_what_to_install(tmp_path: Path) -> None:
    folder = _project(tmp_path / "old")
    script = folder / "tellerline"
    script.write_text(script.read_text().replace("OLDEST = (3, 11)", "OLDEST = (9, 0)"))
    refused = _run(folder)
    assert refused.returncode == 1
    assert "Tellerline needs Python 3.11 or newer" in refused.stderr
    assert "sudo apt-get install" in refused.stderr
