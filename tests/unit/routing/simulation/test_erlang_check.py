"""The router against theory at a few points; and a router that errs is found out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tellerline.adapters.clock import SeededRandomness
from tellerline.routing.simulation.erlang_check import Comparison, Point, compare, grid
from tellerline.routing.staffing.erlang import Load

POINTS = list(grid())


def _compare(point: Point, callers: int = 1500) -> list[Comparison]:
    return compare(
        point, lambda run: SeededRandomness(f"check/{run}"), replications=20, calls=callers, confidence=0.999
    )


def test_the_grid_covers_both_formulas_and_loads_beyond_the_agents() -> None:
    assert len(POINTS) >= 40
    assert len(set(POINTS)) == len(POINTS)
    uses = {round(point.load.erlangs / point.load.agents, 2) for point in POINTS if point.abandonment_rate}
    assert min(uses) < 1 < max(uses)
    assert sum(not point.abandonment_rate for point in POINTS) == 12


@pytest.mark.parametrize("number", [0, 3, 7, 20, 37])
def test_simulated_figures_agree_with_theory(number: int) -> None:
    assert [each for each in _compare(POINTS[number]) if not each.holds] == []


def test_the_first_callers_meet_the_steady_state() -> None:
    """Runs so short that a centre which starts empty would never fill."""
    point = POINTS[20]
    runs = compare(point, lambda run: SeededRandomness(f"short/{run}"), replications=600, calls=10, confidence=0.999)
    assert [each for each in runs if not each.holds] == []


def _wrong() -> Iterator[tuple[str, Point]]:
    right = POINTS[20]
    load, gone = right.load, right.abandonment_rate
    faster = Load(arrival_rate=load.arrival_rate, service_rate=load.service_rate * 1.1, agents=load.agents)
    fewer = Load(arrival_rate=load.arrival_rate, service_rate=load.service_rate, agents=load.agents - 1)
    yield "services", Point(load=faster, abandonment_rate=gone)
    yield "agents", Point(load=fewer, abandonment_rate=gone)
    yield "patience", Point(load=load, abandonment_rate=gone * 1.5)


@pytest.mark.parametrize(("what", "wrong"), list(_wrong()))
def test_a_difference_is_found(what: str, wrong: Point) -> None:
    """The simulation of the right point, held against the theory of a slightly wrong one."""
    simulated = _compare(POINTS[20])
    assert [what for each, theory in zip(simulated, wrong.expected(), strict=True) if not each.simulated.holds(theory)]
