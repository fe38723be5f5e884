"""Facts of agents in calls, of third parties and of leaders."""

from __future__ import annotations

from dataclasses import dataclass

from tellerline.callcenter.site.facts.base import CallFact
from tellerline.callcenter.site.words import ConsultEnd, Mode, Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentJoined(CallFact):
    """The agent serves the call from now on, or helps in it (``helper``)."""

    agent: str
    leg: str
    helper: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLeft(CallFact):
    """``why``: RELEASED, HUNG_UP, CALLER_GONE, TRANSFERRED, INTERCEPTED, PHONE_LOST."""

    agent: str
    leg: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHeld(CallFact):
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallResumed(CallFact):
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultStarted(CallFact):
    """``leg`` is empty for a colleague: his telephone is called by the offer."""

    agent: str
    leg: str
    party: str
    inside: bool
    purpose: Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultAnswered(CallFact):
    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceMade(CallFact):
    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultEnded(CallFact):
    agent: str
    leg: str
    end: ConsultEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionAsked(CallFact):
    """The leader's telephone is called. ``agent`` is the leader: whom he sits in ``over`` is not told of it."""

    agent: str
    over: str
    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionBegun(CallFact):
    """Also when the mode changes."""

    agent: str
    over: str
    leg: str
    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionEnded(CallFact):
    agent: str
    over: str
