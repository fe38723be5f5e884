"""Recorded calls again, under any rule: what the record knows is taken from it, what it does not know from a model.

From the record: who asked when for what, the tier where it is known, the length of each service that took place, whom
each agent serves, and when the agent was there (``Staffing``). From the model: patience, the tier of those who did not
wait, the length of services that did not take place, credit by tier, work after a service and, within shifts, breaks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from tellerline.routing.calls.model import AgentProfile, CallClass, Queue, RoutingPlan, Step, StepKind, Title
from tellerline.routing.calls.policies import DEFAULT, FIFO, FIFO_WITH_CREDIT, Policy
from tellerline.routing.simulation.centre import Caller, Centre, Observer
from tellerline.routing.simulation.centre_model import CentreModel
from tellerline.routing.simulation.chance import Chance, between_quantiles, chosen
from tellerline.routing.simulation.figures import SERVICE_LEVEL, Fate
from tellerline.routing.staffing.activity import Duty, duties, kinds_served
from tellerline.routing.staffing.record import RecordedCall
from tellerline.routing.staffing.survival import Histogram

POLICIES: Mapping[str, Policy] = {"bank": FIFO_WITH_CREDIT, "fifo": FIFO, "default": DEFAULT}
"""The bank's own rule (first come, first served, with credit by tier), without credit, and Tellerline's default."""

AGING = 0.5
"""Under the default policy each second beyond the service level counts one and a half times."""

_EXPERT = 10
_SURE = 1e-12


class Staffing(StrEnum):
    """What is taken from the record of when agents were there; the rest is drawn from the model."""

    ACTIVITY = "activity"
    """Every gap between services that is too long for work after a call: the agent was away."""
    SHIFTS = "shifts"
    """The shifts alone: gaps of half an hour and more. Breaks within them come from the model."""


@dataclass(frozen=True)
class Setting:
    """The centre of a record, ready to be run any number of times."""

    calls: Sequence[RecordedCall]
    model: CentreModel
    plan: RoutingPlan
    agents: Sequence[AgentProfile]
    duties: Sequence[Duty]
    staffing: Staffing

    def not_free(self, agent: str, waiting: int) -> Histogram:
        """How long ``agent`` is not free after a service at whose end ``waiting`` callers wait."""
        if self.staffing is Staffing.ACTIVITY:
            return self.model.after_service_of(waiting)
        return self.model.breaks_of(agent, waiting)


def setting(
    calls: Sequence[RecordedCall],
    model: CentreModel,
    *,
    staffing: Staffing = Staffing.ACTIVITY,
    titles: Mapping[str, Title] = MappingProxyType({}),
) -> Setting:
    """``titles``: what kinds and tiers are called; what is not in it goes by its own name."""
    agents = [
        AgentProfile(id=agent, skills=dict.fromkeys(sorted(done), _EXPERT))
        for agent, done in kinds_served(calls).items()
    ]
    gap = model.away_after if staffing is Staffing.ACTIVITY else model.shift_ends_after
    return Setting(calls, model, plan_of(calls, model, titles), agents, duties(calls, gap), staffing)


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
    return [_as_recorded(call) for call in calls]


def _as_recorded(call: RecordedCall) -> Fate:
    return Fate(call.asked, call.kind, call.tier, call.waited, call.served, call.lost_before_queue)


def run(ready: Setting, policy: Policy, chance: Chance, observe: Observer | None = None) -> list[Fate]:
    """What becomes of the calls under ``policy``; the same ``chance`` gives each caller the same nature every time."""
    callers = {caller.id: caller for caller in _callers(ready, chance)}
    centre = Centre(
        ready.plan,
        policy,
        agents=ready.agents,
        duties=ready.duties,
        callers=callers.values(),
        after_service=lambda agent, waiting: ready.not_free(agent, waiting).draw(chance.fraction()),
        observe=observe,
    )
    ended = {ending.call: ending for ending in centre.run()}
    fates = []
    for call in ready.calls:
        if call.lost_before_queue:
            fates.append(_as_recorded(call))
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
