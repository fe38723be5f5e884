"""Every host folder keeps what its manifest calls done."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tellerline.connectors.discovery import HostFolder, discover
from tellerline.connectors.quality import complaints

FOLDERS = {folder.manifest.name: folder for folder in discover()}
CONTRACT_TESTS = Path(__file__).parents[2] / "contract" / "hosts"


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_a_host_folder_keeps_its_word(name: str) -> None:
    assert complaints(FOLDERS[name]) == []


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_a_host_is_bound_to_the_contract_suite(name: str) -> None:
    done = {rule.name for rule in FOLDERS[name].manifest.quality if not rule.exempt}
    assert ("contract-suite" in done) == (CONTRACT_TESTS / f"test_{name}_host.py").is_file()


def broken(tmp_path: Path) -> HostFolder:
    core = FOLDERS["core"]
    copy = tmp_path / "core"
    shutil.copytree(core.path, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return replace(core, path=copy)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    folder = broken(tmp_path)
    assert complaints(folder) == []
    (folder.path / "README.md").unlink()
    (folder.path / "errors.toml").unlink()
    (folder.path / "samples" / "accounts.GetBalance.reply.xml").unlink()
    (folder.path / "more.py").write_text("\n" * 401)
    bare = replace(folder, manifest=replace(folder.manifest, doubt={}))
    found = "\n".join(complaints(bare))
    for word in ("README.md", "errors.toml", "accounts.GetBalance.reply", "400 at most", "transfers.CreateTransfer"):
        assert word in found
