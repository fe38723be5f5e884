"""Tasks that take too long are cancelled, each after its own time, by one timer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tellerline.adapters.clock import Timer, VirtualClock
from tellerline.gateway.channels.http.overdue import OverdueTasks


class CountingClock:
    """A virtual clock that knows how many timers were asked for."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self.timers = 0
        self.now, self.monotonic = clock.now, clock.monotonic
        self.sleep, self.advance = clock.sleep, clock.advance

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        self.timers += 1
        return self._clock.call_later(seconds, callback)


@pytest.fixture
def clock() -> CountingClock:
    return CountingClock(VirtualClock(datetime(2026, 3, 2, tzinfo=UTC)))


def began(overdue: OverdueTasks, outcomes: dict[str, str], name: str, ends: asyncio.Event) -> asyncio.Task[None]:
    async def work() -> None:
        task = asyncio.current_task()
        assert task is not None
        overdue.watch(task)
        try:
            await ends.wait()
            outcomes[name] = "in time" if overdue.let_go(task) else "too late"
        except asyncio.CancelledError:
            outcomes[name] = "cancelled by another" if overdue.let_go(task) else "cancelled"

    return asyncio.create_task(work(), name=name)


async def test_each_has_its_own_time(clock: CountingClock) -> None:
    overdue, outcomes, never = OverdueTasks(clock, 10.5), dict[str, str](), asyncio.Event()
    first = began(overdue, outcomes, "first", never)
    await clock.advance(4)
    second = began(overdue, outcomes, "second", never)
    await clock.advance(6.4)
    assert outcomes == {}
    await clock.advance(0.1)
    await asyncio.wait((first,))
    assert outcomes == {"first": "cancelled"}
    await clock.advance(3.9)
    assert not second.done()
    await clock.advance(0.1)
    await asyncio.wait((second,))
    assert outcomes == {"first": "cancelled", "second": "cancelled"}
    await clock.advance(100)
    third = began(overdue, outcomes, "third", never)
    await clock.advance(10.5)
    await asyncio.wait((third,))
    assert outcomes["third"] == "cancelled"


async def test_who_ends_in_time_or_by_another_hand_is_left_alone(clock: CountingClock) -> None:
    overdue, outcomes, ends, never = OverdueTasks(clock, 10), dict[str, str](), asyncio.Event(), asyncio.Event()
    quick, torn = began(overdue, outcomes, "quick", ends), began(overdue, outcomes, "torn", never)
    await clock.advance(1)
    ends.set()
    torn.cancel()
    await asyncio.wait((quick, torn))
    assert outcomes == {"quick": "in time", "torn": "cancelled by another"}
    await clock.advance(20)
    assert not overdue.let_go(quick)


async def test_tasks_that_end_in_time_share_a_timer(clock: CountingClock) -> None:
    overdue, outcomes, ends = OverdueTasks(clock, 10), dict[str, str](), asyncio.Event()
    ends.set()
    for _ in range(10):
        await asyncio.wait([began(overdue, outcomes, str(number), ends) for number in range(20)])
        await clock.advance(0.5)
    assert set(outcomes.values()) == {"in time"}
    assert clock.timers == 1
