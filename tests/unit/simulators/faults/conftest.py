"""A caller of the running credit host."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from record_caller import RecordCaller

from tellerline.adapters.clock import VirtualClock
from tellerline.adapters.mq.memory import MemoryBroker
from tellerline.simulators.bank import SimulatedBank


@pytest_asyncio.fixture
async def records(
    simulated_bank: SimulatedBank, bank_broker: MemoryBroker, bank_clock: VirtualClock
) -> AsyncIterator[RecordCaller]:
    caller = RecordCaller(bank_broker, bank_clock)
    await caller.transport.start()
    yield caller
    await caller.transport.close()
