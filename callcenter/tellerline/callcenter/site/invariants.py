"""What holds of a site between any two inputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from tellerline.callcenter.site.state import Agent, Call, Leg, SiteState
from tellerline.callcenter.site.words import (
    AgentState,
    Ear,
    LegState,
    OfferKind,
    Place,
    ReservationState,
    Role,
)

_HOLDING = (ReservationState.PENDING, ReservationState.ACCEPTED)
_IDLE = (AgentState.NULL, AgentState.NOT_READY, AgentState.READY)


def check(state: SiteState) -> list[str]:
    """What is wrong, in words for an operator; empty when every invariant holds."""
    found = [*_reservations(state), *_timers(state), *_legs_known(state)]
    for agent in state.agents.values():
        found.extend(f"agent {agent.id}: {wrong}" for wrong in _agent(state, agent))
    for call in state.calls.values():
        found.extend(f"call {call.id}: {wrong}" for wrong in _call(state, call))
    for call in state.ended.values():
        if call.place is not Place.ENDED or call.end is None or call.agents or call.agent or call.third:
            found.append(f"call {call.id}: ended, and something goes on")
        if any(leg.state is not LegState.CLEARING for leg in call.legs.values()):
            found.append(f"call {call.id}: ended, and a leg is not being cleared")
    return found


def _reservations(state: SiteState) -> Iterator[str]:
    holding = [r for r in state.reservations.values() if r.state in _HOLDING]
    for agent, number in Counter(r.agent for r in holding).items():
        if number > 1:
            yield f"agent {agent}: {number} reservations pending or accepted"
    pending = [r for r in holding if r.state is ReservationState.PENDING]
    for name, number in Counter(r.call for r in pending if r.kind is not OfferKind.SUPERVISION).items():
        if number > 1:
            yield f"call {name}: {number} reservations pending"
    for reservation in pending:
        call = state.calls.get(reservation.call)
        if call is None:
            yield f"reservation {reservation.id}: pending for a call that is not up"
            continue
        if reservation.kind is not OfferKind.SUPERVISION and call.reservation != reservation.id:
            yield f"reservation {reservation.id}: the call does not know it"
        until = None if call.waiting is None else call.waiting.refused.get(reservation.agent)
        if until is not None and state.now is not None and until > state.now:
            yield f"reservation {reservation.id}: offered again too early"


def _timers(state: SiteState) -> Iterator[str]:
    wanted = {f"offer {r.id}" for r in state.reservations.values() if r.state is ReservationState.PENDING}
    wanted |= {f"wrap {a.id}" for a in state.agents.values() if a.state is AgentState.WORKING_AFTER_CALL}
    told = {call.id for call in state.calls.values() if call.place is Place.QUEUE and call.waiting and call.flow}
    if told != state.estimates.keys():
        yield f"estimates: {sorted(told ^ state.estimates.keys())} due without cause, or not due"
    if wanted != state.timers.keys():
        yield f"timers: {sorted(wanted ^ state.timers.keys())} run without cause, or do not run"


def _legs_known(state: SiteState) -> Iterator[str]:
    legs = {leg: call.id for calls in (state.calls, state.ended) for call in calls.values() for leg in call.legs}
    if legs != state.legs:
        yield f"legs: {sorted(set(legs) ^ set(state.legs))} without a call, or unknown"


def _agent(state: SiteState, agent: Agent) -> Iterator[str]:
    assert state.now is not None
    present = timedelta() if agent.state is AgentState.NULL else state.now - agent.since
    signed_in = (agent.since if agent.state is AgentState.NULL else state.now) - agent.signed_in
    if sum(agent.times.values(), timedelta()) + present != signed_in:
        yield "the times of the states are not the time signed in"
    reservation = state.reservations.get(agent.reservation)
    pending = reservation is not None and reservation.state is ReservationState.PENDING
    if bool(agent.reservation) != (reservation is not None) or pending != (agent.state is AgentState.RESERVED):
        yield f"{agent.state} with a reservation {reservation and reservation.state}"
    wrapping = reservation is not None and reservation.state is ReservationState.WRAPPING
    if wrapping and agent.state is not AgentState.WORKING_AFTER_CALL:
        yield f"{agent.state} while wrapping"
    parts = [call.id for call in state.calls.values() if _takes_part(call, agent.id)]
    if agent.state is AgentState.BUSY and parts != [agent.call]:
        yield f"busy with {agent.call}, takes part in {parts}"
    if agent.state is not AgentState.BUSY and parts:
        yield f"{agent.state}, takes part in {parts}"
    if agent.state in _IDLE and (agent.reservation or agent.call or agent.pending):
        yield f"{agent.state}, and something is left of before"


def _takes_part(call: Call, agent: str) -> bool:
    supervision = call.supervisions.get(agent)
    sits_in = supervision is not None and supervision.begun
    return agent in call.agents or sits_in or (call.place is Place.DIALLING and call.origin == agent)


def _call(state: SiteState, call: Call) -> Iterator[str]:
    waits = call.place in (Place.QUEUE, Place.CALLBACK)
    if waits != (call.waiting is not None):
        yield f"{call.place}, waiting is {call.waiting is not None}"
    if call.place is Place.CALLBACK and not (call.waiting and call.waiting.number):
        yield "a callback without a number"
    if call.place in (Place.IVR, Place.QUEUE, Place.TALK, Place.OUTSIDE) and call.customer not in call.legs:
        yield f"{call.place} without a customer"
    if (call.place is Place.IVR) > bool(call.flow):
        yield "in no flow"
    serves = call.place is Place.TALK or bool(call.returns_to)
    if serves != bool(call.agent) or (call.agent and call.agent not in call.agents):
        yield f"{call.place}, served by {call.agent or 'nobody'}"
    if call.place in (Place.QUEUE, Place.CALLBACK, Place.OUTSIDE, Place.DIALLING) and call.agents:
        yield f"{call.place} with agents"
    if call.end is not None:
        yield "ended, and up"
    if call.outside and (call.place is not Place.IVR or call.outside not in call.legs):
        yield f"{call.place}, and a flow hands over to {call.outside}"
    yield from _parties(state, call)
    yield from _ears(call)


def _parties(state: SiteState, call: Call) -> Iterator[str]:
    for agent, own in call.agents.items():
        if own not in call.legs or call.legs[own].state is not LegState.CONNECTED:
            yield f"agent {agent} without a telephone"
    for supervision in call.supervisions.values():
        if supervision.agent not in call.agents:
            yield f"{supervision.leader} sits in on {supervision.agent}, who is not there"
    for leg in call.legs.values():
        if leg.role in (Role.AGENT, Role.LEADER) and leg.state is LegState.CONNECTED and not _wanted(state, call, leg):
            yield f"leg {leg.id} is up for nothing"


def _wanted(state: SiteState, call: Call, leg: Leg) -> bool:
    """An agent's telephone is up for a call of his, or held for a callback."""
    reservation = state.reservations.get(call.reservation)
    held = reservation is not None and reservation.kind is OfferKind.CALLBACK and reservation.agent == leg.party
    return held or _takes_part(call, leg.party)


def _ears(call: Call) -> Iterator[str]:
    """Who hears whom."""
    customer = call.legs.get(call.customer)
    if customer is None or customer.state is not LegState.CONNECTED:
        return
    apart = call.held_since is not None or (call.third is not None and not call.third.joint)
    wanted = {
        Place.QUEUE: (Ear.MUSIC,),
        Place.IVR: (Ear.MUSIC,) if call.outside else (Ear.SILENCE, Ear.SECURED),
        Place.TALK: (Ear.MUSIC,) if apart else (Ear.CONVERSATION,),
        Place.OUTSIDE: (Ear.CONVERSATION,),
    }.get(call.place)
    if wanted is not None and customer.ear not in wanted:
        yield f"{call.place}, and the customer has {customer.ear}"
    for agent, leg in call.agents.items():
        if (call.place is Place.IVR) == (call.legs[leg].ear is Ear.CONVERSATION):
            yield f"{call.place}, and agent {agent} has {call.legs[leg].ear}"
    if (customer.ear is Ear.SECURED) != bool(customer.collection):
        yield "secret digits outside of a collection"
