"""An agent's figures of the day, computed at signing out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tellerline.callcenter.site.state import Agent
from tellerline.callcenter.site.words import AgentState


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """``times`` has the time in each state and sums up to ``signed_in``; ``talk`` leaves out ``held``."""

    signed_in: timedelta
    working: timedelta
    """All but the time not ready."""
    times: Mapping[AgentState, timedelta]
    talk: timedelta
    held: timedelta
    calls: int
    holds: int
    offered: int
    accepted: int
    rejected: int
    timed_out: int
    transfers: int
    average_talk: timedelta


def figures(agent: Agent, at: datetime) -> DayFigures:
    """The agent's figures from signing in to ``at``, the present state included."""
    times = dict(agent.times)
    times[agent.state] = times.get(agent.state, timedelta()) + (at - agent.since)
    signed_in = at - agent.signed_in
    tally = agent.tally
    return DayFigures(
        signed_in=signed_in,
        working=signed_in - times.get(AgentState.NOT_READY, timedelta()),
        times=times,
        talk=tally.talk,
        held=tally.held,
        calls=tally.calls,
        holds=tally.holds,
        offered=tally.offered,
        accepted=tally.accepted,
        rejected=tally.rejected,
        timed_out=tally.timed_out,
        transfers=tally.transfers,
        average_talk=tally.talk / tally.calls if tally.calls else timedelta(),
    )
