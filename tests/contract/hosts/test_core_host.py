"""Binds the host contract suite to the core host, over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from core_bench import core_bench
from host_bench import HostBench
from host_contract import HostContract


class TestCoreHost(HostContract):
    @pytest.fixture
    async def bench(self) -> AsyncIterator[HostBench]:
        async with core_bench() as (bench, _):
            yield bench
