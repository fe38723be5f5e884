from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from tellerline.adapters.clock import VirtualClock
from tellerline.gateway.doubt.schedule import WakeUp

SWEEP = 100.0


async def rounds(clock: VirtualClock, wake: WakeUp, seconds: float) -> list[float]:
    """When rounds began while ``seconds`` went by."""
    began: list[float] = []

    async def run() -> None:
        while True:
            began.append(round(clock.monotonic(), 2))
            wake.begin()
            await wake.wait()

    task = asyncio.get_running_loop().create_task(run())
    await clock.advance(seconds)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return began


async def test_a_time_told_is_not_forgotten_for_one_that_comes_sooner() -> None:
    clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
    wake = WakeUp(clock, SWEEP)
    for seconds in (8.0, 1.0, 2.5, 0.0, 2.5):
        wake.due_in(seconds)
    assert await rounds(clock, wake, 50.0) == [0.0, 1.0, 2.5, 8.0]


async def test_what_is_told_between_waking_and_beginning_is_kept_for_its_time() -> None:
    clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
    wake = WakeUp(clock, SWEEP)
    wake.begin()
    waiting = asyncio.get_running_loop().create_task(wake.wait())
    await asyncio.sleep(0)
    wake.due_in(0.0)
    wake.due_in(3.0)
    await waiting
    assert await rounds(clock, wake, 50.0) == [0.0, 3.0]


async def test_others_work_is_looked_for_however_much_is_told() -> None:
    clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
    wake = WakeUp(clock, SWEEP)
    wake.due_in(150.0)
    assert await rounds(clock, wake, 260.0) == [0.0, 100.0, 150.0, 250.0]
