"""Erlang-C and Erlang-A against published figures, against the chain of states itself, and against each other."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from tellerline.routing.staffing.erlang import ErlangA, ErlangC, Load, agents_needed, blocking, expected_wait

# A. Mandelbaum, S. Zeltyn, "The Palm/Erlang-A Queue, with Applications to Call Centers" (2005): 48 calls a minute,
# services of one minute, 50 agents; with patience, two minutes of it on average. Times in minutes.
PUBLISHED = Load(arrival_rate=48, service_rate=1, agents=50)
SECOND = 1 / 60


def test_published_figures_without_abandonment() -> None:
    formula = ErlangC(PUBLISHED)
    assert formula.mean_wait / SECOND == pytest.approx(20.8, abs=0.05)
    assert formula.wait_beyond(58.1 * SECOND) == pytest.approx(0.10, abs=0.0005)
    assert formula.abandonment == 0


def test_published_figures_with_abandonment() -> None:
    formula = ErlangA(PUBLISHED, 1 / 2)
    assert formula.mean_wait / SECOND == pytest.approx(3.7, abs=0.05)
    assert formula.abandonment == pytest.approx(0.031, abs=0.0005)
    assert formula.wait_beyond(12.5 * SECOND) == pytest.approx(0.10, abs=0.002)


def _states(load: Load, abandonment_rate: float, most: int = 4000) -> list[float]:
    """The probability of each number of callers, from the balance between neighbouring states alone."""
    weights = [1.0]
    for present in range(1, most):
        leaving = min(present, load.agents) * load.service_rate + max(0, present - load.agents) * abandonment_rate
        weights.append(weights[-1] * load.arrival_rate / leaving)
    total = math.fsum(weights)
    return [weight / total for weight in weights]


@pytest.mark.parametrize("arrival_rate", [3.0, 9.5, 10.0, 25.0])
@pytest.mark.parametrize("abandonment_rate", [0.02, 0.5, 1.0, 4.0])
def test_erlang_a_is_the_chain_of_states(arrival_rate: float, abandonment_rate: float) -> None:
    load = Load(arrival_rate=arrival_rate, service_rate=1, agents=10)
    formula = ErlangA(load, abandonment_rate)
    states = _states(load, abandonment_rate)
    waiting = math.fsum(max(0, number - load.agents) * share for number, share in enumerate(states))
    assert formula.delay_probability == pytest.approx(math.fsum(states[load.agents :]), rel=1e-9)
    assert formula.mean_wait == pytest.approx(waiting / arrival_rate, rel=1e-9)
    assert formula.abandonment == pytest.approx(waiting * abandonment_rate / arrival_rate, rel=1e-9)


def test_erlang_a_of_endless_patience_is_erlang_c() -> None:
    endless, patient = ErlangC(PUBLISHED), ErlangA(PUBLISHED, 1e-6)
    assert patient.mean_wait == pytest.approx(endless.mean_wait, rel=1e-4)
    for time in (0.0, 0.2, 1.0):
        assert patient.wait_beyond(time) == pytest.approx(endless.wait_beyond(time), rel=1e-4)
        assert patient.service_level(time) == pytest.approx(endless.service_level(time), rel=1e-4)


def test_what_the_waits_of_erlang_a_add_up_to() -> None:
    formula = ErlangA(Load(arrival_rate=12, service_rate=1, agents=10), 0.7)
    times = [step * 0.001 for step in range(20_000)]
    area = sum((formula.wait_beyond(one) + formula.wait_beyond(other)) / 2 * 0.001 for one, other in pairwise(times))
    assert formula.mean_wait == pytest.approx(area, rel=1e-5)
    assert formula.service_level(0) == pytest.approx(1 - formula.delay_probability)
    assert formula.service_level(1e3) == pytest.approx(1 - formula.abandonment)


def test_a_load_far_beyond_the_agents_does_not_overflow() -> None:
    formula = ErlangA(Load(arrival_rate=500, service_rate=1, agents=50), 1e-3)
    assert formula.abandonment == pytest.approx(0.9)
    with pytest.raises(ValueError, match="need more than 50 agents"):
        ErlangC(Load(arrival_rate=50, service_rate=1, agents=50))


def test_blocking_is_the_recursion_of_erlang_b() -> None:
    assert blocking(2, 0) == 1
    assert blocking(2, 2) == pytest.approx((2**2 / 2) / (1 + 2 + 2**2 / 2))


def test_expected_wait_is_a_sum_over_the_places_ahead() -> None:
    assert expected_wait(0, 5, 0.01) == pytest.approx(20)
    assert expected_wait(2, 2, 1.0, 0.5) == pytest.approx(1 / 2 + 1 / 2.5 + 1 / 3)
    assert expected_wait(3, 0, 1.0) == math.inf


def test_the_fewest_agents_that_keep_a_service_level() -> None:
    def fits(agents: int) -> bool:
        return ErlangA(Load(arrival_rate=48, service_rate=1, agents=agents), 0.5).service_level(20 * SECOND) >= 0.8

    needed = agents_needed(fits)
    assert fits(needed)
    assert not fits(needed - 1)
    with pytest.raises(ValueError, match="not enough"):
        agents_needed(lambda agents: False, most=10)
