"""What a routing decision costs on one core, by the size of the centre, against a bare heap in the same round."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from heapq import heapify, heappop, heappush
from typing import Any

from tellerline.bench.report import environment
from tellerline.bench.routing_days import SKILLS, Day, plan, record
from tellerline.routing.calls.router import Router

LEAST_PER_SECOND, MOST_P99_US, MOST_GROWTH = 50_000, 100.0, 4.0

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRun:
    """Each size of centre at each load (offered work over agents; above 1 the queues are never empty)."""

    rounds: int = 5
    sizes: Sequence[int] = (100, 1_000, 10_000)
    loads: Sequence[float] = (0.7, 0.95, 1.2)
    calls: int = 30_000
    calls_per_agent: int = 6


QUICK_ROUTING = RoutingRun(rounds=1, sizes=(20, 100), loads=(0.9,), calls=600)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingFigure:
    """Medians of the rounds, and the least. Times in microseconds a decision, the cost of all other events included.

    Latencies (``p50_us``, ``p99_us``) are of the events that ask for a decision, by the wall clock.
    """

    agents: int
    load: float
    decisions: int
    waiting: int
    per_second: float
    cpu_us: float
    cpu_us_low: float
    floor_us: float
    ratio: float
    p50_us: float
    p99_us: float
    p99_us_low: float


def run_routing(run: RoutingRun, tell: Told) -> dict[str, Any]:
    """Measure and return the report. ``tell`` hears what is being done now. Blocks for a few minutes."""
    days = []
    for agents in run.sizes:
        for load in run.loads:
            tell(f"recording: {agents} agents, load {load:g}")
            days.append(record(agents, load, max(run.calls, run.calls_per_agent * agents)))
    rounds: list[list[_Round]] = [[] for _ in days]
    for number in range(run.rounds):
        for day, measured in zip(days, rounds, strict=True):
            tell(f"round {number + 1} of {run.rounds}: {day.agents} agents, load {day.load:g}")
            measured.append(_round(day))
    figures = [_figure(day, measured) for day, measured in zip(days, rounds, strict=True)]
    return {
        "routing": [asdict(figure) for figure in figures],
        "skills": SKILLS,
        "growth": growth(figures),
        "verdicts": verdicts(figures),
        "environment": environment(),
    }


def growth(figures: Sequence[RoutingFigure]) -> float:
    """The dearest decision in the largest centre, over that in the smallest at the same load; the worst load counts."""
    least, most = min(figure.agents for figure in figures), max(figure.agents for figure in figures)
    costs = {(figure.agents, figure.load): figure.cpu_us for figure in figures}
    return round(max(costs[most, load] / costs[least, load] for size, load in costs if size == most), 2)


def verdicts(figures: Sequence[RoutingFigure]) -> list[tuple[str, float, str, bool]]:
    """Each target with the worst figure of the largest centre, in words, and whether it is reached."""
    largest = [figure for figure in figures if figure.agents == max(each.agents for each in figures)]
    slowest = min(figure.per_second for figure in largest)
    p99 = max(figure.p99_us for figure in largest)
    grown = growth(figures)
    return [
        ("decisions_per_second", slowest, f"at least {LEAST_PER_SECOND:,}", slowest >= LEAST_PER_SECOND),
        ("p99_us", p99, f"below {MOST_P99_US:g}", p99 < MOST_P99_US),
        ("growth", grown, f"at most {MOST_GROWTH:g}", grown <= MOST_GROWTH),
    ]


@dataclass(frozen=True, slots=True)
class _Round:
    cpu_us: float
    floor_us: float
    p50_us: float
    p99_us: float


def _round(day: Day) -> _Round:
    """One router from its opening to the end of the day, and the floor beside it."""
    router = Router(plan())
    for event in day.opening:
        event.bound(router)(event.at, event.about)
    events = [(event.bound(router), event.at, event.about) for event in day.events]
    spent: list[int] = []
    now, took = time.perf_counter_ns, spent.append
    gc.collect()
    gc.freeze()
    try:
        before = time.process_time_ns()
        for event_of, at, about in events:
            begun = now()
            event_of(at, about)
            took(now() - begun)
        cpu = time.process_time_ns() - before
    finally:
        gc.unfreeze()
    cuts = statistics.quantiles((took for took, event in zip(spent, day.events, strict=True) if event.matches), n=100)
    return _Round(cpu / day.decisions / 1e3, _floor_us(day), cuts[49] / 1e3, cuts[98] / 1e3)


def _floor_us(day: Day) -> float:
    """One push and one pop for each decision, on a heap with an entry for each agent."""
    heap = [(number % 10, float(number), f"agent-{number:05}", number, None) for number in range(day.agents)]
    heapify(heap)
    before = time.process_time_ns()
    for number in range(day.decisions):
        heappush(heap, (number % 10, float(number), "agent", number, None))
        heappop(heap)
    return (time.process_time_ns() - before) / day.decisions / 1e3


def _figure(day: Day, rounds: Sequence[_Round]) -> RoutingFigure:
    cost = statistics.median(one.cpu_us for one in rounds)
    return RoutingFigure(
        agents=day.agents,
        load=day.load,
        decisions=day.decisions,
        waiting=day.waiting,
        per_second=round(1e6 / cost),
        cpu_us=round(cost, 2),
        cpu_us_low=round(min(one.cpu_us for one in rounds), 2),
        floor_us=round(statistics.median(one.floor_us for one in rounds), 2),
        ratio=round(statistics.median(one.cpu_us / one.floor_us for one in rounds), 1),
        p50_us=round(statistics.median(one.p50_us for one in rounds), 1),
        p99_us=round(statistics.median(one.p99_us for one in rounds), 1),
        p99_us_low=round(min(one.p99_us for one in rounds), 1),
    )
