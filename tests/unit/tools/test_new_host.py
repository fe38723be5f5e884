"""A host started from a template answers and keeps its word, before its author has typed anything."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest
from new_host import Root, create
from record_bench import record_bench
from sample_host import sample_bench

from tellerline.connectors.discovery import HostFolder, discover
from tellerline.connectors.quality import complaints
from tellerline.routing.model.command import Echo
from tellerline.routing.model.outcome import Done, HostState
from tellerline.simulators import discovery as simulators


@dataclass(frozen=True, slots=True)
class Bank:
    """Empty packages on the path, of names that no other test has imported, and a directory for suites."""

    connectors: Root
    simulators: Root
    tests: Path

    def create(self, name: str, transport: str = "soap") -> list[Path]:
        return create(name, transport, connectors=self.connectors, simulators=self.simulators, tests=self.tests)

    def only_folder(self) -> HostFolder:
        (folder,) = discover((self.connectors.package,))
        assert complaints(folder) == []
        return folder


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bank:
    monkeypatch.syspath_prepend(str(tmp_path))
    connectors, simulators = (
        Root(tmp_path / package, package) for package in (f"{tmp_path.name}_hosts", f"{tmp_path.name}_simulators")
    )
    for root in (connectors, simulators):
        root.path.mkdir()
        (root.path / "__init__.py").write_text("")
    return Bank(connectors, simulators, tmp_path)


async def test_a_new_host_is_discovered_and_answers(bank: Bank) -> None:
    files = bank.create("fx")
    assert not [file for file in files if b"emplate" in file.read_bytes()]
    async with sample_bench(bank.only_folder(), {Echo.operation: (Echo(), HostState)}) as bench:
        answer = await bench.ask(Echo())
    assert isinstance(answer.outcome, Done)
    assert answer.outcome.result == HostState(accounting_date="2026-03-02", version="1")


async def test_a_new_host_on_a_queue_answers_with_its_simulator(bank: Bank) -> None:
    package = bank.simulators.package
    files = bank.create("gold", "mq")
    assert not [file for file in files if b"emplate" in file.read_bytes()]
    assert simulators.discover((package,)).keys() == {"gold"}
    folder = bank.only_folder()
    assert folder.manifest.contract == f"{package}.gold:host.cpy"
    build = import_module(f"{package}.gold.simulator").build
    async with record_bench(folder, build, {Echo.operation: (Echo(), HostState)}) as bench:
        answer = await bench.ask(Echo())
        assert bench.simulator.name == "gold"
    assert isinstance(answer.outcome, Done)
    assert isinstance(answer.outcome.result, HostState)
    assert answer.outcome.result.version == "gold-simulator 1"


@pytest.mark.parametrize("name", ["", "Fx", "_fx", "foreign-exchange", "../fx"])
def test_a_name_that_is_no_word_is_refused(bank: Bank, name: str) -> None:
    with pytest.raises(ValueError, match="lower-case word"):
        bank.create(name)


def test_a_host_is_never_overwritten(bank: Bank) -> None:
    bank.create("fx")
    with pytest.raises(FileExistsError):
        bank.create("fx")


def test_a_simulator_is_never_overwritten_either_and_nothing_is_half_done(bank: Bank) -> None:
    (bank.simulators.path / "gold").mkdir()
    with pytest.raises(FileExistsError, match="gold is there already"):
        bank.create("gold", "mq")
    assert not (bank.connectors.path / "gold").exists()
