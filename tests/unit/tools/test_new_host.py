"""A host started from the template answers and keeps its word, before its author has typed anything."""

from __future__ import annotations

from pathlib import Path

import new_host
import pytest
from sample_host import sample_bench

from tellerline.connectors.discovery import discover
from tellerline.connectors.quality import complaints
from tellerline.routing.model.command import Echo
from tellerline.routing.model.outcome import Done, HostState


async def test_a_new_host_is_discovered_and_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "newbank"
    package.mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    files = new_host.create("fx", package, "newbank", tmp_path)
    assert not [file for file in files if "_template" in file.read_text()]
    (folder,) = discover(("newbank",))
    assert complaints(folder) == []
    async with sample_bench(folder, {Echo.operation: (Echo(), HostState)}) as bench:
        answer = await bench.ask(Echo())
    assert isinstance(answer.outcome, Done)
    assert answer.outcome.result == HostState(accounting_date="2026-03-02", version="1")


@pytest.mark.parametrize("name", ["", "Fx", "_fx", "foreign-exchange", "../fx"])
def test_a_name_that_is_no_word_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="lower-case word"):
        new_host.create(name, tmp_path, "newbank", tmp_path)


def test_a_host_is_never_overwritten(tmp_path: Path) -> None:
    new_host.create("fx", tmp_path, "newbank", tmp_path)
    with pytest.raises(FileExistsError):
        new_host.create("fx", tmp_path, "newbank", tmp_path)
