"""Each test of the suite runs on every switch named here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest
from softswitch_bench import softswitch_bench, softswitch_over_tcp_bench
from switch_bench import SwitchBench

BENCHES: dict[str, Callable[[pytest.FixtureRequest], AbstractAsyncContextManager[SwitchBench]]] = {
    "softswitch": lambda request: softswitch_bench(),
    "softswitch-tcp": lambda request: softswitch_over_tcp_bench(),
}
"""How to open a bench, by the name of its switch; for the length of one test."""


@pytest.fixture(params=list(BENCHES))
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[SwitchBench]:
    async with BENCHES[request.param](request) as opened:
        yield opened
