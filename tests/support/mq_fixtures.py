"""Binds a test to each broker."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from mq_worlds import MemoryWorld, RabbitWorld, World


@pytest.fixture(params=["memory", "rabbitmq"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """A broker with a queue of the test's own; what the test started is closed behind it."""
    made = MemoryWorld() if request.param == "memory" else RabbitWorld(request.getfixturevalue("rabbitmq_url"))
    yield made
    await made.close()


@pytest.fixture
async def memory() -> AsyncIterator[MemoryWorld]:
    made = MemoryWorld()
    yield made
    await made.close()
