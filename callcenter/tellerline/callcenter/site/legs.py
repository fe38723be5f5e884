"""Legs: dialled, given something to hear, recorded, given up."""

from __future__ import annotations

from datetime import timedelta

from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site import orders as o
from tellerline.callcenter.site.state import Call, Leg
from tellerline.callcenter.site.turn import Turn
from tellerline.callcenter.site.words import Ear, LegState, Role
from tellerline.connectors.telephony.events import Cause, Ended, SecretEnd


def dial(
    turn: Turn, call: Call, role: Role, party: str, address: str, *, ring: timedelta, auto_answer: bool = False
) -> str:
    """Call a telephone as a new leg of the call; returns the leg's id."""
    leg = f"{call.id}.{call.legs_made + 1}"
    turn.emit(f.LegDialled(at=turn.at, call=call.id, leg=leg, role=role, party=party, address=address))
    turn.order(dial_order(turn, call, call.legs[leg], ring=ring, auto_answer=auto_answer))
    return leg


def dial_order(turn: Turn, call: Call, leg: Leg, *, ring: timedelta, auto_answer: bool = False) -> o.Dial:
    """Agents see the customer's number; others the one that the agent who called out chose, else the centre's own."""
    if leg.role in (Role.AGENT, Role.LEADER):
        caller = call.called if call.origin else call.caller
    else:
        caller = (call.caller if call.origin else "") or turn.settings.own_number
    return o.Dial(leg=leg.id, address=leg.address, caller=caller, ring=ring, auto_answer=auto_answer)


def place(turn: Turn, call: Call, leg_id: str, ear: Ear) -> None:
    """Let a leg hear something else from now on; nothing for a leg that is not connected."""
    leg = call.legs.get(leg_id)
    if leg is None or leg.state is not LegState.CONNECTED or leg.ear is ear:
        return
    _drop_secret(turn, call, leg)
    if leg.ear is ear:
        return
    if leg.ear is Ear.CONVERSATION:
        turn.order(o.Leave(leg=leg_id, conversation=call.conversation))
    if leg.ear is Ear.MUSIC:
        turn.order(o.Music(leg=leg_id, on=False))
    if ear is Ear.CONVERSATION and not call.conversing:
        turn.order(o.OpenConversation(conversation=call.conversation))
    turn.emit(f.LegPlaced(at=turn.at, call=call.id, leg=leg_id, ear=ear))
    turn.order(*ear_orders(call, leg))


def ear_orders(call: Call, leg: Leg) -> list[o.Order]:
    """What lets a leg that hears nothing hear what it is to."""
    if leg.ear is Ear.CONVERSATION:
        return [o.Join(leg=leg.id, conversation=call.conversation)]
    return [o.Music(leg=leg.id, on=True)] if leg.ear is Ear.MUSIC else []


def _drop_secret(turn: Turn, call: Call, leg: Leg) -> None:
    if leg.collection:
        turn.order(o.StopCollecting(leg=leg.id, collection=leg.collection))
        turn.emit(f.SecretTaken(at=turn.at, call=call.id, leg=leg.id, collection=leg.collection, end=SecretEnd.STOPPED))


def stop_prompts(turn: Turn, call: Call) -> None:
    """End what the customer is played, if anything."""
    leg = call.legs.get(call.customer)
    if leg is not None and leg.playback:
        turn.order(o.Stop(leg=leg.id, playback=leg.playback))
        turn.emit(f.PromptsEnded(at=turn.at, call=call.id, leg=leg.id, playback=leg.playback, end=Ended.STOPPED))


def record(turn: Turn, call: Call, leg_id: str) -> None:
    """Record a leg from now on, unless it is; a message that is just ending does not count."""
    leg = call.legs.get(leg_id)
    if (
        leg is None
        or (leg.recording and not leg.message)
        or not turn.settings.recorded
        or leg.state is not LegState.CONNECTED
    ):
        return
    recording = f"{leg_id}.r{leg.marks + 1}"
    turn.emit(f.RecordingStarted(at=turn.at, call=call.id, leg=leg_id, recording=recording))
    turn.order(o.Record(leg=leg_id, recording=recording))


def record_message(turn: Turn, call: Call, leg_id: str, box: str, silence: timedelta) -> None:
    """Whatever is recorded of the leg just now, such as of the talk before, ends."""
    leg = call.legs[leg_id]
    stop_recording(turn, call, leg_id)
    recording = f"{leg_id}.r{leg.marks + 1}"
    turn.emit(f.RecordingStarted(at=turn.at, call=call.id, leg=leg_id, recording=recording, box=box))
    turn.order(o.Record(leg=leg_id, recording=recording, silence=silence))


def stop_recording(turn: Turn, call: Call, leg_id: str) -> None:
    """``RecordingEnded`` of the switch tells when it has ended."""
    leg = call.legs.get(leg_id)
    if leg is not None and leg.recording:
        turn.order(o.StopRecording(leg=leg_id, recording=leg.recording))


def give_up(turn: Turn, call: Call, leg_id: str, cause: Cause = Cause.NORMAL) -> None:
    """Clear a leg, whatever state it is in; nothing for one that is gone or given up already."""
    leg = call.legs.get(leg_id)
    if leg is None or leg.state is LegState.CLEARING:
        return
    turn.emit(f.LegGivenUp(at=turn.at, call=call.id, leg=leg_id))
    turn.order(o.Clear(leg=leg_id, cause=cause))
