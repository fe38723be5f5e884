"""How facts of agents, of offers and of the link change the state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site.state import Agent, Pending, Reservation, SiteState
from tellerline.callcenter.site.words import AgentState, OfferKind, ReservationState

_TERMINAL = frozenset(ReservationState) - {
    ReservationState.PENDING,
    ReservationState.ACCEPTED,
    ReservationState.WRAPPING,
}


def _signed_in(fact: f.AgentSignedIn, state: SiteState) -> None:
    state.agents[fact.agent] = Agent(
        id=fact.agent,
        profile=fact.profile,
        telephone=fact.telephone,
        leader=fact.leader,
        signed_in=fact.at,
        since=fact.at,
        cause="SIGNED_IN",
    )


def count_time(agent: Agent, at: datetime) -> None:
    """Close the stretch of the present state at ``at``."""
    agent.times[agent.state] = agent.times.get(agent.state, timedelta()) + (at - agent.since)
    agent.since = at


def _changed(fact: f.AgentStateChanged, state: SiteState) -> None:
    agent = state.agents[fact.agent]
    count_time(agent, fact.at)
    _idle(agent, fact.state, fact.at)
    agent.state = fact.state
    agent.cause = fact.cause
    agent.call = fact.call
    if fact.until is not None:
        state.timers[f"wrap {agent.id}"] = fact.until
    else:
        state.timers.pop(f"wrap {agent.id}", None)


def _idle(agent: Agent, to: AgentState, at: datetime) -> None:
    """Idle time as the router counts it: a break is left out; a call or work of the agent's starts it anew."""
    if to is AgentState.READY:
        if agent.ready_since is None:
            agent.ready_since = at
        elif agent.paused_at is not None:
            agent.ready_since += at - agent.paused_at
        agent.paused_at = None
    elif to is AgentState.NOT_READY:
        if agent.state is not AgentState.NOT_READY and agent.ready_since is not None:
            agent.paused_at = at
    elif to is not AgentState.RESERVED or agent.state is AgentState.NOT_READY:
        agent.ready_since = agent.paused_at = None


def _pending(fact: f.AgentPending, state: SiteState) -> None:
    target = fact.target
    state.agents[fact.agent].pending = None if target is None else Pending(target, fact.cause, fact.by)


def _signed_out(fact: f.AgentSignedOut, state: SiteState) -> None:
    agent = state.agents[fact.agent]
    count_time(agent, fact.at)
    agent.state = AgentState.NULL
    agent.cause = agent.call = ""
    agent.pending = agent.ready_since = agent.paused_at = None
    state.timers.pop(f"wrap {agent.id}", None)


def _reservation_made(fact: f.ReservationMade, state: SiteState) -> None:
    state.offers_made += 1
    state.router_offers = max(state.router_offers, fact.number)
    state.reservations[fact.reservation] = Reservation(
        id=fact.reservation,
        call=fact.call,
        agent=fact.agent,
        kind=fact.kind,
        expires=fact.expires,
        number=fact.number,
        queue=fact.queue,
    )
    state.timers[f"offer {fact.reservation}"] = fact.expires
    state.agents[fact.agent].reservation = fact.reservation
    state.agents[fact.agent].tally.offered += 1
    call = state.calls[fact.call]
    if fact.kind is not OfferKind.SUPERVISION:
        call.reservation = fact.reservation


def _reservation_changed(fact: f.ReservationChanged, state: SiteState) -> None:
    reservation = state.reservations[fact.reservation]
    agent = state.agents[reservation.agent]
    call = state.call(reservation.call)
    reservation.state = fact.state
    state.timers.pop(f"offer {fact.reservation}", None)
    if call is not None and call.reservation == fact.reservation:
        call.reservation = ""
    if call is not None and call.waiting is not None and fact.excluded_until is not None:
        call.waiting.refused[agent.id] = fact.excluded_until
    if fact.state is ReservationState.ACCEPTED:
        reservation.accepted = fact.at
    elif fact.state is ReservationState.COMPLETED and reservation.queue and reservation.accepted is not None:
        state.queue(reservation.queue).add_handled((fact.at - reservation.accepted).total_seconds())
    tally = agent.tally
    tally.accepted += fact.state is ReservationState.ACCEPTED
    tally.rejected += fact.state is ReservationState.REJECTED
    tally.timed_out += fact.state is ReservationState.TIMEOUT
    if fact.state in _TERMINAL:
        agent.reservation = ""
        del state.reservations[fact.reservation]


def _reservation_prolonged(fact: f.ReservationProlonged, state: SiteState) -> None:
    state.reservations[fact.reservation].expires = fact.expires
    state.timers[f"offer {fact.reservation}"] = fact.expires


def _link_down(fact: f.LinkWentDown, state: SiteState) -> None:
    state.link_up = False


def _link_back(fact: f.LinkCameBack, state: SiteState) -> None:
    state.link_up = True


def _converged(fact: f.Converged, state: SiteState) -> None:
    """What it changed, other facts tell."""


HANDLERS: Mapping[type[f.Fact], Callable[[Any, SiteState], None]] = {
    f.AgentSignedIn: _signed_in,
    f.AgentStateChanged: _changed,
    f.AgentPending: _pending,
    f.AgentSignedOut: _signed_out,
    f.ReservationMade: _reservation_made,
    f.ReservationChanged: _reservation_changed,
    f.ReservationProlonged: _reservation_prolonged,
    f.LinkWentDown: _link_down,
    f.LinkCameBack: _link_back,
    f.Converged: _converged,
}
