"""A call centre whose every law is known, run on virtual time and written down as a switch would record it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from tellerline.routing.calls.model import AgentProfile, CallClass, Queue, RoutingPlan, Step, StepKind, Title
from tellerline.routing.calls.policies import FIFO_WITH_CREDIT
from tellerline.routing.simulation.centre import Caller, Centre
from tellerline.routing.staffing.activity import Duty
from tellerline.routing.staffing.record import RecordedCall

PRIORITY, REGULAR = 2, 1


def call(
    number: int, asked: float, waited: float = 0.0, service: float | None = None, **fields: object
) -> RecordedCall:
    """Served by ``agent`` "A" for ``service`` seconds, or given up; a PS call of a regular customer unless told."""
    served = service is not None
    begin = asked + waited
    common: dict[str, object] = {"kind": "PS", "tier": REGULAR if waited else None, "agent": "A" if served else None}
    row = {**common, "queued": waited > 0, "served": served, **fields}
    return RecordedCall(
        id=str(number),
        asked=asked,
        waited=waited,
        begin=begin,
        end=begin + (service or 0.0),
        **row,  # type: ignore[arg-type]
    )


def plan(kinds: tuple[str, ...], credits: Mapping[str, float]) -> RoutingPlan:
    name = Title(zh="甲", en="a")
    step = (Step(kind=StepKind.EXACT),)
    return RoutingPlan(
        version=1,
        languages=frozenset(),
        skills=dict.fromkeys(kinds, name),
        licences={},
        groups={},
        classes={tier: CallClass(id=tier, title=name, credit=credit) for tier, credit in credits.items()},
        queues={kind: Queue(id=kind, title=name, skills=(kind,), steps=step, service_level=20) for kind in kinds},
        reoffer_after=0,
    )


@dataclass(frozen=True, kw_only=True)
class Laws:
    """Means in seconds, exponential but for ``after_service``, which is what agents need after each call.

    ``away``: by agent, after what share of the services ten minutes go to something else.
    """

    gap: float = 24.0
    service: float = 150.0
    patience: float = 300.0
    priority: float = 0.5
    credit: float = 90.0
    after_service: Callable[[Random], float]
    away: Mapping[str, float] = field(default_factory=dict)

    def not_free(self, agent: str, chance: Random) -> float:
        share = self.away.get(agent, 0.0)
        return self.after_service(chance) + (600.0 if share and chance.random() < share else 0.0)


def record(laws: Laws, *, agents: int, hours: int, seed: int) -> list[RecordedCall]:
    """What the switch writes: no patience of who was served, no tier of who did not wait, no work after calls."""
    chance = Random(seed)
    callers = list(_callers(laws, chance, hours * 3600))
    names = [f"agent-{number}" for number in range(agents)]
    centre = Centre(
        plan(("PS",), {str(REGULAR): 0.0, str(PRIORITY): laws.credit}),
        FIFO_WITH_CREDIT,
        agents=[AgentProfile(id=name, skills={"PS": 10}) for name in names],
        duties=[Duty(name, 0, math.inf) for name in names],
        callers=callers,
        after_service=lambda agent, waiting: laws.not_free(agent, chance),
    )
    ended = {ending.call: ending for ending in centre.run()}
    return [
        call(
            int(caller.id),
            caller.at,
            ended[caller.id].wait,
            caller.service if ended[caller.id].agent else None,
            agent=ended[caller.id].agent,
            tier=int(caller.call_class) if ended[caller.id].wait else None,
        )
        for caller in callers
    ]


def _callers(laws: Laws, chance: Random, until: float) -> Iterator[Caller]:
    at, number = chance.expovariate(1 / laws.gap), 0
    while at < until:
        yield Caller(
            id=str(number),
            at=at,
            queue="PS",
            call_class=str(PRIORITY if chance.random() < laws.priority else REGULAR),
            service=chance.expovariate(1 / laws.service),
            patience=chance.expovariate(1 / laws.patience),
        )
        at, number = at + chance.expovariate(1 / laws.gap), number + 1
