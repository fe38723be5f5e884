"""The telephony bar's simple keys: call out, release, hold, resume, transfer to a queue or to the IVR."""

from __future__ import annotations

from tellerline.callcenter.site import consult, ivr, legs, matching, queueing, supervision, talk
from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site.commands import CallOut, Hold, Release, Resume, TransferToIvr, TransferToQueue
from tellerline.callcenter.site.refusals import Why
from tellerline.callcenter.site.state import Call
from tellerline.callcenter.site.turn import Turn, commanded_agent, commanded_call, refuse, served_call
from tellerline.callcenter.site.words import (
    AgentState,
    CallEnd,
    Ear,
    GrantEnd,
    LegState,
    Place,
    ReleasePolicy,
    Role,
    Target,
)


def call_out(turn: Turn, command: CallOut) -> None:
    """The version expected is the agent's: the call is not there yet."""
    agent = commanded_agent(turn, command, command.actor)
    if agent.state not in (AgentState.READY, AgentState.NOT_READY):
        refuse(Why.WRONG_AGENT_STATE)
    if turn.state.call(command.call) is not None or _is_ours(turn, command.call):
        refuse(Why.CALL_EXISTS)
    if not turn.state.link_up:
        refuse(Why.SWITCH_UNAVAILABLE)
    if agent.state is AgentState.NOT_READY:
        turn.emit(f.AgentPending(at=turn.at, agent=agent.id, target=Target.NOT_READY, cause=agent.cause))
    turn.emit(
        f.CallOriginated(at=turn.at, call=command.call, agent=agent.id, number=command.number, caller=command.caller)
    )
    turn.emit(f.AgentStateChanged(at=turn.at, agent=agent.id, state=AgentState.BUSY, call=command.call))
    call = turn.state.calls[command.call]
    legs.dial(turn, call, Role.AGENT, agent.id, agent.telephone, ring=turn.settings.offer_timeout, auto_answer=True)
    matching.feed(turn, turn.router.agent_staffed(turn.seconds, agent.id))


def _is_ours(turn: Turn, call: str) -> bool:
    """Whether the site itself gives such ids to callers."""
    site, _, number = call.rpartition("-")
    return site == turn.settings.name and number.isdecimal()


def release(turn: Turn, command: Release) -> None:
    call = commanded_call(turn, command)
    if command.actor in call.supervisions:
        supervision.end(turn, call, command.actor)
    elif call.place is Place.DIALLING and call.origin == command.actor:
        talk.end(turn, call, CallEnd.UNREACHED)
    elif command.actor not in call.agents:
        refuse(Why.NOT_IN_CALL)
    elif command.actor != call.agent:
        consult.end(turn, call)
    else:
        _release_last(turn, call)


def _release_last(turn: Turn, call: Call) -> None:
    """The agent who serves: with somebody else for the caller there, leaving is handing over."""
    joint = call.third is not None and call.third.answered and (call.third.inside or call.third.joint)
    if not joint and not call.origin and turn.settings.releases is ReleasePolicy.REFUSED:
        refuse(Why.MAY_NOT_RELEASE)
    talk.serving_agent_gone(turn, call, "RELEASED")


def hold(turn: Turn, command: Hold) -> None:
    call = served_call(turn, command)
    if not may_hold(call):
        refuse(Why.WRONG_CALL_STATE)
    put_on_hold(turn, call)


def may_hold(call: Call) -> bool:
    return call.place is Place.TALK and call.held_since is None and call.third is None


def put_on_hold(turn: Turn, call: Call) -> None:
    turn.emit(f.CallHeld(at=turn.at, call=call.id, agent=call.agent))
    legs.place(turn, call, call.customer, Ear.MUSIC)


def resume(turn: Turn, command: Resume) -> None:
    call = served_call(turn, command)
    if call.held_since is None:
        refuse(Why.WRONG_CALL_STATE)
    take_back(turn, call)


def take_back(turn: Turn, call: Call) -> None:
    turn.emit(f.CallResumed(at=turn.at, call=call.id, agent=call.agent))
    legs.place(turn, call, call.customer, Ear.CONVERSATION)


def to_queue(turn: Turn, command: TransferToQueue) -> None:
    call = _transferable(turn, command)
    if command.queue not in turn.settings.plan.queues:
        refuse(Why.NO_SUCH_QUEUE)
    _leave_call(turn, call)
    queueing.hand_to(turn, call, command.queue, command.actor)


def to_ivr(turn: Turn, command: TransferToIvr) -> None:
    call = _transferable(turn, command)
    if not command.returns:
        _leave_call(turn, call)
        ivr.begin(turn, call, command.flow, command.node)
        return
    if call.held_since is not None:
        turn.emit(f.CallResumed(at=turn.at, call=call.id, agent=call.agent))
    legs.place(turn, call, call.agents[call.agent], Ear.MUSIC)
    ivr.begin(turn, call, command.flow, command.node, returns_to=call.agent)


def _transferable(turn: Turn, command: TransferToQueue | TransferToIvr) -> Call:
    call = served_call(turn, command)
    customer = call.legs.get(call.customer)
    if call.place is not Place.TALK or call.third is not None or customer is None:
        refuse(Why.WRONG_CALL_STATE)
    if customer.state is not LegState.CONNECTED:
        refuse(Why.WRONG_CALL_STATE)
    return call


def _leave_call(turn: Turn, call: Call) -> None:
    talk.grant_ends(turn, call, GrantEnd.TRANSFERRED)
    legs.place(turn, call, call.customer, Ear.MUSIC)
    talk.agent_leaves(turn, call, call.agent, "TRANSFERRED")
