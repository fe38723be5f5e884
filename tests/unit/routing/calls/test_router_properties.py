"""Over random orders of events the router decides what its rules say, for every policy, and keeps its invariants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from call_plans import LANGUAGES, SKILLS, exact, plan, queue
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from naive_router import NaiveRouter

from tellerline.routing.calls.decisions import Decision
from tellerline.routing.calls.model import AgentProfile, Call, Step, StepKind
from tellerline.routing.calls.policies import POLICIES, Policy
from tellerline.routing.calls.router import Router

PLAN = plan(
    queue("plain", weight=1),
    queue(
        "whole",
        Step(kind=StepKind.DEDICATED, until=10),
        exact(25, proficiency=6),
        Step(kind=StepKind.LOWER, until=45, proficiency=2),
        Step(kind=StepKind.OVERFLOW, until=60, group="all-hands"),
        Step(kind=StepKind.CALLBACK, until=100),
        Step(kind=StepKind.VOICEMAIL),
        skills=("loans",),
        service_level=15,
        weight=2,
    ),
    queue(
        "strict",
        exact(30, proficiency=4),
        Step(kind=StepKind.OVERFLOW, group="all-hands"),
        skills=("cards", "funds"),
        licences=frozenset({"securities"}),
        clearance=1,
    ),
)

_PARTIES = st.frozensets(st.sampled_from(["acme", "bolt"]), max_size=1)
_LICENCES = st.sampled_from([frozenset[str](), frozenset({"securities"})])
_AGENTS = [f"a{number}" for number in range(5)]
_PROFILES = st.builds(
    AgentProfile,
    id=st.just(""),
    skills=st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 10), min_size=2),
    languages=st.sampled_from([frozenset(LANGUAGES), frozenset(LANGUAGES), frozenset({"en"})]),
    licences=_LICENCES,
    clearance=st.integers(0, 2),
    conflicts=_PARTIES,
    groups=st.sampled_from([frozenset[str](), frozenset({"all-hands"})]),
)
_CALLS = st.builds(
    Call,
    id=st.just(""),
    queue=st.sampled_from(list(PLAN.queues)),
    call_class=st.sampled_from(list(PLAN.classes)),
    language=st.sampled_from([None, *LANGUAGES]),
    licences=_LICENCES,
    clearance=st.integers(0, 1),
    parties=_PARTIES,
    dedicated=st.sampled_from([None, None, *_AGENTS]),
    excluded=st.frozensets(st.sampled_from(_AGENTS), max_size=1),
    entered=st.sampled_from([None, None, None, -20, 0]),
)
_ON_AGENTS = [*["agent_ready"] * 5, "agent_staffed", "agent_unready", "agent_left"]
_ON_CALLS = ["call_left", "callback_requested"]
_ON_OFFERS = ["answered", "answered", "rejected", "timed_out", "rescinded", "callback_unreached"]
_LATER = st.sampled_from([None, 5, 40])
_STAFF = st.lists(_PROFILES, min_size=2, max_size=5)
_EVENTS = st.lists(
    st.tuples(
        st.integers(0, 12),
        st.one_of(
            st.tuples(st.just("agent_signed_in"), _PROFILES),
            *[st.tuples(st.just("call_entered"), _CALLS)] * 3,
            *[st.tuples(st.sampled_from(_ON_AGENTS), st.integers(0, 9))] * 2,
            st.tuples(st.sampled_from(_ON_CALLS), st.tuples(st.integers(0, 9), _LATER)),
            st.tuples(st.sampled_from(_ON_OFFERS), st.tuples(st.integers(0, 9), _LATER)),
            st.tuples(st.just("advance"), st.none()),
        ),
    ),
    min_size=20,
    max_size=70,
)


class Pair:
    """The router and its reference under the same events; an event that cannot be is left out."""

    def __init__(self, policy: Policy) -> None:
        self.real = Router(PLAN, policy)
        self.naive = NaiveRouter(PLAN, policy)
        self.at = 0
        self.entered = 0

    def play(self, after: int, name: str, about: Any) -> None:
        self.at += after
        arguments = self._arguments(name, about)
        if arguments is None:
            return
        decided: Sequence[Decision] = getattr(self.real, name)(self.at, *arguments)
        assert list(decided) == getattr(self.naive, name)(self.at, *arguments)
        self._compare()
        self._check_invariants()

    def _arguments(self, name: str, about: Any) -> tuple[Any, ...] | None:
        if name == "advance":
            return ()
        if name == "agent_signed_in":
            gone = [agent for agent in _AGENTS if agent not in self.naive.agents]
            return (_named(about, gone[0]),) if gone else None
        if name == "call_entered":
            self.entered += 1
            return (_named(about, f"c{self.entered}"),)
        if name in _ON_AGENTS:
            return self._agent(name, about)
        if name in _ON_CALLS:
            return self._call(name, *about)
        return self._offer(name, *about)

    def _agent(self, name: str, which: int) -> tuple[Any, ...] | None:
        agents = [
            agent
            for agent, known in self.naive.agents.items()
            if name != "agent_ready" or known.state in ("not_ready", "busy")
        ]
        return (agents[which % len(agents)],) if agents else None

    def _call(self, name: str, which: int, later: int | None) -> tuple[Any, ...] | None:
        calls = list(self.naive.callers)
        if not calls:
            return None
        chosen = calls[which % len(calls)]
        return (chosen,) if name == "call_left" else (chosen, None if later is None else self.at + later)

    def _offer(self, name: str, which: int, later: int | None) -> tuple[Any, ...] | None:
        offers = [
            number
            for number, (_, caller) in self.naive.pending.items()
            if name != "callback_unreached" or caller.callback
        ]
        if not offers:
            return None
        chosen = offers[which % len(offers)]
        return (chosen,) if name != "callback_unreached" else (chosen, None if later is None else self.at + later)

    def _compare(self) -> None:
        assert self.real.next_due() == self.naive.next_due()
        for name, agent in self.naive.agents.items():
            assert self.real.agent_state(name) == agent.state
        for name, caller in self.naive.callers.items():
            assert self.real.state_of(name) == caller.state

    def _check_invariants(self) -> None:
        agents = [agent.profile.id for agent, _ in self.naive.pending.values()]
        calls = [caller.call.id for _, caller in self.naive.pending.values()]
        assert len(set(agents)) == len(agents)
        assert len(set(calls)) == len(calls)
        waiting = [caller for caller in self.naive.callers.values() if caller.state == "waiting"]
        free = [agent for agent in self.naive.agents.values() if agent.state == "ready"]
        assert not any(self.naive.eligible(agent, caller) for agent in free for caller in waiting)


def _named(thing: Any, name: str) -> Any:
    return type(thing)(**{**{field: getattr(thing, field) for field in thing.__slots__}, "id": name})


@pytest.mark.parametrize("policy", POLICIES.values(), ids=list(POLICIES))
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(staff=_STAFF, events=_EVENTS)
def test_decides_what_its_rules_say(
    policy: Policy, staff: list[AgentProfile], events: list[tuple[int, tuple[str, Any]]]
) -> None:
    pair = Pair(policy)
    for number, profile in enumerate(staff):
        pair.play(0, "agent_signed_in", profile)
        pair.play(0, "agent_ready", number)
    for after, (name, about) in events:
        pair.play(after, name, about)
