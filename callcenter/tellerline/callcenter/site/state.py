"""What a site remembers: plain values that follow from its facts, and can be written down as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tellerline.callcenter.site.words import (
    AgentState,
    CallEnd,
    Ear,
    LegState,
    Mode,
    OfferKind,
    Place,
    Purpose,
    ReservationState,
    Role,
    Target,
)
from tellerline.routing.calls.expected_wait import Recent
from tellerline.routing.calls.model import AgentProfile


@dataclass(slots=True, kw_only=True)
class Tally:
    """An agent's counts since he signed in."""

    talk: timedelta = timedelta()
    held: timedelta = timedelta()
    calls: int = 0
    holds: int = 0
    offered: int = 0
    accepted: int = 0
    rejected: int = 0
    timed_out: int = 0
    transfers: int = 0


@dataclass(frozen=True, slots=True)
class Pending:
    target: Target
    cause: str = ""
    by: str = ""


@dataclass(slots=True, kw_only=True)
class Agent:
    """An agent, also after signing out, so that the version goes on.

    ``times`` leaves out the present state, which runs from ``since``. ``ready_since`` and ``paused_at`` are the
    router's: idle time runs from the first and stands still from the second.
    """

    id: str
    profile: AgentProfile
    telephone: str
    leader: bool
    signed_in: datetime
    since: datetime
    state: AgentState = AgentState.NOT_READY
    cause: str = ""
    version: int = 0
    pending: Pending | None = None
    call: str = ""
    reservation: str = ""
    ready_since: datetime | None = None
    paused_at: datetime | None = None
    times: dict[AgentState, timedelta] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)


@dataclass(slots=True, kw_only=True)
class Leg:
    id: str
    role: Role
    party: str
    address: str = ""
    state: LegState = LegState.INITIATED
    ear: Ear = Ear.SILENCE
    playback: str = ""
    collection: str = ""
    recording: str = ""
    message: str = ""
    """The recording that is a message; empty for none, or one that has ended."""
    mark: int = 0
    """By which the flow knows the last playback."""
    last_playback: str = ""
    last_collection: str = ""
    """Ended or not: a switch that did not hear of the end may still be at them."""
    marks: int = 0
    """How many ids of playbacks, collections and recordings were made from the leg's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked of routing for a call; kept after the answer, for the caller's return to the queue."""

    queue: str
    call_class: str
    language: str | None
    licences: frozenset[str]
    clearance: int
    parties: frozenset[str]
    dedicated: str | None
    excluded: frozenset[str]
    place: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a caller was told of his waiting: a place from 1, and seconds, if any could be told."""

    at: datetime
    position: int
    expected: float | None
    offer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCallback:
    number: str
    not_before: datetime


@dataclass(slots=True, kw_only=True)
class Waiting:
    """A call at the router. ``number`` is empty for a caller on the line, else where to call back. ``asked`` is what
    becomes of a caller on the line once he hangs up. ``first`` is the first estimate that he was told, ``told`` the
    last; ``offer`` is what the queue's present step proposes."""

    order: int
    request: Request
    step: int = 0
    number: str = ""
    not_before: datetime | None = None
    attempt: int = 0
    since: datetime | None = None
    offer: str = ""
    first: Estimate | None = None
    told: Estimate | None = None
    asked: AskedCallback | None = None
    refused: dict[str, datetime] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class ThirdParty:
    """Whom ``by`` consults; ``joint`` once the caller takes part. ``leg`` is empty for a colleague."""

    by: str
    leg: str
    party: str
    inside: bool
    purpose: Purpose
    answered: bool = False
    joint: bool = False


@dataclass(slots=True, kw_only=True)
class Supervision:
    leader: str
    agent: str
    mode: Mode
    begun: bool = False


@dataclass(slots=True, kw_only=True)
class Segment:
    """A stretch of the call record: a place of the call (``name`` is flow, queue or number), or an agent's part."""

    kind: str
    name: str
    began: datetime
    ended: datetime | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    at: datetime
    by: str
    reason: str
    entries: Mapping[str, str]
    of_flow: bool = False
    """Made by a flow, whose name is ``by``, and by nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a caller was told when he came to a queue, beside what it was. Seconds."""

    queue: str
    position: int
    expected: float
    real: float


