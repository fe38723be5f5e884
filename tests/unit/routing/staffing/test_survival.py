"""Censored durations: textbook figures by hand, and laws that are found again in what was cut off."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import pytest

from tellerline.routing.staffing.survival import Between, Survival, Waited, kaplan_meier, mean_patience, turnbull

# The 6-MP arm of Freireich et al. (1963), the classic example of the estimate; weeks, True where the remission ended.
ENDED = (6, 6, 6, 7, 10, 13, 16, 22, 23)
CENSORED = (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
REMISSIONS = [Waited(week, True) for week in ENDED] + [Waited(week, False) for week in CENSORED]


def test_product_limit_of_the_classic_example() -> None:
    found = kaplan_meier(REMISSIONS)
    assert found.times == (6, 7, 10, 13, 16, 22, 23)
    published = (0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448)
    assert found.shares == pytest.approx(published, abs=0.0006)
    assert (found.beyond(5), found.beyond(22.5)) == pytest.approx((1, 0.538), abs=0.0006)


def test_exponential_patience_counts_the_time_of_all() -> None:
    assert mean_patience(REMISSIONS) == pytest.approx(359 / 9)
    assert mean_patience([Waited(30, False)]) == math.inf


def test_draws_follow_the_estimate_and_its_tail() -> None:
    survival = Survival((10.0, 20.0), (0.6, 0.3), tail_mean=50.0)
    assert [survival.draw(fraction) for fraction in (1.0, 0.61, 0.6, 0.31, 0.3)] == [10, 10, 10, 20, 20]
    assert survival.draw(0.3 / math.e) == pytest.approx(70)
    assert kaplan_meier([Waited(5, False)]).draw(0.5) == math.inf


def test_patience_is_found_again_behind_the_services_that_cut_it_off() -> None:
    chance = random.Random(7)
    waits = []
    for _ in range(20_000):
        patience, offered = chance.expovariate(1 / 300), chance.expovariate(1 / 60)
        waits.append(Waited(min(patience, offered), patience < offered))
    assert mean_patience(waits) == pytest.approx(300, rel=0.05)
    found = kaplan_meier(waits)
    assert found.beyond(100) == pytest.approx(math.exp(-1 / 3), abs=0.02)


def test_turnbull_takes_exact_durations_as_they_are() -> None:
    found = turnbull([Between(5, 5)] * 3 + [Between(25, 25)], (0, 10, 20, 30))
    assert found.shares == pytest.approx((0.75, 0, 0.25), abs=1e-6)
    assert found.mean == pytest.approx(0.75 * 5 + 0.25 * 25, abs=1e-4)
    assert [found.draw(fraction) for fraction in (0, 0.375, 0.875)] == pytest.approx([0, 5, 25], abs=1e-4)


def test_turnbull_finds_a_law_behind_bounds_alone() -> None:
    chance = random.Random(11)
    edges = (0, 10, 20, 40, 80, 10_000)
    seen = []
    for _ in range(20_000):
        duration, look = chance.expovariate(1 / 30), chance.choice(edges[1:-1])
        seen.append(Between(look, 10_000) if duration > look else Between(0, look))
    shares = turnbull(seen, edges).shares
    truth = [math.exp(-low / 30) - math.exp(-high / 30) for low, high in pairwise(edges)]
    assert shares == pytest.approx(truth, abs=0.03)


def test_turnbull_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no duration"):
        turnbull([], (0, 1))
