"""Figures of calls, counted by hand."""

from __future__ import annotations

import pytest

from tellerline.routing.simulation.figures import Fate, figures


def fate(waited: float, served: bool = True, before_queue: bool = False) -> Fate:
    return Fate(0, "PS", None, waited, served, before_queue)


def test_waits_are_of_all_calls() -> None:
    found = figures([[fate(0), fate(0, False, True), fate(20), fate(21), fate(100, False)]])
    assert found is not None
    assert (found.calls, found.abandoned, found.before_queue, found.queued) == (5, 2, 1, 3)
    assert (found.wait_mean, found.wait_mean_queued) == pytest.approx((141 / 5, 141 / 3))
    assert (found.wait_p50, found.wait_p90) == pytest.approx((20, 21 + 0.6 * 79))
    assert (found.service_level, found.abandonment) == (2 / 5, 2 / 5)


def test_of_several_runs_the_means() -> None:
    found = figures([[fate(10)], [], [fate(30), fate(50)]])
    assert found is not None
    assert (found.calls, found.wait_mean) == (1.5, 25)
    assert figures([[], []]) is None
