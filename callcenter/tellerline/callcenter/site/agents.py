"""Agents' own states: signing in and out, ready and not, forced, freed by the end of a call."""

from __future__ import annotations

from datetime import datetime, timedelta

from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site import matching, offers
from tellerline.callcenter.site.commands import (
    AgentCommand,
    BecomeNotReady,
    BecomeReady,
    FinishWork,
    Force,
    SignIn,
    SignOut,
)
from tellerline.callcenter.site.figures import figures
from tellerline.callcenter.site.refusals import Why
from tellerline.callcenter.site.state import Agent, Pending
from tellerline.callcenter.site.turn import Turn, commanded_agent, refuse, require_leader
from tellerline.callcenter.site.words import AgentState, ReservationState, Target

_AT_WORK = (AgentState.RESERVED, AgentState.BUSY)


def sign_in(turn: Turn, command: SignIn) -> None:
    present = turn.state.agents.get(command.agent)
    if command.actor != command.agent:
        refuse(Why.NOT_YOURSELF)
    if present is not None and present.state is not AgentState.NULL:
        refuse(Why.SIGNED_IN_ALREADY)
    if any(a.telephone == command.telephone for a in turn.state.agents.values() if a.state is not AgentState.NULL):
        refuse(Why.TELEPHONE_IN_USE)
    turn.emit(
        f.AgentSignedIn(
            at=turn.at,
            agent=command.agent,
            profile=command.profile,
            telephone=command.telephone,
            leader=command.leader,
        )
    )
    matching.feed(turn, turn.router.agent_signed_in(turn.seconds, command.profile))


def become(turn: Turn, command: BecomeReady | BecomeNotReady | SignOut) -> None:
    """At once, or after the call or offer; work after a call ends with it."""
    agent = commanded_agent(turn, command, command.agent)
    target = _target(command)
    if agent.state in _AT_WORK:
        _defer(turn, agent, target)
    else:
        _end_work(turn, agent)
        go(turn, agent, target)


def _target(command: AgentCommand) -> Pending:
    if isinstance(command, BecomeNotReady):
        return Pending(Target.NOT_READY, command.cause)
    return Pending(Target.READY if isinstance(command, BecomeReady) else Target.SIGN_OUT)


def finish_work(turn: Turn, command: FinishWork) -> None:
    agent = commanded_agent(turn, command, command.agent)
    if agent.state is not AgentState.WORKING_AFTER_CALL:
        refuse(Why.WRONG_AGENT_STATE)
    _end_work(turn, agent)
    settle(turn, agent)


def force(turn: Turn, command: Force) -> None:
    require_leader(turn, command)
    agent = commanded_agent(turn, command, command.agent, by_leader=True)
    target = Pending(command.to, command.cause if command.to is Target.NOT_READY else "", command.actor)
    working = agent.state is AgentState.WORKING_AFTER_CALL
    if agent.state is AgentState.BUSY or (not command.hard and (working or agent.state is AgentState.RESERVED)):
        _defer(turn, agent, target)
        return
    if agent.state is AgentState.RESERVED:
        _defer(turn, agent, target)
        offers.rescind(turn, turn.state.reservations[agent.reservation], "FORCED")
        return
    _end_work(turn, agent)
    go(turn, agent, target)


def _defer(turn: Turn, agent: Agent, target: Pending) -> None:
    if agent.pending != target:
        turn.emit(f.AgentPending(at=turn.at, agent=agent.id, target=target.target, cause=target.cause, by=target.by))


def _end_work(turn: Turn, agent: Agent) -> None:
    reservation = turn.state.reservations.get(agent.reservation)
    if agent.state is AgentState.WORKING_AFTER_CALL and reservation is not None:
        offers.change(turn, reservation, ReservationState.COMPLETED)


def work_timed_out(turn: Turn, agent: Agent) -> None:
    _end_work(turn, agent)
    settle(turn, agent)


def freed(turn: Turn, agent: Agent, *, wrap: bool) -> None:
    """The agent's call is over: work after it, if there is any, then wherever the agent is to go."""
    reservation = turn.state.reservations.get(agent.reservation)
    work = turn.settings.wrap_up if wrap else timedelta()
    if reservation is not None:
        offers.change(turn, reservation, ReservationState.WRAPPING if work else ReservationState.COMPLETED)
    if work:
        until: datetime = turn.at + work
        turn.emit(
            f.AgentStateChanged(
                at=turn.at, agent=agent.id, state=AgentState.WORKING_AFTER_CALL, call=agent.call, until=until
            )
        )
        return
    settle(turn, agent)


def settle(turn: Turn, agent: Agent) -> None:
    """Go where the agent is to go after what he did: what is pending, else ready."""
    go(turn, agent, agent.pending or Pending(Target.READY))


def go(turn: Turn, agent: Agent, target: Pending) -> None:
    """From any state in which the agent has neither call nor offer; nothing where he is there already."""
    if agent.pending is not None:
        turn.emit(f.AgentPending(at=turn.at, agent=agent.id, target=None))
    if target.target is Target.SIGN_OUT:
        _sign_out(turn, agent, target.by)
    elif target.target is Target.NOT_READY:
        not_ready(turn, agent, target.cause, target.by)
    elif agent.state is not AgentState.READY:
        turn.emit(f.AgentStateChanged(at=turn.at, agent=agent.id, state=AgentState.READY, by=target.by))
        matching.feed(turn, matching.agent_ready(turn, agent.id))


def not_ready(turn: Turn, agent: Agent, cause: str, by: str = "") -> None:
    if agent.state is AgentState.NOT_READY and agent.cause == cause:
        return
    turn.emit(f.AgentStateChanged(at=turn.at, agent=agent.id, state=AgentState.NOT_READY, cause=cause, by=by))
    matching.feed(turn, turn.router.agent_unready(turn.seconds, agent.id))


def _sign_out(turn: Turn, agent: Agent, by: str) -> None:
    turn.emit(f.AgentSignedOut(at=turn.at, agent=agent.id, figures=figures(agent, turn.at), by=by))
    matching.feed(turn, turn.router.agent_left(turn.seconds, agent.id))
