"""Binds the host contract suite to the billing host, on a broker in the process and on RabbitMQ."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from billing_bench import billing_bench
from host_bench import HostBench
from host_contract import HostContract


class TestBillingHostInMemory(HostContract):
    @pytest.fixture
    async def bench(self) -> AsyncIterator[HostBench]:
        async with billing_bench() as bench:
            yield bench


class TestBillingHostOnRabbitmq(HostContract):
    @pytest.fixture
    async def bench(self, rabbitmq_url: str) -> AsyncIterator[HostBench]:
        async with billing_bench(rabbitmq_url) as bench:
            yield bench
