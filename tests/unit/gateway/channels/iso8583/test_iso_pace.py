"""What comes at once passes, what goes on coming waits."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from tellerline.adapters.clock import VirtualClock
from tellerline.gateway.channels.iso8583.pace import Pace


async def test_a_burst_passes_and_a_flood_waits() -> None:
    clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
    pace, passed = Pace(clock, 10, 2), 0

    async def flood() -> None:
        nonlocal passed
        while True:
            await pace.keep()
            passed += 1

    task = asyncio.ensure_future(flood())
    await clock.advance(0)
    assert passed == 20
    await clock.advance(10)
    assert 119 <= passed <= 121
    task.cancel()


async def test_who_is_slow_never_waits() -> None:
    clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
    pace = Pace(clock, 10, 2)
    for _ in range(200):
        await asyncio.wait_for(pace.keep(), 60)
        await clock.advance(0.1)


async def test_one_may_always_come() -> None:
    clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
    pace = Pace(clock, 0.5, 0.1)
    assert pace.take() == 0
    assert pace.take() == 2
