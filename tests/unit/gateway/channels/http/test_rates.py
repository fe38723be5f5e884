"""Rates in memory: counted by the gateway's clock, for a bounded number of callers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tellerline.adapters.clock import VirtualClock
from tellerline.gateway.channels.http.rates import ClockedStorage, RateLimit
from tellerline.gateway.channels.http.refusals import HttpRefusalError


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))


async def test_so_many_a_minute_and_then_none_until_it_is_over(clock: VirtualClock) -> None:
    rate = RateLimit("customer", 3, clock=clock, most=10)
    assert [rate.hit("C1").remaining for _ in range(3)] == [2, 1, 0]
    await clock.advance(20)
    with pytest.raises(HttpRefusalError) as refused:
        rate.hit("C1")
    assert refused.value.status == 429
    assert refused.value.headers["retry-after"] == "40"
    assert refused.value.headers["ratelimit"] == '"customer";r=0;t=40'
    assert rate.hit("C2").remaining == 2
    await clock.advance(40)
    assert rate.hit("C1").remaining == 2


def test_headers_say_what_is_left(clock: VirtualClock) -> None:
    state = RateLimit("address", 5, clock=clock, most=10).hit("127.0.0.1")
    assert dict(state.headers()) == {
        b"ratelimit-policy": b'"address";q=5;w=60',
        b"ratelimit": b'"address";r=4;t=60',
    }


async def test_memory_is_bounded_by_callers_and_by_time(clock: VirtualClock) -> None:
    storage = ClockedStorage(clock, most=100)
    for number in range(1_000):
        storage.incr(f"caller {number}", 60)
    assert storage.reset() == 100
    storage.incr("early", 60)
    await clock.advance(60)
    storage.incr("late", 60)
    assert storage.get("early") == 0
    assert storage.reset() == 1
