"""How facts of calls, of their legs, of flows and of call records change the state."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from tellerline.callcenter.site import evolve_messages
from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site.state import Call, Correction, Leg, Segment, SiteState
from tellerline.callcenter.site.words import Ear, LegState, Place, Role


def go(call: Call, place: Place, name: str, at: datetime) -> None:
    """The call is at another place: the stretch of before ends, the next begins."""
    close(call, call.place.value, at)
    call.place = place
    if place is not Place.ENDED:
        call.record.segments.append(Segment(kind=place.value, name=name, began=at))


def close(call: Call, kind: str, at: datetime, *, name: str = "", why: str = "") -> None:
    for segment in reversed(call.record.segments):
        if segment.kind == kind and segment.ended is None and name in ("", segment.name):
            segment.ended, segment.why = at, why
            return


def _arrived(fact: f.CallArrived, state: SiteState) -> None:
    state.calls_made += 1
    call = Call(id=fact.call, began=fact.at, caller=fact.caller, called=fact.called, customer=fact.leg)
    leg = Leg(id=fact.leg, role=Role.CUSTOMER, party=fact.caller, state=LegState.OFFERED)
    call.legs[leg.id] = leg
    state.calls[call.id] = call
    state.legs[leg.id] = call.id


def _originated(fact: f.CallOriginated, state: SiteState) -> None:
    call = Call(id=fact.call, began=fact.at, caller=fact.caller, called=fact.number, origin=fact.agent)
    state.calls[call.id] = call
    go(call, Place.DIALLING, fact.number, fact.at)


def _dialled(fact: f.LegDialled, state: SiteState) -> None:
    call = state.calls[fact.call]
    call.legs_made += 1
    call.legs[fact.leg] = Leg(id=fact.leg, role=fact.role, party=fact.party, address=fact.address)
    state.legs[fact.leg] = call.id
    if fact.role is Role.CUSTOMER:
        call.customer = fact.leg


def _leg(state: SiteState, fact: f.CallFact, leg: str) -> Leg:
    call = state.call(fact.call)
    assert call is not None
    return call.legs[leg]


def _alerting(fact: f.LegAlerting, state: SiteState) -> None:
    _leg(state, fact, fact.leg).state = LegState.ALERTING


def _connected(fact: f.LegConnected, state: SiteState) -> None:
    _leg(state, fact, fact.leg).state = LegState.CONNECTED


def _placed(fact: f.LegPlaced, state: SiteState) -> None:
    _leg(state, fact, fact.leg).ear = fact.ear
    if fact.ear is Ear.CONVERSATION:
        state.calls[fact.call].conversing = True


def _given_up(fact: f.LegGivenUp, state: SiteState) -> None:
    call = state.call(fact.call)
    assert call is not None
    call.legs[fact.leg].state = LegState.CLEARING
    if call.customer == fact.leg:
        call.customer = ""


def _leg_ended(fact: f.LegEnded, state: SiteState) -> None:
    call = state.call(fact.call)
    assert call is not None
    leg = call.legs.pop(fact.leg)
    state.recordings.pop(leg.recording, None)
    evolve_messages.ended(state, leg.message, fact.at)
    del state.legs[fact.leg]
    if call.customer == fact.leg:
        call.customer = ""


def _ended(fact: f.CallEnded, state: SiteState) -> None:
    call = state.calls.pop(fact.call)
    go(call, Place.ENDED, "", fact.at)
    call.ended, call.end = fact.at, fact.end
    call.waiting = None
    call.flow = call.node = call.returns_to = call.outside = ""
    call.data = {}
    call.conversing = False
    state.ended[call.id] = call


def _ivr_entered(fact: f.IvrEntered, state: SiteState) -> None:
    call = state.calls[fact.call]
    go(call, Place.IVR, fact.flow, fact.at)
    call.flow, call.node, call.returns_to, call.data = fact.flow, fact.node, fact.returns_to, {}
    call.waiting = None
    call.record.transfers += bool(fact.returns_to)


def _ivr_node(fact: f.IvrNodeReached, state: SiteState) -> None:
    call = state.calls[fact.call]
    call.node, call.data = fact.node, dict(fact.data)
    call.record.nodes.append(f"{fact.flow}/{fact.node}")


def _ivr_returned(fact: f.IvrReturned, state: SiteState) -> None:
    call = state.calls[fact.call]
    call.flow = call.node = call.returns_to = ""
    call.data = {}
    go(call, Place.TALK, fact.agent, fact.at)


def _known(fact: f.CallerKnown, state: SiteState) -> None:
    state.calls[fact.call].known |= fact.known


def _noted(fact: f.RecordNoted, state: SiteState) -> None:
    record = state.calls[fact.call].record
    record.history.append(Correction(at=fact.at, by=fact.flow, reason="", entries=dict(fact.entries), of_flow=True))
    record.entries |= fact.entries


def _of_no_consequence(fact: f.OperatorAlerted | f.FlowFailed, state: SiteState) -> None:
    """Those who follow the facts act on it."""


def _outside_asked(fact: f.OutsideAsked, state: SiteState) -> None:
    state.calls[fact.call].outside = fact.leg


def _outside_ended(fact: f.OutsideEnded, state: SiteState) -> None:
    call = state.calls[fact.call]
    call.outside = ""
    if fact.answered:
        call.flow = call.node = ""
        call.data = {}
        call.record.transfers += 1
        go(call, Place.OUTSIDE, fact.number, fact.at)


def _prompts_started(fact: f.PromptsStarted, state: SiteState) -> None:
    leg = _leg(state, fact, fact.leg)
    leg.playback = leg.last_playback = fact.playback
    leg.mark = fact.mark
    leg.marks += 1


def _prompts_ended(fact: f.PromptsEnded, state: SiteState) -> None:
    leg = _leg(state, fact, fact.leg)
    if leg.playback == fact.playback:
        leg.playback = ""


def _secret_asked(fact: f.SecretAsked, state: SiteState) -> None:
    leg = _leg(state, fact, fact.leg)
    leg.collection = leg.last_collection = fact.collection
    leg.ear = Ear.SECURED
    leg.marks += 1


def _secret_taken(fact: f.SecretTaken, state: SiteState) -> None:
    leg = _leg(state, fact, fact.leg)
    leg.collection, leg.ear = "", Ear.SILENCE


def _recording_started(fact: f.RecordingStarted, state: SiteState) -> None:
    leg = _leg(state, fact, fact.leg)
    leg.recording = fact.recording
    leg.message = fact.recording if fact.box else ""
    leg.marks += 1
    state.recordings[fact.recording] = fact.call
    call = state.calls[fact.call]
    call.record.recordings.append(fact.recording)
    if fact.box:
        call.record.messages[fact.recording] = fact.box
        evolve_messages.begun(state, call, fact)


def _recording_ended(fact: f.RecordingEnded, state: SiteState) -> None:
    state.recordings.pop(fact.recording, None)
    evolve_messages.ended(state, fact.recording, fact.at)
    call = state.call(fact.call)
    leg = None if call is None else call.legs.get(fact.leg)
    if leg is not None and leg.recording == fact.recording:
        leg.recording = leg.message = ""


def _record_written(fact: f.RecordCompleted | f.RecordCorrected, state: SiteState) -> None:
    call = state.call(fact.call)
    assert call is not None
    reason = fact.reason if isinstance(fact, f.RecordCorrected) else ""
    call.record.history.append(Correction(at=fact.at, by=fact.by, reason=reason, entries=dict(fact.entries)))
    call.record.entries |= fact.entries


def _archived(fact: f.RecordArchived, state: SiteState) -> None:
    call = state.ended.pop(fact.call)
    for leg in call.legs:
        del state.legs[leg]


def _restored(fact: f.RecordRestored, state: SiteState) -> None:
    state.ended[fact.call] = replace(copy.deepcopy(fact.kept), legs={}, restored=fact.at)


HANDLERS: Mapping[type[f.Fact], Callable[[Any, SiteState], None]] = {
    f.CallArrived: _arrived,
    f.CallOriginated: _originated,
    f.LegDialled: _dialled,
    f.LegAlerting: _alerting,
    f.LegConnected: _connected,
    f.LegPlaced: _placed,
    f.LegGivenUp: _given_up,
    f.LegEnded: _leg_ended,
    f.CallEnded: _ended,
    f.IvrEntered: _ivr_entered,
    f.IvrNodeReached: _ivr_node,
    f.IvrReturned: _ivr_returned,
    f.CallerKnown: _known,
    f.RecordNoted: _noted,
    f.OperatorAlerted: _of_no_consequence,
    f.FlowFailed: _of_no_consequence,
    f.OutsideAsked: _outside_asked,
    f.OutsideEnded: _outside_ended,
    f.PromptsStarted: _prompts_started,
    f.PromptsEnded: _prompts_ended,
    f.SecretAsked: _secret_asked,
    f.SecretTaken: _secret_taken,
    f.RecordingStarted: _recording_started,
    f.RecordingEnded: _recording_ended,
    f.RecordCompleted: _record_written,
    f.RecordCorrected: _record_written,
    f.RecordArchived: _archived,
    f.RecordRestored: _restored,
}
