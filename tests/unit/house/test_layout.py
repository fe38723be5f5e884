"""The layout: every root is known to the build, the editable install and the type checker; none hides the others."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ROOTS = sorted(folder.parent.name for folder in ROOT.glob("*/tellerline") if any(folder.glob("*/__init__.py")))


@pytest.mark.parametrize("root", ROOTS)
def test_a_root_is_known_everywhere(root: str) -> None:
    hatch = PROJECT["tool"]["hatch"]["build"]
    assert f"{root}/tellerline" in hatch["targets"]["wheel"]["packages"]
    assert root in hatch["dev-mode-dirs"]
    assert root in PROJECT["tool"]["mypy"]["mypy_path"]
    assert root == "stubs" or root in PROJECT["tool"]["mypy"]["files"]


@pytest.mark.parametrize("root", ROOTS)
def test_no_root_hides_the_others(root: str) -> None:
    assert not (ROOT / root / "tellerline" / "__init__.py").exists()


@pytest.mark.parametrize("root", ROOTS)
def test_a_root_tells_users_that_it_is_typed(root: str) -> None:
    packages = [file.parent for file in (ROOT / root).glob("tellerline/*/__init__.py")]
    assert [package.name for package in packages if not (package / "py.typed").exists()] == []


@pytest.mark.parametrize("root", ROOTS)
def test_every_package_says_what_it_is_for(root: str) -> None:
    silent = [
        str(file.relative_to(ROOT))
        for file in (ROOT / root).rglob("__init__.py")
        if not file.read_text().lstrip().startswith('"""')
    ]
    assert silent == []


def test_the_lock_names_no_host() -> None:
    assert "://" not in (ROOT / "requirements.lock").read_text()


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "adr"
    index = (folder / "README.md").read_text()
    assert [record.name for record in folder.glob("0*.md") if f"({record.name})" not in index] == []
