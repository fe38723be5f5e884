"""Books to work on, and a caller of the running core host."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from core_books import CoreBooks, fresh_books
from soap_caller import SoapCaller

from tellerline.simulators.bank import SimulatedBank


@pytest.fixture
def core_books() -> CoreBooks:
    """Accounts A (a card, 1,000.00) and B (a passbook, nothing), of 张三 and 李四; noon in Shanghai."""
    return fresh_books()


@pytest_asyncio.fixture
async def soap(simulated_bank: SimulatedBank) -> AsyncIterator[SoapCaller]:
    async with aiohttp.ClientSession() as session:
        yield SoapCaller(session, simulated_bank.core.url)
