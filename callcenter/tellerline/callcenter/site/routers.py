"""The router of a site's state: made anew of it, it decides as the one before would have."""

from __future__ import annotations

from datetime import datetime

from tellerline.callcenter.site import matching
from tellerline.callcenter.site.settings import SiteSettings
from tellerline.callcenter.site.state import Agent, Call, SiteState
from tellerline.callcenter.site.words import AgentState, OfferKind
from tellerline.routing.calls.resumed import ResumedRouter, SeatImage, WaiterImage
from tellerline.routing.calls.router import Router
from tellerline.routing.calls.state import AgentState as SeatState

_SEATS = {
    AgentState.NOT_READY: SeatState.NOT_READY,
    AgentState.READY: SeatState.READY,
    AgentState.RESERVED: SeatState.RESERVED,
    AgentState.BUSY: SeatState.BUSY,
    AgentState.WORKING_AFTER_CALL: SeatState.BUSY,
}


def router_of(settings: SiteSettings, state: SiteState) -> Router:
    signed_in = [agent for agent in state.agents.values() if agent.state is not AgentState.NULL]
    waiting = [call for call in state.calls.values() if call.waiting is not None]
    return ResumedRouter(
        settings.plan,
        settings.policy,
        now=float("-inf") if state.now is None else state.now.timestamp(),
        seats=[_seat(state, agent) for agent in signed_in],
        waiters=[_waiter(state, call) for call in sorted(waiting, key=_order)],
        first_reservation=state.router_offers + 1,
    )


def _seat(state: SiteState, agent: Agent) -> SeatImage:
    reservation = state.reservations.get(agent.reservation)
    inside = reservation is not None and reservation.kind in (OfferKind.COLLEAGUE, OfferKind.SUPERVISION)
    reserved = agent.state is AgentState.RESERVED and inside
    return SeatImage(
        profile=agent.profile,
        state=SeatState.BUSY if reserved else _SEATS[agent.state],
        ready_since=_seconds(agent.ready_since),
        paused_at=_seconds(agent.paused_at),
    )


def _waiter(state: SiteState, call: Call) -> WaiterImage:
    waiting, now = call.waiting, state.now
    assert waiting is not None
    assert now is not None
    reservation = state.reservations.get(call.reservation)
    return WaiterImage(
        call=matching.routed(call),
        step=waiting.step,
        callback=bool(waiting.number),
        not_before=_seconds(waiting.not_before),
        refused={agent: until.timestamp() for agent, until in waiting.refused.items() if until > now},
        reservation=0 if reservation is None else reservation.number,
        agent="" if reservation is None else reservation.agent,
    )


def _order(call: Call) -> int:
    assert call.waiting is not None
    return call.waiting.order


def _seconds(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()
