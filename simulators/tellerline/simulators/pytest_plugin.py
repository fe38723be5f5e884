"""Fixtures for bank developers: a simulated bank in their own tests, without a container.

``simulated_bank`` is a running bank with the population and its magic accounts, on a clock that the test moves
(``bank_clock``); ``bank_hosts`` are its hosts by name, each with ``faults``, ``received`` and ``ledger``, ``core_host``
and ``credit_host`` two of them with the books in ``host``; ``bank_broker`` carries the messages of those on a queue.
Each test finds the books as loaded. ``telephone_switch`` is a telephone switch, ``cash_machine`` a cash machine on
the same clock.
Needs pytest-asyncio in any mode. Importing this module loads nothing of the simulators.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

try:
    from pytest_asyncio import fixture as async_fixture
except ImportError:  # pytest without pytest-asyncio: nothing to offer, nothing to break
    async_fixture = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from tellerline.adapters.clock import VirtualClock
    from tellerline.adapters.mq.memory import MemoryBroker
    from tellerline.simulators.atm.machine import CashMachine
    from tellerline.simulators.bank import SimulatedBank
    from tellerline.simulators.core.server import CoreServer
    from tellerline.simulators.credit.server import CreditServer
    from tellerline.simulators.hosting.host import SimulatedHost
    from tellerline.simulators.softswitch.switch import SoftSwitch

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""A Monday morning in the bank: 09:00 in Shanghai."""


@pytest.fixture
def bank_clock() -> VirtualClock:
    """Stands at ``START`` until the test moves it."""
    from tellerline.adapters.clock import VirtualClock

    return VirtualClock(START)


@pytest.fixture
def bank_broker(bank_clock: VirtualClock) -> MemoryBroker:
    """The broker in the process between the test and the hosts on a queue."""
    from tellerline.adapters.mq.memory import MemoryBroker

    return MemoryBroker(bank_clock)


@pytest.fixture
def telephone_switch(bank_clock: VirtualClock) -> Iterator[SoftSwitch]:
    """A telephone switch to be controlled through ``telephone_switch.connect``; off after the test."""
    from tellerline.adapters.clock import SeededRandomness
    from tellerline.simulators.softswitch.switch import SoftSwitch

    switch = SoftSwitch(bank_clock, SeededRandomness(1))
    yield switch
    switch.power_off()


if async_fixture is not None:

    @async_fixture
    async def simulated_bank(bank_clock: VirtualClock, bank_broker: MemoryBroker) -> AsyncIterator[SimulatedBank]:
        """A bank of 100 customers and the magic accounts' owner, running; closed after the test."""
        from tellerline.adapters.clock import SeededRandomness
        from tellerline.simulators.bank import SimulatedBank
        from tellerline.simulators.queues import memory_queues

        bank = SimulatedBank(bank_clock, SeededRandomness(1), queues=memory_queues(bank_broker))
        bank.load_population(customers=100)
        bank.snapshot()
        await bank.start()
        yield bank
        await bank.close()

    @pytest.fixture
    def bank_hosts(simulated_bank: SimulatedBank) -> Mapping[str, SimulatedHost]:
        """Every host of the bank by name."""
        return simulated_bank.hosts

    @pytest.fixture
    def core_host(simulated_bank: SimulatedBank) -> CoreServer:
        """The core host, listening at ``core_host.url``."""
        return simulated_bank.core

    @pytest.fixture
    def credit_host(simulated_bank: SimulatedBank) -> CreditServer:
        """The credit host, listening on the queue ``credit.requests`` of ``bank_broker``."""
        return simulated_bank.credit

    @async_fixture
    async def cash_machine(
        bank_clock: VirtualClock, tmp_path: Path
    ) -> AsyncIterator[Callable[..., Awaitable[CashMachine]]]:
        """Switches a machine on: ``await cash_machine("127.0.0.1:8583", "T0000001", master_key)``.

        ``master_key`` is hexadecimal, ``tdes:`` before a TDES key. The machine waits 20 s of ``bank_clock`` for an
        answer; ``place.faults`` are what goes wrong at it. A machine of the same terminal finds the files of the one
        before it; all are off after the test.
        """
        from tellerline.adapters.clock import SeededRandomness
        from tellerline.simulators.atm.keys import MasterKey
        from tellerline.simulators.atm.machine import CashMachine
        from tellerline.simulators.atm.profile import Profile
        from tellerline.simulators.atm.session import Place

        running: dict[str, CashMachine] = {}

        async def switch_on(address: str, terminal: str, master_key: str) -> CashMachine:
            if terminal in running:
                await running.pop(terminal).stop()
            host, _, port = address.rpartition(":")
            place = Place(
                host=host,
                port=int(port),
                profile=Profile(terminal=terminal),
                master=MasterKey.from_hex(master_key),
                clock=bank_clock,
                randomness=SeededRandomness(1),
            )
            machine = running[terminal] = CashMachine(place, tmp_path / terminal)
            await machine.start()
            return machine

        yield switch_on
        for machine in running.values():
            await machine.stop()
