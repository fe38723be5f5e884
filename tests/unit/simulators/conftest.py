"""Books to work on, and a caller of the running core host."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest
import pytest_asyncio
from core_books import CoreBooks
from soap_caller import SoapCaller

from tellerline.adapters.clock import VirtualClock
from tellerline.simulators.bank import SimulatedBank
from tellerline.simulators.core.host import CoreHost
from tellerline.simulators.core.register import AccountKind, CoreAccount, Customer
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.ledger import Ledger


@pytest.fixture
def core_books() -> CoreBooks:
    """Accounts A (a card, 1,000.00) and B (a passbook, nothing), of 张三 and 李四; noon in Shanghai."""
    clock = VirtualClock(datetime(2026, 11, 22, 4, 0, tzinfo=UTC))
    host = CoreHost(Ledger(), BankCalendar(clock))
    for number, name, account, kind in (("1", "张三", "A", "CARD"), ("2", "李四", "B", "PASSBOOK")):
        host.branch.open_customer(Customer(number=number, name=name, identity_document=f"ID{number}"))
        host.branch.open_account(
            CoreAccount(
                number=account,
                kind=AccountKind(kind),
                product="活期",
                currency="CNY",
                owner=number,
                opened_on="2020-01-01",
                pin="246810",
            )
        )
    host.branch.post("A", 100_000, kind="CASH_DEPOSIT")
    return CoreBooks(clock, host)


@pytest_asyncio.fixture
async def soap(simulated_bank: SimulatedBank) -> AsyncIterator[SoapCaller]:
    async with aiohttp.ClientSession() as session:
        yield SoapCaller(session, simulated_bank.core.url)
