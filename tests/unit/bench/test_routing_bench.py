"""The benchmark of routing: the same events in every round, and verdicts on the largest centre."""

from __future__ import annotations

import gc
from dataclasses import replace

from tellerline.bench.routing import QUICK_ROUTING, RoutingFigure, growth, run_routing, verdicts
from tellerline.bench.routing_days import plan, record
from tellerline.routing.calls.router import Router
from tellerline.routing.calls.state import Waiter

FIGURE = RoutingFigure(
    agents=100,
    load=0.9,
    decisions=1,
    waiting=0,
    per_second=100_000,
    cpu_us=10.0,
    cpu_us_low=9.0,
    floor_us=0.5,
    ratio=20.0,
    p50_us=5.0,
    p99_us=20.0,
    p99_us_low=19.0,
)
LARGE = replace(FIGURE, agents=10_000, per_second=50_000, cpu_us=20.0, p99_us=99.9)


def test_a_recorded_day_plays_again_on_a_fresh_router() -> None:
    day = record(30, 1.3, 900)
    router = Router(plan())
    for event in (*day.opening, *day.events):
        event.bound(router)(event.at, event.about)
    assert day.waiting > 0
    assert 0 < day.decisions < len(day.events)
    assert record(30, 1.3, 900).events == day.events


def test_a_router_remembers_no_call_that_is_gone() -> None:
    day = record(60, 1.2, 6000)
    router = Router(plan())
    events = (*day.opening, *day.events)
    most = 0
    for number, event in enumerate(events, 1):
        event.bound(router)(event.at, event.about)
        if number % (len(events) // 6) == 0:
            gc.collect()
            most = max(most, sum(isinstance(each, Waiter) for each in gc.get_objects()))
    assert day.waiting < most < 6 * day.waiting


def test_a_quick_run_has_a_figure_for_each_size_and_load() -> None:
    told: list[str] = []
    document = run_routing(QUICK_ROUTING, told.append)
    assert [(one["agents"], one["load"]) for one in document["routing"]] == [(20, 0.9), (100, 0.9)]
    assert len(told) == 4
    assert all(one["p99_us"] >= one["p50_us"] > 0 for one in document["routing"])


def test_growth_is_the_worst_over_the_loads() -> None:
    busy = [replace(FIGURE, load=1.2, cpu_us=11.0), replace(LARGE, load=1.2, cpu_us=33.0)]
    assert growth([FIGURE, LARGE]) == 2.0
    assert growth([FIGURE, LARGE, *busy]) == 3.0


def test_the_worst_figure_of_the_largest_centre_is_judged() -> None:
    assert [reached for *_, reached in verdicts([FIGURE, LARGE])] == [True, True, True]
    slow = replace(LARGE, per_second=49_999, cpu_us=40.1, p99_us=100.0)
    assert [reached for *_, reached in verdicts([FIGURE, slow])] == [False, False, False]
