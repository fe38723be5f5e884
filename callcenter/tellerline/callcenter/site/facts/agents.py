"""Facts of agents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tellerline.callcenter.site.facts.base import AgentFact
from tellerline.callcenter.site.figures import DayFigures
from tellerline.callcenter.site.words import AgentState, Target
from tellerline.routing.calls.model import AgentProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSignedIn(AgentFact):
    profile: AgentProfile
    telephone: str
    leader: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStateChanged(AgentFact):
    """``cause`` is the reason of not being ready. ``by`` is the leader who forced it; ``until`` ends a work after a
    call by itself."""

    state: AgentState
    cause: str = ""
    by: str = ""
    call: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPending(AgentFact):
    """Where the agent goes after the call or offer, and the work after it; None: no longer anywhere else."""

    target: Target | None
    cause: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSignedOut(AgentFact):
    figures: DayFigures
    by: str = ""
