"""The router against theory: random arrivals, exponential services and patience, one queue, first come first served.

Each replication starts in the steady state itself (the number of callers present is drawn from its exact law; all that
is exponential has no memory), so that no warm-up biases it, and no caller who matters depends on those after the last.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tellerline.routing.calls.model import AgentProfile, CallClass, Queue, RoutingPlan, Step, StepKind, Title
from tellerline.routing.calls.policies import FIFO
from tellerline.routing.simulation.centre import Caller, Centre
from tellerline.routing.simulation.chance import Chance, exponential
from tellerline.routing.simulation.confidence import Interval, interval
from tellerline.routing.staffing.activity import Duty
from tellerline.routing.staffing.erlang import ErlangA, ErlangC, Load, Waits

MEASURES = ("wait_mean", "service_level", "abandonment")
SERVICE_LEVEL = 20.0
"""Seconds within which a caller counts as served in time."""

_UNLIKELY = 1e-12
_QUEUE = "calls"
_NAME = Title(zh="来电", en="calls")
_PLAN = RoutingPlan(
    version=1,
    languages=frozenset(),
    skills={_QUEUE: _NAME},
    licences={},
    groups={},
    classes={_QUEUE: CallClass(id=_QUEUE, title=_NAME)},
    queues={
        _QUEUE: Queue(
            id=_QUEUE, title=_NAME, skills=(_QUEUE,), steps=(Step(kind=StepKind.EXACT),), service_level=SERVICE_LEVEL
        )
    },
    reoffer_after=0,
)


@dataclass(frozen=True, kw_only=True)
class Point:
    """One point of the grid, rates per second; ``abandonment_rate`` 0: nobody gives up (Erlang-C)."""

    load: Load
    abandonment_rate: float

    @property
    def formula(self) -> Waits:
        return ErlangA(self.load, self.abandonment_rate) if self.abandonment_rate else ErlangC(self.load)

    def expected(self) -> tuple[float, float, float]:
        """By ``MEASURES``: seconds, and shares of all callers."""
        formula = self.formula
        return formula.mean_wait, formula.service_level(SERVICE_LEVEL), formula.abandonment


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One measure at one point."""

    point: Point
    measure: str
    expected: float
    simulated: Interval

    @property
    def holds(self) -> bool:
        return self.simulated.holds(self.expected)


def grid() -> Iterator[Point]:
    """48 points: 3 to 25 agents, short and long services, loads below, near and above what the agents can serve."""
    for agents in (3, 10, 25):
        for service in (60.0, 180.0):
            for patience, use in ((math.inf, 0.7), (math.inf, 0.85), *_IMPATIENT):
                load = Load(arrival_rate=use * agents / service, service_rate=1 / service, agents=agents)
                yield Point(load=load, abandonment_rate=1 / (patience * service))


_IMPATIENT = ((3.0, 0.8), (3.0, 0.95), (3.0, 1.15), (0.75, 0.8), (0.75, 0.95), (0.75, 1.15))
"""Mean patience in mean services, and the share of the agents' time that the callers would need."""


def compare(
    point: Point, chance_of: Callable[[int], Chance], *, replications: int, calls: int, confidence: float
) -> list[Comparison]:
    """Each measure at ``point``, from ``replications`` runs of ``calls`` callers each; run i has ``chance_of(i)``."""
    present = _present(point)
    runs = [_replicate(point, present, chance_of(number), calls) for number in range(replications)]
    columns = zip(MEASURES, point.expected(), zip(*runs, strict=True), strict=True)
    return [
        Comparison(point=point, measure=measure, expected=expected, simulated=interval(values, confidence))
        for measure, expected, values in columns
    ]


def _present(point: Point) -> Sequence[float]:
    """Cumulated probabilities of the number of callers present in the steady state."""
    load, weights = point.load, [1.0]
    while len(weights) <= load.agents or weights[-1] > _UNLIKELY * max(weights):
        number = len(weights)
        leaving = min(number, load.agents) * load.service_rate
        leaving += max(0, number - load.agents) * point.abandonment_rate
        weights.append(weights[-1] * load.arrival_rate / leaving)
    total, cumulated, found = sum(weights), 0.0, []
    for weight in weights:
        cumulated += weight / total
        found.append(cumulated)
    return found


def _replicate(point: Point, present: Sequence[float], chance: Chance, calls: int) -> tuple[float, float, float]:
    start = chance.fraction()
    before = sum(1 for share in present if share <= start)
    agents = [AgentProfile(id=str(number), skills={_QUEUE: 10}) for number in range(point.load.agents)]
    centre = Centre(
        _PLAN,
        FIFO,
        agents=agents,
        duties=[Duty(agent.id, 0.0, math.inf) for agent in agents],
        callers=_callers(point, chance, before, calls),
        after_service=lambda agent, waiting: 0.0,
    )
    counted = [ending for ending in centre.run() if int(ending.call) >= before]
    served = sum(1 for ending in counted if ending.agent is not None and ending.wait <= SERVICE_LEVEL)
    gone = sum(1 for ending in counted if ending.agent is None)
    return sum(ending.wait for ending in counted) / calls, served / calls, gone / calls


def _callers(point: Point, chance: Chance, before: int, calls: int) -> Iterator[Caller]:
    service, gap = 1 / point.load.service_rate, 1 / point.load.arrival_rate
    patience = 1 / point.abandonment_rate if point.abandonment_rate else math.inf
    at = 0.0
    for number in range(before + calls):
        if number >= before:
            at += exponential(chance, gap)
        yield Caller(
            id=str(number),
            at=at,
            queue=_QUEUE,
            call_class=_QUEUE,
            service=exponential(chance, service),
            patience=exponential(chance, patience) if patience < math.inf else math.inf,
        )
