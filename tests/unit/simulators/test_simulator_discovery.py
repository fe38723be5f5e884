"""A folder with a ``simulator.py`` is a host of the bank: everything that is done with hosts is done with it."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.simulators.admin.desk import Desk
from tellerline.simulators.admin.models import FaultData
from tellerline.simulators.bank import BankPorts, SimulatedBank, UnknownHostError
from tellerline.simulators.core.simulator import CoreSimulator
from tellerline.simulators.discovery import PACKAGE, discover
from tellerline.simulators.faults import FaultKind
from tellerline.simulators.ledger import Leg
from tellerline.simulators.servers.ports import free_port

NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SAVINGS = '''
from tellerline.simulators.core.host import CoreHost
from tellerline.simulators.core.simulator import CoreSimulator
from tellerline.simulators.faults import FaultEngine
from tellerline.simulators.ledger import Ledger


class SavingsSimulator(CoreSimulator):
    """Speaks as the core host does, with a ledger of its own."""

    name = "savings"
    changing = frozenset({"Save"})

    def populate(self, holders, seed):
        for holder in holders:
            self.ledger.open(f"S{holder.number}", "CNY")


def build(parts):
    assert "core" in parts.hosts
    return SavingsSimulator(CoreHost(Ledger(), parts.calendar), FaultEngine(parts.randomness), parts.clock)
'''


@pytest.fixture
def extra(tmp_path: Path) -> Iterator[str]:
    """A package of the user's own with one host folder, and one that only looks like it."""
    package = f"extra_{tmp_path.name}"
    for name in ("savings", "_draft"):
        folder = tmp_path / package / name
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
        (folder / "simulator.py").write_text(SAVINGS)
    (tmp_path / package / "__init__.py").touch()
    sys.path.insert(0, str(tmp_path))
    yield package
    sys.path.remove(str(tmp_path))


def books(*packages: str) -> SimulatedBank:
    return SimulatedBank(VirtualClock(NINE), SeededRandomness(1), packages=(PACKAGE, *packages))


@pytest_asyncio.fixture
async def bank(extra: str) -> AsyncIterator[SimulatedBank]:
    bank = books(extra)
    bank.load_population(customers=3)
    bank.snapshot()
    await bank.start()
    yield bank
    await bank.close()


def test_core_first_then_by_name(extra: str) -> None:
    names = list(discover((PACKAGE, extra)))
    assert names[0] == "core"
    assert names[1:] == sorted(names[1:])
    assert {"credit", "savings"} <= set(names)
    assert "_draft" not in names


def test_two_of_one_name_are_a_mistake(extra: str) -> None:
    with pytest.raises(ValueError, match="savings"):
        discover((extra, extra))


async def test_started_populated_and_closed_with_the_others(bank: SimulatedBank) -> None:
    savings = bank.hosts["savings"]
    assert savings.up
    assert savings.url not in ("", bank.core.url)
    assert "S8000000001" in savings.ledger
    await bank.close()
    assert not savings.up


async def test_goes_back_with_the_others(bank: SimulatedBank) -> None:
    ledger = bank.hosts["savings"].ledger
    before = bank.ledgers()["savings"].transactions
    ledger.post(
        (Leg("S8000000001", 1), Leg(ledger.internal("CASH", "CNY").number, -1)),
        serial="1",
        booking_date="2026-03-02",
        booked_at="2026-03-02T09:00:00+08:00",
        kind="CASH_DEPOSIT",
    )
    bank.reset()
    assert ledger.transactions == before
    assert ledger.account("S8000000001").balance == 0


async def test_the_admin_api_knows_it(bank: SimulatedBank) -> None:
    desk = Desk(bank)
    status, proofs = desk.status(), desk.ledger()["hosts"]
    assert isinstance(status["hosts"], dict)
    assert status["hosts"]["savings"] == {"up": True, "url": bank.hosts["savings"].url, "crashes": 0}
    assert isinstance(proofs, dict)
    assert proofs["savings"]["trial_balance"] == {"CNY": "0.00"}
    (added,) = desk.add_fault(FaultData(kind=FaultKind.DELAY, host="savings"))
    assert added["host"] == "savings"
    assert {each["host"] for each in desk.add_fault(FaultData(kind=FaultKind.DELAY))} == set(bank.hosts)
    desk.crash("savings", 1.0)
    assert bank.hosts["savings"].crashes == 1
    assert desk.requests("savings", 10) == []


async def test_magic_strikes_what_it_says_it_changes(bank: SimulatedBank) -> None:
    operations = {each.rule.operations for each in bank.hosts["savings"].faults.listed(standing=True)}
    assert operations == {frozenset({"Save"})}
    assert bank.changing >= {"Save", "Transfer", "RepayLoan"}


async def test_a_port_of_its_own(extra: str) -> None:
    bank, port = books(extra), free_port()
    with pytest.raises(UnknownHostError, match="core, "):
        await bank.start(BankPorts(ports={"nobody": port}))
    await bank.start(BankPorts(ports={"savings": port}))
    savings = bank.hosts["savings"]
    assert isinstance(savings, CoreSimulator)
    assert f":{port}/" in savings.url
    await bank.close()


def test_every_host_answers_to_its_folders_name() -> None:
    bank = books()
    assert {name: host.name for name, host in bank.hosts.items()} == {name: name for name in bank.hosts}
