"""A clock that runs faster than its source, and changes its pace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tellerline.adapters.clock import ScaledClock, VirtualClock

_START = datetime(1993, 1, 1, 11, 0, tzinfo=UTC)


@pytest.fixture
def source() -> VirtualClock:
    return VirtualClock(datetime(2026, 11, 22, tzinfo=UTC))


async def test_its_seconds_are_shorter(source: VirtualClock) -> None:
    clock = ScaledClock(_START, 20.0, source)
    rung: list[float] = []
    clock.call_later(10.0, lambda: rung.append(clock.monotonic()))
    await source.advance(0.4)
    assert rung == []
    await source.advance(0.1)
    assert rung == [pytest.approx(10.0)]
    assert clock.now() == _START + timedelta(seconds=10)


async def test_a_change_of_pace_loses_no_time(source: VirtualClock) -> None:
    clock = ScaledClock(_START, 1.0, source)
    await source.advance(5.0)
    clock.run_at(20.0)
    assert clock.monotonic() == pytest.approx(5.0)
    assert clock.now() == _START + timedelta(seconds=5)
    await source.advance(1.0)
    assert clock.monotonic() == pytest.approx(25.0)


async def test_a_jump_moves_civil_time_only(source: VirtualClock) -> None:
    clock = ScaledClock(_START, 20.0, source)
    await source.advance(1.0)
    clock.jump_to(_START + timedelta(days=1))
    assert clock.monotonic() == pytest.approx(20.0)
    await source.advance(1.0)
    assert clock.now() == _START + timedelta(days=1, seconds=20)


@pytest.mark.parametrize("speed", [0.0, -1.0])
def test_time_does_not_stand_or_run_back(source: VirtualClock, speed: float) -> None:
    with pytest.raises(ValueError, match="positive speed"):
        ScaledClock(_START, 1.0, source).run_at(speed)
