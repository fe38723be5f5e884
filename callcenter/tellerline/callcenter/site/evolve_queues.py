"""How facts of callers in queues change the state, and what the queues are lately like."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site.evolve_calls import go
from tellerline.callcenter.site.state import (
    AskedCallback,
    Call,
    Estimate,
    Measured,
    Request,
    SiteState,
    Waiting,
)
from tellerline.callcenter.site.words import Place
from tellerline.routing.calls.expected_wait import add_entered
from tellerline.routing.calls.model import StepKind

_OFFERS = {StepKind.CALLBACK.value, StepKind.VOICEMAIL.value}
_KEPT_ERRORS = 200


def _queue_entered(fact: f.QueueEntered, state: SiteState) -> None:
    """Whoever comes of a flow takes it along."""
    call = state.calls[fact.call]
    data = call.data if call.place is Place.IVR and fact.flow else {}
    go(call, Place.QUEUE, fact.queue, fact.at)
    state.entries_made += 1
    add_entered(state.queues, fact.queue)
    call.request = Request(
        queue=fact.queue,
        call_class=fact.call_class,
        language=fact.language,
        licences=fact.licences,
        clearance=fact.clearance,
        parties=fact.parties,
        dedicated=fact.dedicated,
        excluded=fact.excluded,
        place=fact.place,
    )
    call.waiting = Waiting(order=state.entries_made, request=call.request, since=fact.at)
    call.flow, call.node, call.returns_to, call.data = fact.flow, "", "", data
    if fact.flow:
        state.estimates[call.id] = fact.at


def _queue_step(fact: f.QueueStepReached, state: SiteState) -> None:
    waiting = state.calls[fact.call].waiting
    if waiting is not None:
        waiting.step = fact.step
        waiting.offer = fact.kind if fact.kind in _OFFERS else ""


def _wait_estimated(fact: f.WaitEstimated, state: SiteState) -> None:
    waiting = state.calls[fact.call].waiting
    assert waiting is not None
    told = Estimate(at=fact.at, position=fact.position, expected=fact.expected, offer=fact.offer)
    waiting.told, waiting.first = told, waiting.first or told
    state.estimates[fact.call] = fact.next


def _wait_measured(fact: f.WaitMeasured, state: SiteState) -> None:
    measured = Measured(queue=fact.queue, position=fact.position, expected=fact.expected, real=fact.real)
    state.calls[fact.call].record.waits.append(measured)
    errors = state.wait_errors.setdefault(fact.queue, [])
    errors.append((fact.expected, fact.real))
    del errors[:-_KEPT_ERRORS]


def _callback_asked(fact: f.CallbackAsked, state: SiteState) -> None:
    waiting = state.calls[fact.call].waiting
    assert waiting is not None
    waiting.asked = AskedCallback(number=fact.number, not_before=fact.not_before)


def _callback_kept(fact: f.CallbackKept, state: SiteState) -> None:
    call = state.calls[fact.call]
    if call.place is not Place.CALLBACK:
        count_waited(call, state, fact.at)
        go(call, Place.CALLBACK, fact.number, fact.at)
    assert call.waiting is not None
    call.waiting.number, call.waiting.not_before = fact.number, fact.not_before
    call.waiting.attempt = fact.attempt
    call.waiting.asked = None
    call.customer = call.flow = ""
    call.data = {}


def _queue_left(fact: f.QueueLeft, state: SiteState) -> None:
    call = state.calls[fact.call]
    count_waited(call, state, fact.at, gave_up=fact.why == "GONE")
    call.waiting = None
    call.flow = fact.flow
    if fact.flow:
        go(call, Place.IVR, fact.flow, fact.at)


def count_waited(call: Call, state: SiteState, at: datetime, *, gave_up: bool = False) -> None:
    """The caller waits on the line no longer."""
    if call.place is Place.QUEUE and call.waiting is not None and call.waiting.since is not None:
        seconds = (at - call.waiting.since).total_seconds()
        state.queue(call.waiting.request.queue).add_waited(seconds, gave_up=gave_up)


HANDLERS: Mapping[type[f.Fact], Callable[[Any, SiteState], None]] = {
    f.QueueEntered: _queue_entered,
    f.QueueStepReached: _queue_step,
    f.WaitEstimated: _wait_estimated,
    f.WaitMeasured: _wait_measured,
    f.CallbackAsked: _callback_asked,
    f.CallbackKept: _callback_kept,
    f.QueueLeft: _queue_left,
}
