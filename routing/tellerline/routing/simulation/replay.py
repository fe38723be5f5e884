"""Recorded calls again, under any rule: what the record knows is taken from it, what it does not know from a model.

From the record: who asked when for what, the tier where it is known, the length of each service that took place, when
each agent was there (``duties``) and whom the agent serves. From the model: patience, the tier of those who did not
wait, the length of services that did not take place, credit by tier, and work after a service.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from tellerline.routing.calls.model import AgentProfile, CallClass, Queue, RoutingPlan, Step, StepKind, Title
from tellerline.routing.calls.policies import DEFAULT, FIFO, FIFO_WITH_CREDIT, Policy
from tellerline.routing.simulation.centre import Caller, Centre, Observer
from tellerline.routing.simulation.centre_model import CentreModel
from tellerline.routing.simulation.chance import Chance, between_quantiles, chosen
from tellerline.routing.simulation.figures import SERVICE_LEVEL, Fate
from tellerline.routing.staffing.activity import Duty, duties, kinds_served
from tellerline.routing.staffing.record import RecordedCall

POLICIES: Mapping[str, Policy] = {"bank": FIFO_WITH_CREDIT, "fifo": FIFO, "default": DEFAULT}
"""The bank's own rule (first come, first served, with credit by tier), without credit, and Tellerline's default."""

AGING = 1.0
"""Under the default policy each second beyond the service level counts twice."""

_EXPERT = 10
_SURE = 1e-12


@dataclass(frozen=True)
class Setting:
    """The centre of a record, ready to be run any number of times."""

    calls: Sequence[RecordedCall]
    model: CentreModel
    plan: RoutingPlan
    agents: Sequence[AgentProfile]
    duties: Sequence[Duty]


def setting(
    calls: Sequence[RecordedCall], model: CentreModel, titles: Mapping[str, Title] = MappingProxyType({})
) -> Setting:
    """``titles``: what kinds and tiers are called; what is not in it goes by its own name."""
    seen = kinds_served(calls)
    agents = [AgentProfile(id=agent, skills=dict.fromkeys(sorted(done), _EXPERT)) for agent, done in seen.items()]
    return Setting(calls, model, plan_of(calls, model, titles), agents, duties(calls, model.away_after))


def plan_of(calls: Sequence[RecordedCall], model: CentreModel, titles: Mapping[str, Title]) -> RoutingPlan:
    """One queue for each kind of service; one class for each tier, whose credit counts from the lowest one."""
    kinds = {call.kind: _title(titles, call.kind) for call in calls}
    least = min(model.credits.values(), default=0.0)
    tiers = {tier for shares in model.tiers.values() for tier in shares} | {call.tier for call in calls} - {None}
    return RoutingPlan(
        version=1,
        languages=frozenset(),
        skills=kinds,
        licences={},
        groups={},
        classes={
            str(tier): CallClass(
                id=str(tier), title=_title(titles, str(tier)), credit=model.credits.get(tier or 0, 0.0) - least
            )
            for tier in tiers
        },
        queues={
            kind: Queue(
                id=kind,
                title=title,
                skills=(kind,),
                steps=(Step(kind=StepKind.EXACT),),
                service_level=SERVICE_LEVEL,
                weight=AGING,
            )
            for kind, title in kinds.items()
        },
        reoffer_after=0,
    )


def _title(titles: Mapping[str, Title], key: str) -> Title:
    return titles.get(key, Title(zh=key, en=key))


def recorded(calls: Sequence[RecordedCall]) -> list[Fate]:
    """What became of the calls in truth; of those who did not wait, no tier is known."""
    return [Fate(call.asked, call.kind, call.tier, call.waited, call.served, call.lost_before_queue) for call in calls]


def run(ready: Setting, policy: Policy, chance: Chance, observe: Observer | None = None) -> list[Fate]:
    """What becomes of the calls under ``policy``; the same ``chance`` gives each caller the same nature every time."""
    callers = {caller.id: caller for caller in _callers(ready, chance)}
    centre = Centre(
        ready.plan,
        policy,
        agents=ready.agents,
        duties=ready.duties,
        callers=callers.values(),
        after_service=lambda agent, waiting: ready.model.after_service_of(waiting).draw(chance.fraction()),
        observe=observe,
    )
    ended = {ending.call: ending for ending in centre.run()}
    fates = []
    for call in ready.calls:
        if call.lost_before_queue:
            fates.append(Fate(call.asked, call.kind, None, 0.0, False, True))
        elif call.id in ended:
            ending, tier = ended[call.id], int(callers[call.id].call_class)
            fates.append(Fate(call.asked, call.kind, tier, ending.wait, ending.agent is not None))
    return fates


def _callers(ready: Setting, chance: Chance) -> Iterator[Caller]:
    model = ready.model
    for call in ready.calls:
        if call.lost_before_queue:
            continue
        tier = chosen(chance, model.tiers_of(call.kind)) if call.tier is None else call.tier
        patience = model.patience_of(call.kind, tier).draw(max(_SURE, 1 - chance.fraction()))
        service = between_quantiles(chance, model.services_of(call.kind))
        yield Caller(
            id=call.id,
            at=call.asked,
            queue=call.kind,
            call_class=str(tier),
            service=call.service if call.served else service,
            patience=patience,
        )