@dataclass(slots=True, kw_only=True)
class CallRecord:
    """话务: ``entries`` are the present ones; ``history`` has every version of what was written, the first too."""

    segments: list[Segment] = field(default_factory=list)
    waits: list[Measured] = field(default_factory=list)
    recordings: list[str] = field(default_factory=list)
    messages: dict[str, str] = field(default_factory=dict)
    """The box of each recording that is a message."""
    nodes: list[str] = field(default_factory=list)
    transfers: int = 0
    entries: dict[str, str] = field(default_factory=dict)
    history: list[Correction] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """On a message: handled, or waiting again."""

    at: datetime
    by: str
    handled: bool
    reason: str


@dataclass(slots=True, kw_only=True)
class Message:
    """留言, which outlives its call. ``id`` is that of its recording; ``number`` is the customer's, ``order`` counts
    the site's messages. ``marks`` are all there ever were."""

    id: str
    order: int
    call: str
    leg: str
    box: str
    number: str
    began: datetime
    ended: datetime | None = None
    marks: list[Mark] = field(default_factory=list)

    @property
    def handled(self) -> bool:
        return bool(self.marks) and self.marks[-1].handled


@dataclass(slots=True, kw_only=True)
class Call:
    """``agents`` are those who serve (``agent``) or help, with their legs; ``origin`` is the agent who called out."""

    id: str
    began: datetime
    caller: str
    called: str
    origin: str = ""
    version: int = 0
    place: Place = Place.IVR
    customer: str = ""
    legs: dict[str, Leg] = field(default_factory=dict)
    legs_made: int = 0
    conversing: bool = False
    flow: str = ""
    node: str = ""
    data: dict[str, str] = field(default_factory=dict)
    returns_to: str = ""
    known: dict[str, str] = field(default_factory=dict)
    outside: str = ""
    """The leg of a telephone outside that a flow hands the caller over to, until it answers."""
    request: Request | None = None
    waiting: Waiting | None = None
    reservation: str = ""
    agent: str = ""
    agents: dict[str, str] = field(default_factory=dict)
    held_since: datetime | None = None
    third: ThirdParty | None = None
    supervisions: dict[str, Supervision] = field(default_factory=dict)
    record: CallRecord = field(default_factory=CallRecord)
    ended: datetime | None = None
    restored: datetime | None = None
    """When the call was brought back from the log, long after its end."""
    end: CallEnd | None = None

    @property
    def conversation(self) -> str:
        return conversation_of(self.id)

    def leg_of(self, agent: str) -> Leg | None:
        """The agent's leg that is up or being dialled, if any."""
        for leg in self.legs.values():
            if leg.party == agent and leg.role in (Role.AGENT, Role.LEADER) and leg.state is not LegState.CLEARING:
                return leg
        return None


@dataclass(slots=True, kw_only=True)
class Reservation:
    id: str
    call: str
    agent: str
    kind: OfferKind
    expires: datetime
    state: ReservationState = ReservationState.PENDING
    number: int = 0
    """The router's; 0 for offers that are not the router's."""
    queue: str = ""
    accepted: datetime | None = None


@dataclass(slots=True, kw_only=True)
class SiteState:
    """``calls`` are up; ``ended`` may still be completed. ``legs`` gives each leg's call, ``timers`` what is due, and
    ``estimates`` when a waiting call is to be told its place again. ``queues`` has what each has lately been like, and
    ``wait_errors`` the last waits of each as they were expected and as they were. ``messages`` has all that wait to be
    handled, and the last of those that were."""

    now: datetime | None = None
    agents: dict[str, Agent] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)
    ended: dict[str, Call] = field(default_factory=dict)
    reservations: dict[str, Reservation] = field(default_factory=dict)
    legs: dict[str, str] = field(default_factory=dict)
    recordings: dict[str, str] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    messages_made: int = 0
    timers: dict[str, datetime] = field(default_factory=dict)
    estimates: dict[str, datetime] = field(default_factory=dict)
    queues: dict[str, Recent] = field(default_factory=dict)
    wait_errors: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    calls_made: int = 0
    offers_made: int = 0
    router_offers: int = 0
    entries_made: int = 0
    link_up: bool = True

    def call(self, call: str) -> Call | None:
        return self.calls.get(call) or self.ended.get(call)

    def queue(self, queue: str) -> Recent:
        return self.queues.setdefault(queue, Recent())

    def leg(self, leg: str) -> tuple[Call, Leg] | None:
        """The leg with its call, which may have ended."""
        call = self.call(self.legs.get(leg, ""))
        return None if call is None else (call, call.legs[leg])


def conversation_of(call: str) -> str:
    """The id of the conversation of its customer and whoever speaks with him."""
    return f"{call}.c"
