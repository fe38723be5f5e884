"""A day of a call centre on virtual time: the same router as live, among callers and agents known beforehand.

Everything is in seconds from any one epoch. An offer is answered at once; who ends a service works on for as long as
``after_service`` says and is free again if on duty. A duty that ends during a service ends after it. Two runs with the
same input are the same, event by event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from heapq import heapify, heappop, heappush
from math import inf
from typing import Any, NamedTuple

from tellerline.routing.calls.decisions import Decision, Offer, Queued
from tellerline.routing.calls.model import AgentProfile, Call, RoutingPlan
from tellerline.routing.calls.policies import Policy
from tellerline.routing.calls.router import Router
from tellerline.routing.staffing.activity import Duty


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Asks for an agent at ``at``, needs ``service`` seconds, and gives up when not offered within ``patience``."""

    id: str
    at: float
    queue: str
    call_class: str
    service: float
    patience: float


class Ending(NamedTuple):
    """How one call ended: after ``wait`` seconds with ``agent``, or (None) given up."""

    call: str
    wait: float
    agent: str | None


AfterService = Callable[[str, int], float]
"""How long an agent works on after a service, told how many callers wait at its end."""
Observer = Callable[[Router, float, Sequence[Decision]], None]
"""Sees the decisions of each event, and may ask the router, which it must not change."""


class _Kind(IntEnum):
    """In this order at one instant."""

    BEGIN = 0
    SERVED = 1
    FREE = 2
    ARRIVE = 3
    END = 4
    GIVE_UP = 5


class Centre:
    """One run. ``run`` may be called once."""

    def __init__(
        self,
        plan: RoutingPlan,
        policy: Policy,
        *,
        agents: Iterable[AgentProfile],
        duties: Iterable[Duty],
        callers: Iterable[Caller],
        after_service: AfterService,
        observe: Observer | None = None,
    ) -> None:
        self._router = Router(plan, policy)
        self._agents = tuple(agents)
        self._after_service = after_service
        self._observe = observe
        self._callers = {caller.id: caller for caller in callers}
        self._waiting: set[str] = set()
        self._on_until = {agent.id: -inf for agent in self._agents}
        self._busy: set[str] = set()
        self._endings: list[Ending] = []
        self._order = 0
        self._agenda: list[tuple[float, _Kind, int, Callable[[float, Any], None], Any]] = [
            (caller.at, _Kind.ARRIVE, number, self._arrive, caller)
            for number, caller in enumerate(self._callers.values())
        ]
        self._agenda += [(duty.begin, _Kind.BEGIN, number, self._begin, duty) for number, duty in enumerate(duties)]
        heapify(self._agenda)

    def run(self) -> list[Ending]:
        """How each call ended, in the order of the endings; who still waits when nothing more happens is left out."""
        agenda = self._agenda
        start = agenda[0][0] if agenda else 0.0
        for agent in self._agents:
            self._router.agent_signed_in(start, agent)
        while agenda:
            at, _, _, carry_out, subject = heappop(agenda)
            carry_out(at, subject)
        return self._endings

    def _put(self, at: float, kind: _Kind, carry_out: Callable[[float, Any], None], subject: object) -> None:
        self._order += 1
        heappush(self._agenda, (at, kind, self._order, carry_out, subject))

    def _begin(self, at: float, duty: Duty) -> None:
        there = self._on_until[duty.agent] >= at
        self._on_until[duty.agent] = duty.end
        if duty.end < inf:
            self._put(duty.end, _Kind.END, self._end, duty.agent)
        if not there and duty.agent not in self._busy:
            self._carry_out(at, self._router.agent_ready(at, duty.agent))

    def _end(self, at: float, agent: str) -> None:
        if self._on_until[agent] <= at and agent not in self._busy:
            self._carry_out(at, self._router.agent_unready(at, agent))

    def _served(self, at: float, agent: str) -> None:
        self._put(at + self._after_service(agent, len(self._waiting)), _Kind.FREE, self._free, agent)

    def _free(self, at: float, agent: str) -> None:
        self._busy.discard(agent)
        event = self._router.agent_ready if self._on_until[agent] > at else self._router.agent_unready
        self._carry_out(at, event(at, agent))

    def _arrive(self, at: float, caller: Caller) -> None:
        call = Call(id=caller.id, queue=caller.queue, call_class=caller.call_class)
        self._carry_out(at, self._router.call_entered(at, call))

    def _give_up(self, at: float, caller: Caller) -> None:
        if caller.id in self._waiting:
            self._waiting.discard(caller.id)
            self._endings.append(Ending(caller.id, at - caller.at, None))
            self._carry_out(at, self._router.call_left(at, caller.id))

    def _carry_out(self, at: float, decisions: Sequence[Decision]) -> None:
        if self._observe is not None and decisions:
            self._observe(self._router, at, decisions)
        for decision in decisions:
            if type(decision) is Offer:
                self._connect(at, decision)
            elif type(decision) is Queued:
                caller = self._callers[decision.call]
                self._waiting.add(caller.id)
                if caller.patience < inf:
                    self._put(caller.at + caller.patience, _Kind.GIVE_UP, self._give_up, caller)

    def _connect(self, at: float, offer: Offer) -> None:
        caller = self._callers[offer.call]
        self._waiting.discard(caller.id)
        self._busy.add(offer.agent)
        self._endings.append(Ending(caller.id, at - caller.at, offer.agent))
        self._put(at + caller.service, _Kind.SERVED, self._served, offer.agent)
        self._carry_out(at, self._router.answered(at, offer.reservation))
