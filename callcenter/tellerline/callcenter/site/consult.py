"""A third party: called while the caller hears music, then let go, joined with the caller, or left with him."""

from __future__ import annotations

from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site import legs, offers, talk
from tellerline.callcenter.site.commands import CompleteTransfer, Confer, Consult, EndConsult, ToAgent
from tellerline.callcenter.site.refusals import Why
from tellerline.callcenter.site.state import Agent, Call, ThirdParty
from tellerline.callcenter.site.turn import Turn, refuse, served_call
from tellerline.callcenter.site.words import (
    AgentState,
    ConsultEnd,
    Ear,
    GrantEnd,
    OfferKind,
    Place,
    Purpose,
    Role,
)


def start(turn: Turn, command: Consult) -> None:
    call = served_call(turn, command)
    if call.place is not Place.TALK or call.third is not None or call.reservation:
        refuse(Why.WRONG_CALL_STATE)
    to = command.to
    colleague = _free(turn, to.agent, command.actor) if isinstance(to, ToAgent) else None
    if call.held_since is not None:
        turn.emit(f.CallResumed(at=turn.at, call=call.id, agent=call.agent))
    legs.place(turn, call, call.customer, Ear.MUSIC)
    leg = ""
    if not isinstance(to, ToAgent):
        leg = legs.dial(turn, call, Role.OUTSIDE, to.number, to.number, ring=turn.settings.ring)
    turn.emit(
        f.ConsultStarted(
            at=turn.at,
            call=call.id,
            agent=call.agent,
            leg=leg,
            party=to.agent if isinstance(to, ToAgent) else to.number,
            inside=isinstance(to, ToAgent),
            purpose=command.purpose,
        )
    )
    if colleague is not None:
        offers.make_inside(turn, call, colleague, OfferKind.COLLEAGUE)


def _free(turn: Turn, colleague: str, actor: str) -> Agent:
    """A colleague who may be called: ready, or a leader who has nothing to do."""
    agent = turn.state.agents.get(colleague)
    if agent is None or colleague == actor:
        refuse(Why.COLLEAGUE_NOT_FREE)
    if agent.state is AgentState.READY or (agent.leader and agent.state is AgentState.NOT_READY):
        return agent
    refuse(Why.COLLEAGUE_NOT_FREE)


def leg_of(call: Call, third: ThirdParty) -> str:
    """The third party's leg; empty where there is none."""
    if not third.inside:
        return third.leg
    leg = call.leg_of(third.party)
    return "" if leg is None else leg.id


def answered(turn: Turn, call: Call) -> None:
    """The third party is there, and does what it was called for."""
    third = call.third
    assert third is not None
    leg = leg_of(call, third)
    turn.emit(f.ConsultAnswered(at=turn.at, call=call.id, leg=leg))
    if third.inside:
        turn.emit(f.AgentJoined(at=turn.at, call=call.id, agent=third.party, leg=leg, helper=True))
    legs.place(turn, call, leg, Ear.CONVERSATION)
    if third.inside or third.purpose is not Purpose.TRANSFER:
        legs.record(turn, call, leg)
    if third.purpose is Purpose.TRANSFER:
        hand_over(turn, call, "TRANSFERRED")
    elif third.purpose is Purpose.CONFERENCE:
        _join(turn, call, leg)


def confer(turn: Turn, command: Confer) -> None:
    call = served_call(turn, command)
    third = call.third
    if third is None or not third.answered or third.joint:
        refuse(Why.WRONG_CALL_STATE)
    _join(turn, call, leg_of(call, third))


def _join(turn: Turn, call: Call, leg: str) -> None:
    turn.emit(f.ConferenceMade(at=turn.at, call=call.id, leg=leg))
    legs.place(turn, call, call.customer, Ear.CONVERSATION)


def complete(turn: Turn, command: CompleteTransfer) -> None:
    call = served_call(turn, command)
    if call.third is None or not call.third.answered:
        refuse(Why.WRONG_CALL_STATE)
    hand_over(turn, call, "TRANSFERRED")


def hand_over(turn: Turn, call: Call, why: str) -> None:
    """The caller stays with the third party, who has answered; the agent who called it leaves. Nothing is recorded of
    two people outside."""
    third = call.third
    assert third is not None
    leg = leg_of(call, third)
    talk.grant_ends(turn, call, GrantEnd.TRANSFERRED)
    legs.place(turn, call, call.customer, Ear.CONVERSATION)
    talk.agent_leaves(turn, call, third.by, why)
    turn.emit(f.ConsultEnded(at=turn.at, call=call.id, agent=third.by, leg=leg, end=ConsultEnd.TRANSFERRED))
    if third.inside:
        turn.emit(f.AgentJoined(at=turn.at, call=call.id, agent=third.party, leg=leg))
    else:
        for member in (call.customer, leg):
            legs.stop_recording(turn, call, member)


def end_command(turn: Turn, command: EndConsult) -> None:
    call = served_call(turn, command)
    if call.third is None:
        refuse(Why.WRONG_CALL_STATE)
    end(turn, call)


def end(turn: Turn, call: Call) -> None:
    """Let the third party go, if there is one; back to the caller."""
    third = call.third
    if third is None:
        return
    leg = leg_of(call, third)
    if third.inside and not third.answered:
        offers.canceled(turn, turn.state.reservations.get(call.reservation))
        return
    if third.inside:
        talk.agent_leaves(turn, call, third.party, "RELEASED")
    else:
        legs.give_up(turn, call, leg)
    _over(turn, call, third, leg, ConsultEnd.BACK if third.answered else ConsultEnd.FAILED)


def gone(turn: Turn, call: Call, why: str) -> None:
    """The third party's telephone ended by itself."""
    third = call.third
    if third is None:
        return
    if third.inside and third.answered:
        talk.agent_leaves(turn, call, third.party, why)
    _over(turn, call, third, third.leg, ConsultEnd.FAILED)


def failed(turn: Turn, call: Call) -> None:
    """A colleague did not take the offer."""
    third = call.third
    if third is not None:
        _over(turn, call, third, third.leg, ConsultEnd.FAILED)


def _over(turn: Turn, call: Call, third: ThirdParty, leg: str, how: ConsultEnd) -> None:
    turn.emit(f.ConsultEnded(at=turn.at, call=call.id, agent=third.by, leg=leg, end=how))
    if call.place is Place.TALK:
        legs.place(turn, call, call.customer, Ear.CONVERSATION)
