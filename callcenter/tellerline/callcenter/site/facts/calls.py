"""Facts of calls, of their legs, recordings and records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from tellerline.callcenter.site.facts.base import CallFact, Fact
from tellerline.callcenter.site.state import Call
from tellerline.callcenter.site.words import CallEnd, Ear, GrantEnd, Role
from tellerline.connectors.telephony.events import Cause, Ended


@dataclass(frozen=True, slots=True, kw_only=True)
class CallArrived(CallFact):
    leg: str
    caller: str
    called: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOriginated(CallFact):
    agent: str
    number: str
    caller: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegDialled(CallFact):
    """``party`` is the agent, or the number outside."""

    leg: str
    role: Role
    party: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegAlerting(CallFact):
    counts: ClassVar[bool] = False
    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegConnected(CallFact):
    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegPlaced(CallFact):
    """What the leg is to hear from now on."""

    counts: ClassVar[bool] = False
    leg: str
    ear: Ear


@dataclass(frozen=True, slots=True, kw_only=True)
class LegGivenUp(CallFact):
    """The switch was told to clear it."""

    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegEnded(CallFact):
    leg: str
    cause: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded(CallFact):
    end: CallEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantEnds(CallFact):
    """The grant of this call, held by this agent, is to be revoked before anything else is done."""

    agent: str
    why: GrantEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStarted(CallFact):
    """Of what is said with an agent; or a message for ``box``."""

    counts: ClassVar[bool] = False
    leg: str
    recording: str
    box: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingEnded(CallFact):
    """Now it can be fetched."""

    counts: ClassVar[bool] = False
    leg: str
    recording: str
    end: Ended


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCompleted(CallFact):
    by: str
    entries: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCorrected(CallFact):
    by: str
    reason: str
    entries: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordArchived(CallFact):
    """The site no longer keeps the ended call at hand. ``kept`` is all of it; None in old logs."""

    kept: Call | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRestored(Fact):
    """The ended call is at hand again."""

    call: str
    kept: Call
