"""A switch with a controller that speaks its wire by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from switch_orders import Wire


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    wire = Wire()
    await wire.connect()
    yield wire
    wire.switch.power_off()
