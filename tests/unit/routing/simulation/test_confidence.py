"""Intervals of a mean: Student's t as tables print it, and how often an interval holds the truth."""

from __future__ import annotations

import random

import pytest

from tellerline.routing.simulation.confidence import interval, student_quantile


@pytest.mark.parametrize(
    ("probability", "freedom", "printed"),
    [
        (0.975, 1, 12.7062),
        (0.975, 2, 4.3027),
        (0.975, 9, 2.2622),
        (0.975, 10, 2.2281),
        (0.9995, 3, 12.9240),
        (0.9995, 19, 3.8834),
        (0.9995, 29, 3.6594),
        (0.9995, 120, 3.3735),
    ],
)
def test_student_as_printed(probability: float, freedom: int, printed: float) -> None:
    assert student_quantile(probability, freedom) == pytest.approx(printed, abs=0.00006)


def test_an_interval_holds_the_truth_as_often_as_it_says() -> None:
    chance = random.Random(5)
    held = sum(interval([chance.gauss(10, 3) for _ in range(6)], 0.9).holds(10) for _ in range(4000))
    assert held / 4000 == pytest.approx(0.9, abs=0.015)


def test_distance_is_counted_in_standard_errors() -> None:
    found = interval([1.0, 2.0, 3.0], 0.95)
    assert (found.mean, found.distance(2 - 2 * found.error)) == pytest.approx((2.0, 2.0))
    assert interval([4.0, 4.0], 0.95).holds(4.0)
    assert not interval([4.0, 4.0], 0.95).holds(4.1)
