"""Rates in memory: counted by the gateway's clock, for a bounded number of callers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits import RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter

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


def allows(rate: RateLimit, caller: str) -> bool:
    try:
        rate.hit(caller)
    except HttpRefusalError:
        return False
    return True


@given(st.lists(st.one_of(st.sampled_from(["C1", "C2", "C3"]), st.floats(0, 70)), max_size=60))
async def test_whom_it_lets_pass_the_library_does(steps: list[str | float]) -> None:
    """Over the same storage, and with the same seconds left; a number is a wait."""
    clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
    rate, storage = RateLimit("customer", 3, clock=clock, most=10), ClockedStorage(clock, 10)
    library, item = FixedWindowRateLimiter(storage), RateLimitItemPerMinute(3)
    for step in steps:
        if isinstance(step, float):
            await clock.advance(step)
            continue
        assert allows(rate, step) == library.hit(item, step)
        stands = library.get_window_stats(item, step)
        count, left = storage.count(item.key_for(step), 60, 0)
        assert stands.remaining == max(0, 3 - count)
        assert stands.reset_time - clock.monotonic() == left


async def test_a_caller_whose_minute_is_over_leaves_nothing_behind(clock: VirtualClock) -> None:
    storage = ClockedStorage(clock, most=100)
    for number in range(5):
        storage.incr(f"caller {number}", 60)
        await clock.advance(10)
    await clock.advance(20)
    storage.incr("late", 60)
    assert storage.reset() == 4
