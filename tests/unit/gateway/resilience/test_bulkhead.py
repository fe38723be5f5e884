"""The bulkhead: so many at a time, a short queue, and no place lost to anybody who leaves."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from tellerline.adapters.clock import SystemClock, VirtualClock
from tellerline.gateway.resilience.bulkhead import Bulkhead, BulkheadRules


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))


@pytest.fixture
def bulkhead(clock: VirtualClock) -> Bulkhead:
    return Bulkhead(clock, BulkheadRules(concurrent=2, queued=2))


async def test_places_are_handed_on_in_order(bulkhead: Bulkhead) -> None:
    assert bulkhead.enter_now()
    assert bulkhead.enter_now()
    order: list[int] = []

    async def wait(number: int) -> None:
        assert await bulkhead.enter(10.0)
        order.append(number)

    waiting = [asyncio.ensure_future(wait(number)) for number in range(2)]
    await asyncio.sleep(0)
    assert bulkhead.queued == 2
    assert not await bulkhead.enter(10.0)
    bulkhead.leave()
    bulkhead.leave()
    await asyncio.gather(*waiting)
    assert order == [0, 1]
    assert (bulkhead.in_flight, bulkhead.queued) == (2, 0)


async def test_a_wait_ends_with_its_deadline(bulkhead: Bulkhead, clock: VirtualClock) -> None:
    bulkhead.enter_now()
    bulkhead.enter_now()
    waiting = asyncio.ensure_future(bulkhead.enter(1.0))
    await clock.advance(1.5)
    assert await waiting is False
    assert bulkhead.queued == 0
    bulkhead.leave()
    assert bulkhead.in_flight == 1


async def test_who_is_cancelled_while_given_a_place_gives_it_back(bulkhead: Bulkhead) -> None:
    bulkhead.enter_now()
    bulkhead.enter_now()
    waiting = asyncio.ensure_future(bulkhead.enter(1.0))
    await asyncio.sleep(0)
    bulkhead.leave()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert bulkhead.in_flight == 1
    leaving = asyncio.ensure_future(bulkhead.enter(1.0))
    assert await leaving


async def test_who_is_cancelled_while_waiting_leaves_the_queue(bulkhead: Bulkhead) -> None:
    bulkhead.enter_now()
    bulkhead.enter_now()
    waiting = asyncio.ensure_future(bulkhead.enter(1.0))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert (bulkhead.in_flight, bulkhead.queued) == (2, 0)


async def test_a_place_given_back_in_the_turn_in_which_a_wait_ends_is_free() -> None:
    clock = SystemClock()
    bulkhead = Bulkhead(clock, BulkheadRules(concurrent=1, queued=2))
    bulkhead.enter_now()
    end = clock.monotonic() + 0.02
    waiting = asyncio.ensure_future(bulkhead.enter(end))
    await asyncio.sleep(0)
    clock.call_later(0.02, bulkhead.leave)
    while clock.monotonic() < end + 0.05:
        """The loop stands still, so that both timers are due in its next turn."""
    assert await waiting is False
    assert (bulkhead.in_flight, bulkhead.queued) == (0, 0)


async def test_a_place_given_back_while_who_waits_is_being_cancelled_is_free(bulkhead: Bulkhead) -> None:
    bulkhead.enter_now()
    bulkhead.enter_now()
    waiting = asyncio.ensure_future(bulkhead.enter(1.0))
    await asyncio.sleep(0)
    waiting.cancel()
    bulkhead.leave()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (bulkhead.in_flight, bulkhead.queued) == (1, 0)
