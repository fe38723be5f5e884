"""Busy hours of a simulated centre, recorded as events once, so that every round routes the very same calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from random import Random
from typing import NamedTuple

from tellerline.routing.calls.decisions import Canceled, Decision, Offer, VoicemailDue
from tellerline.routing.calls.model import (
    AgentProfile,
    Call,
    CallClass,
    Queue,
    RoutingPlan,
    Step,
    StepKind,
    Title,
)
from tellerline.routing.calls.router import Router

SKILLS = 500
_SKILLS_OF_AN_AGENT = 10
_HANDLING, _PATIENCE, _RINGING = 180.0, 300.0, 3.0
Bound = Callable[[float, object], Sequence[Decision]]

_CLASSES = ("standard", "standard", "standard", "priority")


class Event(NamedTuple):
    """A method of the router by name, with its two arguments."""

    name: str
    at: float
    about: AgentProfile | Call | str | int

    @property
    def matches(self) -> bool:
        """Whether it asks for a routing decision: the best agent for a call, or the best caller for an agent."""
        return self.name in ("call_entered", "agent_ready")

    def bound(self, router: Router) -> Bound:
        method: Bound = getattr(router, self.name)
        return method


@dataclass(frozen=True, slots=True)
class Day:
    """``opening`` brings the centre to its steady state; ``events`` are to be measured."""

    agents: int
    load: float
    opening: list[Event]
    events: list[Event]
    decisions: int
    waiting: int


def plan() -> RoutingPlan:
    """A queue for each of 500 skills, with all kinds of steps, credit and aging."""
    steps = (
        Step(kind=StepKind.DEDICATED, until=10),
        Step(kind=StepKind.EXACT, proficiency=5, until=30),
        Step(kind=StepKind.LOWER, until=60),
        Step(kind=StepKind.OVERFLOW, group="reserve", until=90),
        Step(kind=StepKind.CALLBACK, until=600),
        Step(kind=StepKind.VOICEMAIL),
    )
    names = [_skill(number) for number in range(SKILLS)]
    title = Title(zh="", en="")
    return RoutingPlan(
        version=1,
        languages=frozenset({"zh", "en"}),
        skills=dict.fromkeys(names, title),
        licences={},
        groups={"reserve": title},
        classes={
            "standard": CallClass(id="standard", title=title),
            "priority": CallClass(id="priority", title=title, credit=90),
        },
        queues={
            name: Queue(id=name, title=title, skills=(name,), steps=steps, service_level=20, weight=1) for name in names
        },
        reoffer_after=30,
    )


def record(agents: int, load: float, calls: int, seed: int = 1) -> Day:
    """A day with ``calls`` calls at ``load`` (offered work over agents), the first third of which is its opening."""
    day = _Recording(agents, load, Random(seed))  # noqa: S311
    day.open()
    day.run(calls // 3)
    opening = len(day.events)
    day.run(calls)
    events = day.events[opening:]
    return Day(
        agents=agents,
        load=load,
        opening=day.events[:opening],
        events=events,
        decisions=sum(event.matches for event in events),
        waiting=len(day.present) - len(day.ringing),
    )


@dataclass
class _Recording:
    """Plays callers and agents against a router, and keeps what happened."""

    agents: int
    load: float
    chance: Random
    router: Router = field(default_factory=lambda: Router(plan()))
    events: list[Event] = field(default_factory=list)
    present: set[str] = field(default_factory=set)
    ringing: dict[int, Offer] = field(default_factory=dict)
    calls: int = 0
    _future: list[tuple[float, int, Event]] = field(default_factory=list)
    _planned: int = 0

    def open(self) -> None:
        profiles = [self._profile(number) for number in range(self.agents)]
        for profile in profiles:
            self._play(Event("agent_signed_in", 0.0, profile))
        for profile in profiles:
            self._play(Event("agent_ready", 0.0, profile.id))
        self._next_call(0.0)

    def run(self, calls: int) -> None:
        while self.calls < calls:
            self._happen(heappop(self._future)[2])

    def _happen(self, event: Event) -> None:
        match event.about:
            case Call(id=call):
                self.calls += 1
                self.present.add(call)
                self._next_call(event.at)
                self._later(event.at, 1 / _PATIENCE, "call_left", call)
            case int(reservation):
                offer = self.ringing.pop(reservation, None)
                if offer is None:
                    return
                self.present.discard(offer.call)
                self._later(event.at, 1 / _HANDLING, "agent_ready", offer.agent)
            case str(name) if event.name == "call_left":
                if name not in self.present:
                    return
                self.present.discard(name)
        self._play(event)

    def _play(self, event: Event) -> None:
        self.events.append(event)
        for decision in event.bound(self.router)(event.at, event.about):
            if isinstance(decision, Offer):
                self.ringing[decision.reservation] = decision
                self._plan(event.at + _RINGING, "answered", decision.reservation)
            elif isinstance(decision, Canceled):
                del self.ringing[decision.reservation]
            elif isinstance(decision, VoicemailDue):
                self._plan(event.at, "call_left", decision.call)

    def _next_call(self, at: float) -> None:
        number = self.calls + 1
        own = number % 20 == 0
        call = Call(
            id=f"call-{number}",
            queue=_skill(self.chance.randrange(SKILLS)),
            call_class=_CLASSES[number % len(_CLASSES)],
            language="en" if number % 10 == 0 else "zh",
            parties=frozenset((f"customer-{number}",)),
            dedicated=_agent(self.chance.randrange(self.agents)) if own else None,
        )
        self._later(at, self.load * self.agents / _HANDLING, "call_entered", call)

    def _later(self, at: float, rate: float, name: str, about: Call | str) -> None:
        self._plan(at + self.chance.expovariate(rate), name, about)

    def _plan(self, at: float, name: str, about: Call | str | int) -> None:
        self._planned += 1
        heappush(self._future, (at, self._planned, Event(name, at, about)))

    def _profile(self, number: int) -> AgentProfile:
        skills = self.chance.sample(range(SKILLS), _SKILLS_OF_AN_AGENT)
        return AgentProfile(
            id=_agent(number),
            skills={_skill(skill): self.chance.randint(1, 10) for skill in skills},
            languages=frozenset({"zh", "en"} if number % 3 == 0 else {"zh"}),
            groups=frozenset({"reserve"} if number % 20 == 0 else ()),
        )


def _skill(number: int) -> str:
    return f"skill-{number}"


def _agent(number: int) -> str:
    return f"agent-{number:05}"
