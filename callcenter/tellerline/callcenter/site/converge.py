"""State and switch compared, after a restart of ours or a lost link, and orders that failed."""

from __future__ import annotations

from tellerline.callcenter.site import events, ivr, legs, offers, supervision
from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site import orders as o
from tellerline.callcenter.site.commands import Converge, OrderFailed
from tellerline.callcenter.site.state import Call, Leg
from tellerline.callcenter.site.turn import Turn
from tellerline.callcenter.site.words import Ear, LegState, Mode
from tellerline.connectors.telephony import events as e
from tellerline.connectors.telephony.errors import SwitchReason
from tellerline.connectors.telephony.snapshot import LegSeen, Snapshot
from tellerline.connectors.telephony.snapshot import LegState as Seen

LEFT_OPEN = (SwitchReason.UNKNOWN, SwitchReason.NO_SUCH_CONVERSATION)
"""Of an order that may have been carried out, or could not be because one before it was not: converging puts it right,
and is asked for by whoever tells of the failure."""
_LISTENING = (Mode.SILENT, Mode.WHISPER)


def converge(turn: Turn, command: Converge) -> None:
    """What ended meanwhile has ended, what was answered is answered; what is up and should not be, or should and is
    not, is put right. Repeating it does no harm."""
    seen = command.snapshot
    if not turn.state.link_up:
        turn.emit(f.LinkCameBack(at=turn.at, restarted=False))
        offers.ring_on(turn)
    forget_legs(turn, seen)
    for call in list(turn.state.calls.values()):
        _put_right(turn, call, seen)
    _catch_up(turn, seen)
    strangers = _clear_strangers(turn, seen)
    _stop_strays(turn, seen)
    turn.emit(f.Converged(at=turn.at, strangers=strangers))


def forget_legs(turn: Turn, seen: Snapshot, *, restarted: bool = False) -> None:
    """Legs of ours that are not up have ended; or are still to be dialled, unless the switch has ``restarted``."""
    gone = [leg for leg in turn.state.legs if leg not in seen.legs]
    for leg_id in sorted(gone, key=lambda leg: _turn_of(turn, leg)):
        found = turn.state.leg(leg_id)
        if found is None:
            continue
        call, leg = found
        if leg.state is LegState.INITIATED and not restarted:
            by_itself = leg.party == call.origin or not turn.settings.ring_on_offer
            turn.order(legs.dial_order(turn, call, leg, ring=turn.settings.ring, auto_answer=by_itself))
        else:
            events.cleared(turn, e.Cleared(at=turn.at, leg=leg_id, cause=e.Cause.SWITCH_FAILURE))


def _turn_of(turn: Turn, leg: str) -> int:
    """Customers who wait first, then all others: so nobody who is free now is offered a call that is over."""
    found = turn.state.leg(leg)
    if found is None or found[0].customer != leg:
        return 2
    return 0 if found[0].waiting is not None else 1


def _catch_up(turn: Turn, seen: Snapshot) -> None:
    """Hear now what was said while nobody listened."""
    for leg_id, there in seen.legs.items():
        found = turn.state.leg(leg_id)
        if found is None:
            continue
        leg = found[1]
        if leg.state is LegState.CLEARING:
            turn.order(o.Clear(leg=leg_id))
        elif leg.state is LegState.OFFERED and there.state is Seen.OFFERED:
            turn.order(o.Answer(leg=leg_id))
        elif there.state is Seen.CONNECTED and leg.state is not LegState.CONNECTED:
            events.connected(turn, e.Connected(at=turn.at, leg=leg_id))


def _clear_strangers(turn: Turn, seen: Snapshot) -> int:
    """A caller who waits to be answered is welcome; every other leg that nobody knows is cleared."""
    cleared = 0
    for leg, there in seen.legs.items():
        if leg in turn.state.legs:
            continue
        if there.incoming and there.state is Seen.OFFERED:
            _welcome(turn, leg, there)
        else:
            turn.order(o.Clear(leg=leg))
            cleared += 1
    return cleared


def _welcome(turn: Turn, leg: str, there: LegSeen) -> None:
    events.offered(turn, e.Offered(at=turn.at, leg=leg, called=there.called, caller=there.number))


def _put_right(turn: Turn, call: Call, seen: Snapshot) -> None:
    _hush(turn, call)
    members = seen.conversations.get(call.conversation, frozenset())
    if call.conversing and call.conversation not in seen.conversations:
        turn.order(o.OpenConversation(conversation=call.conversation))
    for leg in list(call.legs.values()):
        if leg.state is LegState.CONNECTED:
            _leg_right(turn, call, leg, members)
            _recording_right(turn, call, leg, seen)
    ivr.tell(turn, call)
    _monitors_right(turn, call, seen)


