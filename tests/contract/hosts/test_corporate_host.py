"""Binds the host contract suite to the corporate front-end, over real HTTP with every message signed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from corporate_bench import corporate_bench
from host_bench import HostBench
from host_contract import HostContract


class TestCorporateHost(HostContract):
    @pytest.fixture
    async def bench(self) -> AsyncIterator[HostBench]:
        async with corporate_bench() as (bench, _):
            yield bench
