"""Leaders in a call: silent monitor, whisper, barge-in, intercept."""

from __future__ import annotations

from tellerline.callcenter.site import agents, consult, legs, offers, talk
from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site import orders as o
from tellerline.callcenter.site.commands import StopSupervising, Supervise
from tellerline.callcenter.site.refusals import Why
from tellerline.callcenter.site.state import Call, Pending, Supervision
from tellerline.callcenter.site.turn import Turn, commanded_call, refuse, require_leader
from tellerline.callcenter.site.words import INTERCEPTED, AgentState, Ear, GrantEnd, Mode, OfferKind, Place, Target
from tellerline.connectors.telephony.switch import Listening

_LISTENING = {Mode.SILENT: Listening.SILENT, Mode.WHISPER: Listening.WHISPER}


def supervise(turn: Turn, command: Supervise) -> None:
    call = commanded_call(turn, command)
    leader = require_leader(turn, command)
    if command.agent not in call.agents:
        refuse(Why.NOT_IN_CALL)
    if not _possible(call, command.agent, command.mode):
        refuse(Why.WRONG_CALL_STATE)
    present = call.supervisions.get(leader.id)
    if present is not None and present.begun:
        if present.agent != command.agent:
            refuse(Why.WRONG_CALL_STATE)
        _sit_in(turn, call, present, command.mode)
        return
    if present is None and leader.state not in (AgentState.READY, AgentState.NOT_READY):
        refuse(Why.WRONG_AGENT_STATE)
    turn.emit(f.SupervisionAsked(at=turn.at, call=call.id, agent=leader.id, over=command.agent, mode=command.mode))
    if present is None:
        offers.make_inside(turn, call, leader, OfferKind.SUPERVISION)


def _possible(call: Call, agent: str, mode: Mode) -> bool:
    if mode is Mode.INTERCEPT and call.agent != agent:
        return False
    return mode in _LISTENING or call.place is Place.TALK


def answered(turn: Turn, call: Call, leader: str) -> None:
    """The leader's telephone is there; what is no longer possible becomes a silent monitor."""
    supervision = call.supervisions[leader]
    mode = supervision.mode if _possible(call, supervision.agent, supervision.mode) else Mode.SILENT
    _sit_in(turn, call, supervision, mode)


def _sit_in(turn: Turn, call: Call, supervision: Supervision, mode: Mode) -> None:
    leg = call.leg_of(supervision.leader)
    assert leg is not None
    listened = supervision.begun and supervision.mode in _LISTENING
    if mode not in _LISTENING and listened:
        turn.order(o.StopMonitoring(leg=leg.id, monitor=monitor_of(leg.id)))
    if mode is Mode.INTERCEPT:
        _intercept(turn, call, supervision, leg.id)
        return
    legs.place(turn, call, leg.id, Ear.CONVERSATION if mode is Mode.BARGE_IN else Ear.SILENCE)
    turn.emit(
        f.SupervisionBegun(
            at=turn.at, call=call.id, agent=supervision.leader, over=supervision.agent, leg=leg.id, mode=mode
        )
    )
    if mode in _LISTENING:
        turn.order(monitor_order(call, supervision, leg.id))


def monitor_of(leg: str) -> str:
    return f"{leg}.m"


def monitor_order(call: Call, supervision: Supervision, leg: str) -> o.Monitor:
    return o.Monitor(
        leg=call.agents[supervision.agent],
        monitor=monitor_of(leg),
        listener=leg,
        listening=_LISTENING[supervision.mode],
    )


def _intercept(turn: Turn, call: Call, supervision: Supervision, leg: str) -> None:
    """The leader enters, then the agent leaves."""
    agent, leader = supervision.agent, supervision.leader
    talk.grant_ends(turn, call, GrantEnd.INTERCEPTED)
    consult.end(turn, call)
    if call.held_since is not None:
        turn.emit(f.CallResumed(at=turn.at, call=call.id, agent=agent))
    turn.emit(f.SupervisionEnded(at=turn.at, call=call.id, agent=leader, over=agent))
    turn.emit(f.AgentJoined(at=turn.at, call=call.id, agent=leader, leg=leg))
    for member in (leg, call.customer):
        legs.place(turn, call, member, Ear.CONVERSATION)
    legs.record(turn, call, leg)
    talk.agent_leaves(turn, call, agent, INTERCEPTED, to=Pending(Target.NOT_READY, INTERCEPTED, leader))


def stop(turn: Turn, command: StopSupervising) -> None:
    call = commanded_call(turn, command)
    if command.actor not in call.supervisions:
        refuse(Why.NOT_IN_CALL)
    end(turn, call, command.actor)


def end(turn: Turn, call: Call, leader: str) -> None:
    """The leader is out of the call, or no longer called into it."""
    supervision = call.supervisions[leader]
    found = turn.state.agents[leader]
    if not supervision.begun:
        offers.canceled(turn, turn.state.reservations.get(found.reservation))
        return
    leg = call.leg_of(leader)
    drop(turn, call, leader)
    if leg is not None:
        if supervision.mode in _LISTENING:
            turn.order(o.StopMonitoring(leg=leg.id, monitor=monitor_of(leg.id)))
        legs.give_up(turn, call, leg.id)
    agents.freed(turn, found, wrap=False)


def end_of(turn: Turn, call: Call, agent: str) -> None:
    """Nobody sits in on an agent who leaves."""
    for supervision in list(call.supervisions.values()):
        if supervision.agent == agent:
            end(turn, call, supervision.leader)


def drop(turn: Turn, call: Call, leader: str) -> None:
    supervision = call.supervisions.get(leader)
    if supervision is not None:
        turn.emit(f.SupervisionEnded(at=turn.at, call=call.id, agent=leader, over=supervision.agent))
