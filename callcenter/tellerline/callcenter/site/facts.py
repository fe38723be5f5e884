"""What happened at a site: the only thing that changes its state, and all that anybody is told.

``version`` is that of the agent (facts of an agent) or of the call (facts of a call) after the fact; the site sets it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from tellerline.callcenter.site.figures import DayFigures
from tellerline.callcenter.site.words import (
    AgentState,
    CallEnd,
    ConsultEnd,
    Ear,
    GrantEnd,
    Mode,
    OfferKind,
    Purpose,
    ReservationState,
    Role,
    Target,
)
from tellerline.connectors.telephony.events import Cause, Ended, SecretEnd
from tellerline.routing.calls.model import AgentProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    at: datetime


# Agents


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFact(Fact):
    agent: str
    version: int = 0


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


# Calls and their legs


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFact(Fact):
    call: str
    version: int = 0
    counts: ClassVar[bool] = True
    """Whether the version of the call grows: not by what no command depends on."""


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


# IVR and queue


@dataclass(frozen=True, slots=True, kw_only=True)
class IvrEntered(CallFact):
    """``returns_to`` is the agent who waits for the caller."""

    flow: str
    node: str
    returns_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IvrNodeReached(CallFact):
    counts: ClassVar[bool] = False
    flow: str
    node: str
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class IvrReturned(CallFact):
    """The caller is back with the agent."""

    agent: str
    outcome: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptsStarted(CallFact):
    counts: ClassVar[bool] = False
    leg: str
    playback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptsEnded(CallFact):
    counts: ClassVar[bool] = False
    leg: str
    playback: str
    end: Ended


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretAsked(CallFact):
    leg: str
    collection: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretTaken(CallFact):
    """Neither digits nor the sealed block are in here."""

    leg: str
    collection: str
    end: SecretEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEntered(CallFact):
    """The request as routing gets it. ``place`` is the instant from which place and age count."""

    queue: str
    call_class: str
    language: str | None
    licences: frozenset[str]
    clearance: int
    parties: frozenset[str]
    dedicated: str | None
    excluded: frozenset[str]
    place: datetime
    flow: str
    """The flow that treats those who wait; empty: they hear music only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStepReached(CallFact):
    """``skipped``: of the step before nobody was staffed."""

    counts: ClassVar[bool] = False
    queue: str
    step: int
    kind: str
    group: str
    skipped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackKept(CallFact):
    """``attempt`` counts the times that the customer was not reached."""

    queue: str
    number: str
    not_before: datetime
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLeft(CallFact):
    """Not by way of an agent who answered: ``why`` is ``GONE``, ``VOICEMAIL`` or ``UNREACHED``."""

    queue: str
    why: str


# Offers


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationMade(CallFact):
    """``grounds`` says why this agent: score, credit, aging, step, proficiency, ready since… of the router's offer, and
    ``number`` is the router's (0: not by the router)."""

    agent: str
    reservation: str
    kind: OfferKind
    expires: datetime
    number: int = 0
    queue: str = ""
    grounds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationChanged(CallFact):
    """``excluded_until``: so long the agent is not offered this call again."""

    agent: str
    reservation: str
    kind: OfferKind
    state: ReservationState
    cause: str = ""
    excluded_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationProlonged(CallFact):
    """Held while a callback is being dialled; or the switch was out of reach, and the telephone could not ring."""

    counts: ClassVar[bool] = False
    agent: str
    reservation: str
    expires: datetime


# Talking


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


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantEnds(CallFact):
    """The grant of this call, held by this agent, is to be revoked before anything else is done."""

    agent: str
    why: GrantEnd


# Recordings, call records, the link


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStarted(CallFact):
    counts: ClassVar[bool] = False
    leg: str
    recording: str


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
    """The site no longer keeps the ended call; its facts remain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkWentDown(Fact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCameBack(Fact):
    restarted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Converged(Fact):
    """State and switch were compared; ``strangers`` legs were cleared."""

    strangers: int


_BASES = (Fact, AgentFact, CallFact)
KINDS: Mapping[str, type[Fact]] = {
    name: kind
    for name, kind in list(globals().items())
    if isinstance(kind, type) and issubclass(kind, Fact) and kind not in _BASES
}
"""Every fact by the name under which it is written down: that of its class."""
