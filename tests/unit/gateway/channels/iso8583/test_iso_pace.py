"""What comes at once passes, what goes on coming waits."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tellerline.adapters.clock import VirtualClock
from tellerline.gateway.channels.iso8583.pace import Pace


async def test_a_burst_passes_and_a_flood_waits() -> None:
    clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
    pace = Pace(clock, 10, 2)
    assert [pace.take() for _ in range(20)] == [0] * 20
    assert [pace.take() for _ in range(30)] == pytest.approx([(at + 1) / 10 for at in range(30)])
    await clock.advance(3)
    assert pace.take() == pytest.approx(0.1)


async def test_who_is_slow_never_waits() -> None:
    clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
    pace = Pace(clock, 10, 2)
    for _ in range(200):
        assert pace.take() == 0
        await clock.advance(0.1)


async def test_one_may_always_come() -> None:
    clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
    pace = Pace(clock, 0.5, 0.1)
    assert pace.take() == 0
    assert pace.take() == 2


async def test_it_tells_when_there_is_one_and_when_all_are_back() -> None:
    clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
    pace = Pace(clock, 10, 2)
    assert (pace.wait(), pace.rested()) == (0, 0)
    for _ in range(20):
        pace.take()
    assert (pace.wait(), pace.rested()) == (0.1, 2)
    await clock.advance(0.5)
    assert (pace.wait(), pace.rested()) == (0, 1.5)
    await clock.advance(100)
    assert pace.rested() == 0
