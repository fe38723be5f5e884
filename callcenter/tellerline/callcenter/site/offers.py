"""Reservations: an agent is offered a call, and takes it or does not. One is pending at most per agent and per call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from tellerline.callcenter.site import agents, consult, legs, matching, supervision, talk
from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site.commands import AcceptReservation, RejectReservation
from tellerline.callcenter.site.refusals import Why
from tellerline.callcenter.site.state import Agent, Call, Leg, Pending, Reservation
from tellerline.callcenter.site.turn import Turn, commanded_agent, refuse
from tellerline.callcenter.site.words import (
    PHONE_LOST,
    REJECT,
    RONA,
    AgentState,
    CallEnd,
    OfferKind,
    Place,
    ReservationState,
    Role,
    Target,
)
from tellerline.connectors.telephony.events import Cause

_MARGIN = timedelta(seconds=5)
_OF_ROUTER = (OfferKind.QUEUE, OfferKind.CALLBACK)
_AFTERWARDS = {ReservationState.REJECTED: REJECT, ReservationState.TIMEOUT: RONA}


def make(
    turn: Turn,
    call: Call,
    agent: Agent,
    kind: OfferKind,
    *,
    number: int = 0,
    queue: str = "",
    grounds: Mapping[str, str] | None = None,
) -> str:
    """Offer the call to the agent, who is free; returns the reservation's id. The telephone rings if offers do."""
    name = turn.settings.name
    reservation = f"{name}-o{number}" if number else f"{name}-i{turn.state.offers_made + 1}"
    if agent.state is AgentState.NOT_READY:
        turn.emit(f.AgentPending(at=turn.at, agent=agent.id, target=Target.NOT_READY, cause=agent.cause))
    turn.emit(
        f.ReservationMade(
            at=turn.at,
            call=call.id,
            agent=agent.id,
            reservation=reservation,
            kind=kind,
            expires=turn.at + turn.settings.offer_timeout,
            number=number,
            queue=queue,
            grounds=grounds or {},
        )
    )
    turn.emit(f.AgentStateChanged(at=turn.at, agent=agent.id, state=AgentState.RESERVED, call=call.id))
    if turn.settings.ring_on_offer:
        ring(turn, turn.state.reservations[reservation], auto_answer=False)
    return reservation


def make_inside(turn: Turn, call: Call, agent: Agent, kind: OfferKind) -> str:
    """An offer by a colleague: the router only learns that the agent is not free."""
    idle = agent.state is AgentState.READY
    reservation = make(turn, call, agent, kind)
    matching.feed(turn, turn.router.agent_staffed(turn.seconds, agent.id, idle_goes_on=idle))
    return reservation


def ring(turn: Turn, reservation: Reservation, *, auto_answer: bool) -> None:
    call = turn.state.calls[reservation.call]
    agent = turn.state.agents[reservation.agent]
    role = Role.LEADER if reservation.kind is OfferKind.SUPERVISION else Role.AGENT
    longest = turn.settings.offer_timeout + _MARGIN
    legs.dial(turn, call, role, agent.id, agent.telephone, ring=longest, auto_answer=auto_answer)


def of_router(turn: Turn, number: int) -> Reservation | None:
    """The router's reservation, if it is still pending."""
    return turn.state.reservations.get(f"{turn.settings.name}-o{number}")


def change(
    turn: Turn,
    reservation: Reservation,
    state: ReservationState,
    *,
    cause: str = "",
    until: datetime | None = None,
) -> None:
    turn.emit(
        f.ReservationChanged(
            at=turn.at,
            call=reservation.call,
            agent=reservation.agent,
            reservation=reservation.id,
            kind=reservation.kind,
            state=state,
            cause=cause,
            excluded_until=until,
        )
    )


# Commands


def accept(turn: Turn, command: AcceptReservation) -> None:
    agent = commanded_agent(turn, command, command.agent)
    reservation = _pending(turn, agent, command.reservation)
    if turn.settings.ring_on_offer:
        refuse(Why.ANSWER_BY_TELEPHONE)
    if not turn.state.link_up:
        refuse(Why.SWITCH_UNAVAILABLE)
    if turn.state.calls[reservation.call].leg_of(agent.id) is None:
        ring(turn, reservation, auto_answer=True)


def reject(turn: Turn, command: RejectReservation) -> None:
    agent = commanded_agent(turn, command, command.agent)
    failed(turn, _pending(turn, agent, command.reservation), ReservationState.REJECTED)


def _pending(turn: Turn, agent: Agent, reservation: str) -> Reservation:
    found = turn.state.reservations.get(reservation)
    if found is None or found.agent != agent.id or found.state is not ReservationState.PENDING:
        refuse(Why.RESERVATION_GONE)
    return found


# What becomes of an offer


def answered(turn: Turn, reservation: Reservation, leg: Leg) -> None:
    """The agent's telephone was answered in time. A callback is only dialled now, and the offer held for it."""
    call = turn.state.calls[reservation.call]
    if reservation.kind is OfferKind.CALLBACK and not call.customer:
        _prolong(turn, reservation, turn.settings.ring + _MARGIN)
        assert call.waiting is not None
        number = call.waiting.number
        legs.dial(turn, call, Role.CUSTOMER, number, number, ring=turn.settings.ring)
        return
    taken(turn, reservation, leg.id)


