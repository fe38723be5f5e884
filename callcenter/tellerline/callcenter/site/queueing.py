"""Calls enter queues, and keep their place as callbacks."""

from __future__ import annotations

from datetime import datetime

from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site import ivr, legs, matching
from tellerline.callcenter.site import orders as o
from tellerline.callcenter.site.commands import EnterQueue, KeepCallback
from tellerline.callcenter.site.refusals import Why
from tellerline.callcenter.site.state import Call, Request
from tellerline.callcenter.site.turn import Turn, refuse
from tellerline.callcenter.site.words import Ear, GrantEnd


def known(turn: Turn, want: EnterQueue) -> bool:
    """Whether the plan knows the queue, and all that is asked of an agent."""
    plan = turn.settings.plan
    found = want.queue in plan.queues and want.call_class in plan.classes and want.licences <= plan.licences.keys()
    return found and (want.language is None or want.language in plan.languages)


def check(turn: Turn, want: EnterQueue) -> None:
    if not known(turn, want):
        refuse(Why.NO_SUCH_QUEUE)


def leave_by_choice(turn: Turn, call: Call) -> None:
    """The caller goes on in the flow that he was in while he waited."""
    assert call.waiting is not None
    queue, flow = call.waiting.request.queue, call.flow
    turn.emit(f.QueueLeft(at=turn.at, call=call.id, queue=queue, why="CHOSE", flow=flow))
    legs.place(turn, call, call.customer, Ear.SILENCE)
    matching.leave(turn, call.id)


def enter(turn: Turn, call: Call, want: EnterQueue) -> None:
    """As an IVR flow wants it; an earlier place may be kept, a later one than now not be had."""
    request = Request(
        queue=want.queue,
        call_class=want.call_class,
        language=want.language,
        licences=want.licences,
        clearance=want.clearance,
        parties=want.parties,
        dedicated=want.dedicated,
        excluded=frozenset(),
        place=min(turn.at, want.entered or turn.at),
    )
    _enter(turn, call, request)


def enter_again(turn: Turn, call: Call) -> None:
    """A caller who lost the agent goes back to the place he had."""
    assert call.request is not None
    _enter(turn, call, call.request)


def hand_to(turn: Turn, call: Call, queue: str, by: str) -> None:
    """By an agent, who is not offered the call again; the caller's class is that of before."""
    asked = call.request
    request = Request(
        queue=queue,
        call_class=asked.call_class if asked else next(iter(turn.settings.plan.classes)),
        language=asked.language if asked else None,
        licences=frozenset(),
        clearance=0,
        parties=asked.parties if asked else frozenset(),
        dedicated=None,
        excluded=(asked.excluded if asked else frozenset()) | {by},
        place=turn.at,
    )
    _enter(turn, call, request)


def _enter(turn: Turn, call: Call, request: Request) -> None:
    ivr.leave(turn, call)
    legs.stop_recording(turn, call, call.customer)
    flow = turn.settings.waiting_flow
    turn.emit(
        f.QueueEntered(
            at=turn.at,
            call=call.id,
            queue=request.queue,
            call_class=request.call_class,
            language=request.language,
            licences=request.licences,
            clearance=request.clearance,
            parties=request.parties,
            dedicated=request.dedicated,
            excluded=request.excluded,
            place=request.place,
            flow=flow,
        )
    )
    legs.place(turn, call, call.customer, Ear.MUSIC)
    if flow:
        turn.order(
            o.TellIvr(call=call.id, flow=flow, news=o.IvrNews.ENTERED, known=dict(call.known), queue=request.queue)
        )
    matching.enter(turn, call)


def ask_callback(turn: Turn, call: Call, want: KeepCallback) -> None:
    """From now on the caller is called back should he hang up; without a flow that speaks to him, that is now."""
    if want.enters is not None:
        enter(turn, call, want.enters)
    assert call.waiting is not None
    not_before: datetime = max(turn.at, want.not_before or turn.at)
    queue = call.waiting.request.queue
    turn.emit(f.CallbackAsked(at=turn.at, call=call.id, queue=queue, number=want.number, not_before=not_before))
    if not call.flow:
        keep_callback(turn, call)


def keep_callback(turn: Turn, call: Call) -> None:
    """The caller is gone, or let go, and keeps his place; an offer of the moment is withdrawn.

    His grant is over as with any hang-up: nobody knows who answers the telephone that is called back.
    """
    assert call.waiting is not None
    assert call.waiting.asked is not None
    number, not_before = call.waiting.asked.number, max(turn.at, call.waiting.asked.not_before)
    customer = call.customer
    turn.emit(f.GrantEnds(at=turn.at, call=call.id, agent="", why=GrantEnd.HUNG_UP))
    ivr.leave(turn, call)
    turn.emit(
        f.CallbackKept(
            at=turn.at,
            call=call.id,
            queue=call.waiting.request.queue,
            number=number,
            not_before=not_before,
            attempt=0,
        )
    )
    legs.give_up(turn, call, customer)
    matching.feed(turn, turn.router.callback_requested(turn.seconds, call.id, not_before.timestamp()))
