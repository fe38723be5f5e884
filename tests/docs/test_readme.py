"""The README is run as it is printed: both languages, against a system started as it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from tests.docs.sessions import Page, matches, read_page

ROOT = Path(__file__).parents[2]
PRINTED_TARGET = "127.0.0.1:50051"
READMES = ("README.md", "README.zh-CN.md")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A terminal of its own, in which ``tellerline`` and ``python`` are this installation's."""
    programs = Path(sys.executable).parent
    return os.environ | {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "TELLERLINE_HOME": str(tmp_path / "state"),
        "NO_COLOR": "1",
        "TELLERLINE_LANG": "en",
    }


@pytest.fixture
def gateway(environment: dict[str, str]) -> Iterator[str]:
    """The system of ``tellerline up``, on a free port instead of the printed one."""
    with subprocess.Popen(
        ["tellerline", "up", "--json"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as system:
        assert system.stdout is not None
        document = b""
        while not document.endswith(b"}\n"):
            line = system.stdout.readline()
            assert line, "the system ended before it was ready"
            document += line
        yield orjson.loads(document)["gateway"]
        system.terminate()


@pytest.mark.parametrize("name", READMES)
def test_the_readme_says_what_happens(name: str, gateway: str, environment: dict[str, str], tmp_path: Path) -> None:
    if "zh" in name:
        environment["TELLERLINE_LANG"] = "zh-CN"
    page = read_page(ROOT / name)
    assert len(page.steps) >= 10
    run_page(page, gateway, environment, tmp_path)


def run_page(page: Page, gateway: str, environment: dict[str, str], directory: Path) -> None:
    for file, text in page.files.items():
        (directory / file).write_text(text, encoding="utf-8")
    here = environment | {"TELLERLINE_GATEWAY": gateway}
    for step in page.steps:
        command = step.command.replace(PRINTED_TARGET, gateway)
        ran = subprocess.run(command, shell=True, env=here, cwd=directory, capture_output=True, text=True, timeout=180)
        printed = (ran.stdout + ran.stderr).replace(gateway, PRINTED_TARGET)
        assert matches(step.expected, printed), f"$ {step.command}\n{printed}"


def test_both_readmes_tell_the_same() -> None:
    english, chinese = (read_page(ROOT / name) for name in READMES)
    assert [step.command for step in english.steps] == [step.command for step in chinese.steps]
    assert english.files == chinese.files
    headings = [re.findall(r"^(#+) ", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE) for name in READMES]
    assert headings[0] == headings[1]
