"""Binds the host contract suite to the credit host, on a broker in the process and on RabbitMQ."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from credit_bench import credit_bench
from host_bench import HostBench
from host_contract import HostContract


class TestCreditHostInMemory(HostContract):
    @pytest.fixture
    async def bench(self) -> AsyncIterator[HostBench]:
        async with credit_bench() as (bench, _):
            yield bench


class TestCreditHostOnRabbitmq(HostContract):
    @pytest.fixture
    async def bench(self, rabbitmq_url: str) -> AsyncIterator[HostBench]:
        async with credit_bench(rabbitmq_url) as (bench, _):
            yield bench
