"""A machine before a small acquirer."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from acquirer_host import Acquirer


@pytest_asyncio.fixture
async def acquirer() -> AsyncIterator[Acquirer]:
    """Two cards, 10,000.00 on the first."""
    host = Acquirer()
    await host.start()
    yield host
    await host.stop()
