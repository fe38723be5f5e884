"""What the switch tells: early, late or twice, of legs that are known or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tellerline.callcenter.site import bar, consult, converge, ivr, legs, offers, supervision, talk
from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site import orders as o
from tellerline.callcenter.site.state import Call, Leg, Reservation
from tellerline.callcenter.site.turn import Turn
from tellerline.callcenter.site.words import CallEnd, LegState, Place, ReservationState, Role
from tellerline.connectors.telephony import events as e
from tellerline.connectors.telephony.snapshot import Snapshot

_FAULTS = (e.Cause.MEDIA_LOST, e.Cause.SWITCH_FAILURE, e.Cause.UNREACHABLE)


def offered(turn: Turn, event: e.Offered) -> None:
    """A caller: answered at once, and led by the flow of the number dialled."""
    if event.leg in turn.state.legs:
        return
    call_id = f"{turn.settings.name}-{turn.state.calls_made + 1}"
    turn.emit(f.CallArrived(at=turn.at, call=call_id, leg=event.leg, caller=event.caller, called=event.called))
    turn.order(o.Answer(leg=event.leg))
    flow = turn.settings.flows.get(event.called, turn.settings.entry_flow)
    turn.emit(f.IvrEntered(at=turn.at, call=call_id, flow=flow, node=""))


def _alerting(turn: Turn, event: e.Alerting) -> None:
    found = turn.state.leg(event.leg)
    if found is not None and found[1].state is LegState.INITIATED:
        turn.emit(f.LegAlerting(at=turn.at, call=found[0].id, leg=event.leg))


def connected(turn: Turn, event: e.Connected) -> None:
    """Whoever answers too late, or is not known, is hung up."""
    found = turn.state.leg(event.leg)
    if found is None or found[1].state is LegState.CLEARING:
        turn.order(o.Clear(leg=event.leg))
        return
    call, leg = found
    if leg.state is LegState.CONNECTED:
        return
    turn.emit(f.LegConnected(at=turn.at, call=call.id, leg=leg.id))
    if leg.role is Role.CUSTOMER:
        _customer_connected(turn, call, leg)
    elif leg.role is Role.OUTSIDE:
        _outside_connected(turn, call, leg)
    else:
        _agent_connected(turn, call, leg)


def _customer_connected(turn: Turn, call: Call, leg: Leg) -> None:
    if call.place is Place.DIALLING:
        own = call.leg_of(call.origin)
        assert own is not None
        talk.begin(turn, call, call.origin, own.id)
    elif call.place is Place.CALLBACK:
        reservation = turn.state.reservations[call.reservation]
        own = call.leg_of(reservation.agent)
        assert own is not None
        offers.taken(turn, reservation, own.id)
    else:
        ivr.tell(turn, call)


def _outside_connected(turn: Turn, call: Call, leg: Leg) -> None:
    if call.third is not None and call.third.leg == leg.id:
        consult.answered(turn, call)
    elif call.outside == leg.id:
        ivr.outside_answered(turn, call)
    else:
        legs.give_up(turn, call, leg.id)


def _agent_connected(turn: Turn, call: Call, leg: Leg) -> None:
    reservation = _pending_of(turn, call, leg)
    if reservation is not None:
        offers.answered(turn, reservation, leg)
    elif call.place is Place.DIALLING and call.origin == leg.party:
        legs.dial(turn, call, Role.CUSTOMER, call.called, call.called, ring=turn.settings.ring)
    else:
        legs.give_up(turn, call, leg.id)


def _pending_of(turn: Turn, call: Call, leg: Leg) -> Reservation | None:
    """The offer for which the leg rings."""
    reservation = turn.state.reservations.get(turn.state.agents[leg.party].reservation)
    if reservation is None or reservation.call != call.id or reservation.state is not ReservationState.PENDING:
        return None
    return reservation


def cleared(turn: Turn, event: e.Cleared) -> None:
    """Also what becomes of a leg that could not be dialled, or that is found gone."""
    found = turn.state.leg(event.leg)
    if found is None:
        return
    call, leg = found
    given_up = leg.state is LegState.CLEARING
    was_customer = call.customer == leg.id
    turn.emit(f.LegEnded(at=turn.at, call=call.id, leg=leg.id, cause=event.cause))
    if given_up or call.end is not None:
        return
    if was_customer:
        talk.customer_gone(turn, call)
    elif leg.role is Role.OUTSIDE:
        _outside_gone(turn, call, leg)
    else:
        _agent_gone(turn, call, leg, event.cause)


def _outside_gone(turn: Turn, call: Call, leg: Leg) -> None:
    if call.third is not None and call.third.leg == leg.id:
        consult.gone(turn, call, "HUNG_UP")
    elif call.outside == leg.id:
        ivr.outside_gone(turn, call, leg.id, leg.party)
    elif call.place is Place.OUTSIDE:
        talk.end(turn, call, CallEnd.NORMAL)


def _agent_gone(turn: Turn, call: Call, leg: Leg, cause: e.Cause) -> None:
    why = "PHONE_LOST" if cause in _FAULTS else "HUNG_UP"
    reservation = _pending_of(turn, call, leg)
    if reservation is not None:
        offers.leg_lost(turn, reservation, cause)
    elif leg.party in call.supervisions:
        supervision.end(turn, call, leg.party)
    elif call.place is Place.DIALLING:
        talk.end(turn, call, CallEnd.UNREACHED)
    elif leg.party == call.agent:
        talk.serving_agent_gone(turn, call, why)
    elif leg.party in call.agents:
        consult.gone(turn, call, why)


def _digit(turn: Turn, event: e.Digit) -> None:
    found = turn.state.leg(event.leg)
    if found is not None and found[0].customer == event.leg and found[0].flow:
        call = found[0]
        turn.order(o.TellIvr(call=call.id, flow=call.flow, news=o.IvrNews.DIGIT, digit=event.digit))


def played(turn: Turn, event: e.PlaybackEnded) -> None:
    found = turn.state.leg(event.leg)
    if found is None or found[1].playback != event.playback:
        return
    call = found[0]
    turn.emit(f.PromptsEnded(at=turn.at, call=call.id, leg=event.leg, playback=event.playback, end=event.end))
    if call.flow:
        turn.order(o.TellIvr(call=call.id, flow=call.flow, news=o.IvrNews.PLAYED, played=event.end, mark=found[1].mark))


def recorded(turn: Turn, event: e.RecordingEnded) -> None:
    name = turn.state.recordings.get(event.recording)
    if name is None:
        return
    found = turn.state.leg(event.leg)
    message = found is not None and found[1].message == event.recording
    turn.emit(f.RecordingEnded(at=turn.at, call=name, leg=event.leg, recording=event.recording, end=event.end))
    call = turn.state.calls.get(name)
    if message and call is not None and call.flow:
        turn.order(o.TellIvr(call=name, flow=call.flow, news=o.IvrNews.RECORDED))


def secret(turn: Turn, event: e.SecretCollected) -> None:
    """The sealed block goes on to the flow, and nowhere else."""
    found = turn.state.leg(event.leg)
    if found is None or found[1].collection != event.collection:
        return
    call = found[0]
    turn.emit(f.SecretTaken(at=turn.at, call=call.id, leg=event.leg, collection=event.collection, end=event.end))
    if call.flow:
        turn.order(
            o.TellIvr(call=call.id, flow=call.flow, news=o.IvrNews.SECRET, secret=event.end, sealed=event.sealed)
        )


def _phone_held(turn: Turn, event: e.PhoneHeld) -> None:
    call = _served(turn, event.leg)
    if call is not None and bar.may_hold(call):
        bar.put_on_hold(turn, call)


def _phone_retrieved(turn: Turn, event: e.PhoneRetrieved) -> None:
    call = _served(turn, event.leg)
    if call is not None and call.held_since is not None:
        bar.take_back(turn, call)


def _served(turn: Turn, leg: str) -> Call | None:
    """The call that is up, if the leg is that of the agent who serves it."""
    call = turn.state.calls.get(turn.state.legs.get(leg, ""))
    return call if call is not None and call.agents.get(call.agent) == leg else None


def _link_lost(turn: Turn, event: e.LinkLost) -> None:
    if turn.state.link_up:
        turn.emit(f.LinkWentDown(at=turn.at))


def _link_restored(turn: Turn, event: e.LinkRestored) -> None:
    if not turn.state.link_up:
        turn.emit(f.LinkCameBack(at=turn.at, restarted=event.restarted))
        offers.ring_on(turn)
    if event.restarted:
        nothing = Snapshot(legs={}, conversations={}, recordings={}, monitors={})
        converge.forget_legs(turn, nothing, restarted=True)


HANDLERS: Mapping[type[e.Event], Callable[[Turn, Any], None]] = {
    e.Offered: offered,
    e.Alerting: _alerting,
    e.Connected: connected,
    e.Cleared: cleared,
    e.Digit: _digit,
    e.PlaybackEnded: played,
    e.RecordingEnded: recorded,
    e.SecretCollected: secret,
    e.PhoneHeld: _phone_held,
    e.PhoneRetrieved: _phone_retrieved,
    e.LinkLost: _link_lost,
    e.LinkRestored: _link_restored,
}
