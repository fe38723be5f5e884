"""A softswitch with a started connector."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from softswitch_world import SoftswitchWorld


@pytest.fixture
async def world() -> AsyncIterator[SoftswitchWorld]:
    world = SoftswitchWorld()
    await world.start()
    yield world
    await world.switch.close()
    world.soft.power_off()
