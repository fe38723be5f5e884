"""A call with an agent: begun, left by an agent or by the customer, ended."""

from __future__ import annotations

from tellerline.callcenter.site import agents, consult, ivr, legs, matching, offers, queueing, supervision, waits
from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site import orders as o
from tellerline.callcenter.site.state import Call, Pending
from tellerline.callcenter.site.turn import Turn
from tellerline.callcenter.site.words import (
    PHONE_LOST,
    CallEnd,
    Ear,
    GrantEnd,
    Place,
    ReleasePolicy,
    ReservationState,
    Target,
)


def begin(turn: Turn, call: Call, agent: str, leg: str) -> None:
    """The agent serves the call from now on, and is heard."""
    ivr.leave(turn, call)
    waits.measure(turn, call)
    turn.emit(f.AgentJoined(at=turn.at, call=call.id, agent=agent, leg=leg))
    for member in (call.customer, leg):
        legs.place(turn, call, member, Ear.CONVERSATION)
        legs.record(turn, call, member)


def agent_leaves(turn: Turn, call: Call, agent: str, why: str, *, to: Pending | None = None) -> None:
    """The agent, who serves or helps, is out: on to the work after the call, or at once to ``to``; not ready at once
    when the telephone was lost."""
    supervision.end_of(turn, call, agent)
    leg = call.agents[agent]
    turn.emit(f.AgentLeft(at=turn.at, call=call.id, agent=agent, leg=leg, why=why))
    legs.give_up(turn, call, leg)
    found = turn.state.agents[agent]
    if why == PHONE_LOST:
        to = Pending(Target.NOT_READY, PHONE_LOST)
    if to is None:
        agents.freed(turn, found, wrap=True)
        return
    reservation = turn.state.reservations.get(found.reservation)
    if reservation is not None:
        offers.change(turn, reservation, ReservationState.COMPLETED)
    away = found.pending is not None and found.pending.target is Target.SIGN_OUT
    agents.go(turn, found, found.pending if away and found.pending else to)


def grant_ends(turn: Turn, call: Call, why: GrantEnd) -> None:
    """Before anything else is done with the call."""
    if call.agent:
        turn.emit(f.GrantEnds(at=turn.at, call=call.id, agent=call.agent, why=why))


def customer_gone(turn: Turn, call: Call) -> None:
    """The customer's leg ended by itself."""
    if call.place is Place.CALLBACK:
        reservation = turn.state.reservations.get(call.reservation)
        if reservation is not None:
            offers.callback_unreached(turn, reservation)
        return
    if call.waiting is not None and call.waiting.asked is not None:
        queueing.keep_callback(turn, call)
        return
    ends = {Place.QUEUE: CallEnd.ABANDONED, Place.DIALLING: CallEnd.UNREACHED}
    end(turn, call, ends.get(call.place, CallEnd.NORMAL))


def serving_agent_gone(turn: Turn, call: Call, why: str) -> None:
    """The agent who serves is out, by the bar (RELEASED), by his telephone (HUNG_UP) or without it (PHONE_LOST)."""
    third = call.third
    if third is not None and third.answered and (third.inside or third.joint):
        consult.hand_over(turn, call, why)
        return
    in_flow = bool(call.returns_to)
    if not in_flow and call.origin:
        end(turn, call, _how(why), why=why)
        return
    grant_ends(turn, call, GrantEnd.HUNG_UP)
    consult.end(turn, call)
    if not in_flow:
        legs.place(turn, call, call.customer, Ear.MUSIC)
    agent_leaves(turn, call, call.agent, why)
    if not in_flow:
        _dispose(turn, call, why)


def _dispose(turn: Turn, call: Call, why: str) -> None:
    """A customer whose agent is gone: the closing flow, the queue again, or the end."""
    policy = turn.settings.releases
    closing = turn.settings.closing_flow
    returns = why == PHONE_LOST or policy is ReleasePolicy.REFUSED
    if returns and call.request is not None:
        queueing.enter_again(turn, call)
    elif closing and policy is not ReleasePolicy.CLEAR and why != PHONE_LOST:
        ivr.begin(turn, call, closing)
    else:
        end(turn, call, _how(why))


def _how(why: str) -> CallEnd:
    return CallEnd.LOST if why == PHONE_LOST else CallEnd.NORMAL


def end(turn: Turn, call: Call, how: CallEnd, *, why: str = "CALLER_GONE") -> None:
    """Everybody out, every leg cleared."""
    if call.third is not None or call.agents:
        grant_ends(turn, call, GrantEnd.HUNG_UP)
        consult.end(turn, call)
    for leader in list(call.supervisions):
        supervision.end(turn, call, leader)
    for agent in list(call.agents):
        agent_leaves(turn, call, agent, why)
    if call.place is Place.DIALLING:
        agents.freed(turn, turn.state.agents[call.origin], wrap=False)
    if call.waiting is not None:
        unreached = how is CallEnd.UNREACHED
        queue = call.waiting.request.queue
        turn.emit(f.QueueLeft(at=turn.at, call=call.id, queue=queue, why="UNREACHED" if unreached else "GONE"))
        matching.leave(turn, call.id)
    ivr.leave(turn, call)
    for leg in list(call.legs):
        legs.give_up(turn, call, leg)
    if call.conversing:
        turn.order(o.CloseConversation(conversation=call.conversation))
    turn.emit(f.CallEnded(at=turn.at, call=call.id, end=how))