def _hush(turn: Turn, call: Call) -> None:
    """Nothing is played to the customer and no secret asked of him: his flow, if he is in one, begins again."""
    customer = call.legs.get(call.customer)
    if customer is None:
        return
    if customer.last_collection:
        turn.order(o.StopCollecting(leg=customer.id, collection=customer.last_collection))
    if customer.collection:
        end = e.SecretEnd.STOPPED
        turn.emit(f.SecretTaken(at=turn.at, call=call.id, leg=customer.id, collection=customer.collection, end=end))
    if customer.last_playback and not customer.playback:
        turn.order(o.Stop(leg=customer.id, playback=customer.last_playback))
    legs.stop_prompts(turn, call)


def _leg_right(turn: Turn, call: Call, leg: Leg, members: frozenset[str]) -> None:
    if leg.ear is Ear.CONVERSATION:
        if leg.id not in members:
            turn.order(o.Music(leg=leg.id, on=False), *legs.ear_orders(call, leg))
    elif leg.id in members:
        turn.order(o.Leave(leg=leg.id, conversation=call.conversation), *legs.ear_orders(call, leg))
    elif leg.ear is Ear.MUSIC:
        turn.order(*legs.ear_orders(call, leg))
    else:
        turn.order(o.Music(leg=leg.id, on=False))


def _recording_right(turn: Turn, call: Call, leg: Leg, seen: Snapshot) -> None:
    """A recording that was to run and does not is closed, and another one begun; one that was to end is ended.

    It may have been ordered since the switch was looked at, and run after all: so it is stopped too.
    """
    if leg.recording and leg.recording not in seen.recordings:
        turn.order(o.StopRecording(leg=leg.id, recording=leg.recording))
        turn.emit(f.RecordingEnded(at=turn.at, call=call.id, leg=leg.id, recording=leg.recording, end=e.Ended.STOPPED))
        if leg.ear is Ear.CONVERSATION and call.agents:
            legs.record(turn, call, leg.id)
    elif leg.recording and not call.agents and not leg.message:
        legs.stop_recording(turn, call, leg.id)


def _monitors_right(turn: Turn, call: Call, seen: Snapshot) -> None:
    for watch in call.supervisions.values():
        leg = call.leg_of(watch.leader)
        if watch.begun and watch.mode in _LISTENING and leg is not None:
            order = supervision.monitor_order(call, watch, leg.id)
            if seen.monitors.get(order.monitor) != (order.leg, order.listener):
                turn.order(order)


def _stop_strays(turn: Turn, seen: Snapshot) -> None:
    """Conversations, monitors and recordings that belong to nothing."""
    ours = {call.conversation for call in turn.state.calls.values() if call.conversing}
    for conversation in seen.conversations:
        if conversation not in ours:
            turn.order(o.CloseConversation(conversation=conversation))
    monitors = set()
    for call in turn.state.calls.values():
        for watch in call.supervisions.values():
            leg = call.leg_of(watch.leader)
            if leg is not None and watch.begun and watch.mode in _LISTENING:
                monitors.add(supervision.monitor_of(leg.id))
    for monitor, (_, listener) in seen.monitors.items():
        if monitor not in monitors:
            turn.order(o.StopMonitoring(leg=listener, monitor=monitor))
    for recording, leg_id in seen.recordings.items():
        if recording not in turn.state.recordings:
            turn.order(o.StopRecording(leg=leg_id, recording=recording))


def failed(turn: Turn, command: OrderFailed) -> None:
    """What was not carried out did not happen; what may have been, or what the link hides, converging tells."""
    order, reason = command.order, command.reason
    if reason in LEFT_OPEN or reason is SwitchReason.UNAVAILABLE or not turn.state.link_up:
        return
    match order:
        case o.Dial(leg=leg):
            cause = e.Cause.UNREACHABLE if reason is SwitchReason.UNREACHABLE else e.Cause.SWITCH_FAILURE
            events.cleared(turn, e.Cleared(at=turn.at, leg=leg, cause=cause))
        case o.Play(leg=leg, playback=playback):
            events.played(turn, e.PlaybackEnded(at=turn.at, playback=playback, leg=leg, end=e.Ended.FAILED))
        case o.CollectSecret(leg=leg, collection=collection):
            stopped = e.SecretEnd.STOPPED
            events.secret(turn, e.SecretCollected(at=turn.at, collection=collection, leg=leg, end=stopped))
        case o.Record(leg=leg, recording=recording):
            events.recorded(turn, e.RecordingEnded(at=turn.at, recording=recording, leg=leg, end=e.Ended.FAILED))
        case o.Monitor(listener=leg) | o.Join(leg=leg) | o.Answer(leg=leg) if leg in turn.state.legs:
            turn.order(o.Clear(leg=leg))
        case _:
            pass
