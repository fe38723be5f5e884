"""Binds the host contract suite to the foreign exchange host, over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from fx_bench import fx_bench
from host_bench import HostBench
from host_contract import HostContract


class TestFxHost(HostContract):
    @pytest.fixture
    async def bench(self) -> AsyncIterator[HostBench]:
        async with fx_bench() as (bench, _):
            yield bench
