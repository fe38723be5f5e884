"""A caller of the running credit host."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from record_caller import RecordCaller

from tellerline.adapters.clock import VirtualClock
from tellerline.adapters.mq.memory import MemoryBroker
from tellerline.simulators.bank import SimulatedBank
from tellerline.simulators.credit.loans import Loan
from tellerline.simulators.credit.schedule import RepaymentMethod
from tellerline.simulators.population import MAGIC_ACCOUNTS

PAYER = next(each.number for each in MAGIC_ACCOUNTS if each.what == "in US dollars")


@pytest_asyncio.fixture
async def records(
    simulated_bank: SimulatedBank, bank_broker: MemoryBroker, bank_clock: VirtualClock
) -> AsyncIterator[RecordCaller]:
    caller = RecordCaller(bank_broker, bank_clock)
    await caller.transport.start()
    yield caller
    await caller.transport.close()


@pytest.fixture
def loan(simulated_bank: SimulatedBank) -> Loan:
    """12,000.00 USD at 12% in twelve equal principals, nothing repaid; its payer has 100,000.00."""
    granted = Loan(
        number="DK-TEST",
        account=PAYER,
        borrower_name="欧阳若曦",
        currency="USD",
        principal=12_000_00,
        rate_ppm=120_000,
        method=RepaymentMethod.EQUAL_PRINCIPAL,
        granted_on="2026-02-15",
        instalments=12,
    )
    simulated_bank.credit.host.grant(granted)
    return granted