def taken(turn: Turn, reservation: Reservation, leg: str) -> None:
    """Both are there: the agent has the call."""
    call = turn.state.calls[reservation.call]
    if reservation.kind in _OF_ROUTER:
        matching.feed(turn, turn.router.answered(turn.seconds, reservation.number))
    change(turn, reservation, ReservationState.ACCEPTED)
    turn.emit(f.AgentStateChanged(at=turn.at, agent=reservation.agent, state=AgentState.BUSY, call=reservation.call))
    if reservation.kind is OfferKind.COLLEAGUE:
        consult.answered(turn, call)
    elif reservation.kind is OfferKind.SUPERVISION:
        supervision.answered(turn, call, reservation.agent)
    else:
        talk.begin(turn, call, reservation.agent, leg)


def failed(turn: Turn, reservation: Reservation, state: ReservationState) -> None:
    """The agent did not take it: REJECTED, TIMEOUT, or RESCINDED because the telephone was lost."""
    if reservation.kind not in _OF_ROUTER:
        refused(turn, reservation, state)
    elif state is ReservationState.REJECTED:
        matching.feed(turn, turn.router.rejected(turn.seconds, reservation.number))
    elif state is ReservationState.TIMEOUT:
        matching.feed(turn, turn.router.timed_out(turn.seconds, reservation.number))
    else:
        matching.feed(turn, turn.router.rescinded(turn.seconds, reservation.number))


def refused(
    turn: Turn, reservation: Reservation | None, state: ReservationState, *, until: datetime | None = None
) -> None:
    """The same, when the router knows: the agent is not ready, or gone if he wanted to."""
    if reservation is None or reservation.state is not ReservationState.PENDING:
        return
    agent = turn.state.agents[reservation.agent]
    cause = _AFTERWARDS.get(state, PHONE_LOST)
    _withdraw(turn, reservation, state, cause=cause, until=until)
    away = agent.pending is not None and agent.pending.target is not Target.READY
    agents.go(turn, agent, agent.pending if away and agent.pending else Pending(Target.NOT_READY, cause))


def canceled(turn: Turn, reservation: Reservation | None) -> None:
    """The caller is gone: the agent is where he was, idle for as long as before."""
    if reservation is None or reservation.state is not ReservationState.PENDING:
        return
    _withdraw(turn, reservation, ReservationState.CANCELED)
    agents.settle(turn, turn.state.agents[reservation.agent])


def rescind(turn: Turn, reservation: Reservation, cause: str) -> None:
    """A leader forces the agent away from the offer, to what is pending."""
    agent = turn.state.agents[reservation.agent]
    _withdraw(turn, reservation, ReservationState.RESCINDED, cause=cause)
    matching.feed(turn, turn.router.agent_unready(turn.seconds, agent.id))
    agents.settle(turn, agent)


def timed_out(turn: Turn, reservation: Reservation) -> None:
    """It rang for too long."""
    call = turn.state.calls[reservation.call]
    if reservation.kind is OfferKind.CALLBACK and call.customer:
        callback_unreached(turn, reservation)
    else:
        failed(turn, reservation, ReservationState.TIMEOUT)


def ring_on(turn: Turn) -> None:
    """The switch is in reach again: offers, which meanwhile nobody could answer, ring for their whole time."""
    for reservation in turn.state.reservations.values():
        if reservation.state is ReservationState.PENDING:
            _prolong(turn, reservation, turn.settings.offer_timeout)


def _prolong(turn: Turn, reservation: Reservation, by: timedelta) -> None:
    turn.emit(
        f.ReservationProlonged(
            at=turn.at,
            call=reservation.call,
            agent=reservation.agent,
            reservation=reservation.id,
            expires=max(reservation.expires, turn.at + by),
        )
    )


def callback_unreached(turn: Turn, reservation: Reservation) -> None:
    """The customer did not answer: later again, or never."""
    call = turn.state.calls[reservation.call]
    waiting = call.waiting
    assert waiting is not None
    attempt = waiting.attempt + 1
    again = attempt < turn.settings.callback_attempts
    retry = turn.at + turn.settings.callback_retry
    legs.give_up(turn, call, call.customer)
    if again:
        turn.emit(
            f.CallbackKept(
                at=turn.at,
                call=call.id,
                queue=waiting.request.queue,
                number=waiting.number,
                not_before=retry,
                attempt=attempt,
            )
        )
    seconds = retry.timestamp() if again else None
    matching.feed(turn, turn.router.callback_unreached(turn.seconds, reservation.number, seconds))
    if not again:
        talk.end(turn, call, CallEnd.UNREACHED)


def _withdraw(
    turn: Turn, reservation: Reservation, state: ReservationState, *, cause: str = "", until: datetime | None = None
) -> None:
    """End a pending offer, with the telephone that rings for it and what it was for."""
    change(turn, reservation, state, cause=cause, until=until)
    call = turn.state.calls[reservation.call]
    leg = call.leg_of(reservation.agent)
    if leg is not None:
        legs.give_up(turn, call, leg.id)
    if reservation.kind is OfferKind.CALLBACK and call.place is Place.CALLBACK and call.customer:
        legs.give_up(turn, call, call.customer)
    elif reservation.kind is OfferKind.COLLEAGUE:
        consult.failed(turn, call)
    elif reservation.kind is OfferKind.SUPERVISION:
        supervision.drop(turn, call, reservation.agent)


def leg_lost(turn: Turn, reservation: Reservation, cause: Cause) -> None:
    """The telephone of an offer ended before the agent had the call."""
    if cause is Cause.NO_ANSWER:
        failed(turn, reservation, ReservationState.TIMEOUT)
    elif cause in (Cause.REJECTED, Cause.BUSY, Cause.NORMAL):
        failed(turn, reservation, ReservationState.REJECTED)
    else:
        failed(turn, reservation, ReservationState.RESCINDED)
