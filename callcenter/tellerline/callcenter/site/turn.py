"""One input being handled: what is decided so far."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NoReturn

from tellerline.callcenter.site.commands import CallCommand, Command
from tellerline.callcenter.site.duty import follow
from tellerline.callcenter.site.evolve import evolve, version_after
from tellerline.callcenter.site.facts import AgentFact, CallFact, Fact
from tellerline.callcenter.site.orders import Order
from tellerline.callcenter.site.refusals import RefusalError, Refused, Why
from tellerline.callcenter.site.settings import SiteSettings
from tellerline.callcenter.site.state import Agent, Call, SiteState
from tellerline.callcenter.site.words import AgentState
from tellerline.routing.calls.decisions import Decision
from tellerline.routing.calls.expected_wait import ExpectedWaits
from tellerline.routing.calls.router import Router


@dataclass(frozen=True, slots=True)
class Outcome:
    """Facts to be written before the orders are carried out, both in order. A refused input has those alone that fell
    due before it."""

    facts: Sequence[Fact]
    orders: Sequence[Order]
    refused: Refused | None = None


class Turn:
    """Facts change the state as they are decided; whatever refuses does so before the first."""

    def __init__(
        self, settings: SiteSettings, state: SiteState, router: Router, waits: ExpectedWaits, at: datetime
    ) -> None:
        self.settings = settings
        self.state = state
        self.router = router
        self.waits = waits
        self.at = at
        self.facts: list[Fact] = []
        self.orders: list[Order] = []
        self.decisions: deque[Decision] = deque()
        self.deciding = False

    def emit(self, fact: Fact) -> None:
        if isinstance(fact, (AgentFact, CallFact)):
            fact = replace(fact, version=version_after(self.state, fact))
        evolve(self.state, fact)
        if isinstance(fact, AgentFact):
            follow(self.waits, self.state.agents[fact.agent])
        self.facts.append(fact)

    def order(self, *orders: Order) -> None:
        self.orders.extend(orders)

    @property
    def seconds(self) -> float:
        """The instant as the router counts it."""
        return self.at.timestamp()


def refuse(why: Why, version: int | None = None) -> NoReturn:
    raise RefusalError(why, version)


def signed_in(turn: Turn, agent: str) -> Agent:
    found = turn.state.agents.get(agent)
    if found is None or found.state is AgentState.NULL:
        refuse(Why.NO_SUCH_AGENT)
    return found


def commanded_agent(turn: Turn, command: Command, agent: str, *, by_leader: bool = False) -> Agent:
    """The agent, if the actor may command him and knows his present version."""
    found = signed_in(turn, agent)
    if by_leader:
        require_leader(turn, command)
    elif command.actor != agent:
        refuse(Why.NOT_YOURSELF)
    if command.expected_version not in (None, found.version):
        refuse(Why.STALE_VERSION, found.version)
    return found


def require_leader(turn: Turn, command: Command) -> Agent:
    leader = signed_in(turn, command.actor)
    if not leader.leader:
        refuse(Why.NOT_A_LEADER)
    return leader


def commanded_call(turn: Turn, command: CallCommand) -> Call:
    """The call, if it is up, the actor signed in, the switch in reach and the version the present one."""
    signed_in(turn, command.actor)
    call = turn.state.calls.get(command.call)
    if call is None:
        refuse(Why.NO_SUCH_CALL)
    if command.expected_version not in (None, call.version):
        refuse(Why.STALE_VERSION, call.version)
    if not turn.state.link_up:
        refuse(Why.SWITCH_UNAVAILABLE)
    return call


def served_call(turn: Turn, command: CallCommand) -> Call:
    """The call, if the actor is the agent who serves it."""
    call = commanded_call(turn, command)
    if call.agent != command.actor:
        refuse(Why.NOT_IN_CALL)
    return call
