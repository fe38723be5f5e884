"""Binds the host contract suite to the securities host: deposits and orders, in the process and on RabbitMQ."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from host_bench import HostBench
from host_contract import HostContract
from securities_bench import securities_bench


class TestDepositsInMemory(HostContract):
    @pytest.fixture
    async def bench(self) -> AsyncIterator[HostBench]:
        async with securities_bench() as bench:
            yield bench


class TestOrdersInMemory(HostContract):
    """An order of which nothing is filled can be taken back like money."""

    @pytest.fixture
    async def bench(self) -> AsyncIterator[HostBench]:
        async with securities_bench(orders=True) as bench:
            yield bench


class TestDepositsOnRabbitmq(HostContract):
    @pytest.fixture
    async def bench(self, rabbitmq_url: str) -> AsyncIterator[HostBench]:
        async with securities_bench(rabbitmq_url) as bench:
            yield bench
