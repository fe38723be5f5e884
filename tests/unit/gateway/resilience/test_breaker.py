"""The breaker: opens by share, probes after its time, believes an answer at once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tellerline.adapters.clock import VirtualClock
from tellerline.gateway.resilience.breaker import Breaker, BreakerRules

RULES = BreakerRules(window=10, minimum=4, failure_share=0.5, open_seconds=5.0, probes=1)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))


@pytest.fixture
def breaker(clock: VirtualClock) -> Breaker:
    return Breaker(clock, RULES)


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        breaker.failed()


def test_it_stays_closed_below_the_minimum_and_below_the_share(breaker: Breaker) -> None:
    fail(breaker, 3)
    assert breaker.state.value == "closed"
    for _ in range(7):
        breaker.succeeded()
    fail(breaker, 2)
    assert breaker.state.value == "closed"


def test_it_opens_at_the_share_and_refuses(breaker: Breaker) -> None:
    fail(breaker, 4)
    assert breaker.state.value == "open"
    assert not breaker.allow()


def test_old_failures_leave_the_window(breaker: Breaker) -> None:
    fail(breaker, 3)
    for _ in range(10):
        breaker.succeeded()
    fail(breaker, 4)
    assert breaker.state.value == "closed"
    fail(breaker, 1)
    assert breaker.state.value == "open"


async def test_after_its_time_one_probe_decides(breaker: Breaker, clock: VirtualClock) -> None:
    fail(breaker, 4)
    await clock.advance(5.0)
    assert breaker.allow()
    assert not breaker.allow()
    breaker.failed()
    assert breaker.state.value == "open"
    await clock.advance(5.0)
    assert breaker.allow()
    breaker.abandoned()
    assert breaker.allow()
    breaker.succeeded()
    assert breaker.state.value == "closed"


def test_any_answer_closes_it(breaker: Breaker) -> None:
    fail(breaker, 4)
    breaker.succeeded()
    assert breaker.allow()
    fail(breaker, 2)
    assert breaker.allow()
