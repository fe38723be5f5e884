"""The journal's rows as frozen values, the same whichever store keeps them. All instants are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Effect
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done


class State(StrEnum):
    """Where a transaction stands.

    The final ones never change by themselves: what contradicts them later is evidence, and only two people who have
    looked at it may put them right.
    """

    PENDING = "PENDING"
    """Accepted durably; the host may have it. After ``due_at`` it counts as in doubt, whoever was working on it."""
    QUEUED = "QUEUED"
    """Accepted durably while its host is closed: sent first of all when the host is back, which may be at ``due_at``.

    If it has been sent already, nothing readable came back: it is sent again under the same reference.
    """
    DONE = "DONE"
    REJECTED = "REJECTED"
    NOT_SENT = "NOT_SENT"
    IN_DOUBT = "IN_DOUBT"
    """Sent, and no readable answer: belongs to the doubt resolver."""
    REVERSED = "REVERSED"
    """Undone, and the host said so (or it never happened there, and never can any more)."""
    MANUAL = "MANUAL"
    """The resolver could not decide: waits for two people."""


FINAL_STATES = frozenset({State.DONE, State.REJECTED, State.NOT_SENT, State.REVERSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What is written, in one durable and atomic write, before anything is sent.

    ``limited`` is reserved against ``account``'s limits in the bucket of ``limit_day`` (ISO 8601, the bank's time
    zone). ``command`` is the canonical JSON of the command without its sensitive fields; ``payload_hash`` is SHA-256
    over the same, so that a serial used again for something else is told apart.
    """

    global_serial: str
    channel: str
    channel_serial: str
    payload_hash: bytes
    operation: str
    effect: Effect
    host: str
    customer: str
    account: str
    amount: Money | None
    limited: Money | None
    limit_day: str
    accepted_at: datetime
    due_at: datetime
    owner: str
    command: bytes = field(repr=False)
    agent: str = ""
    call: str = ""
    terminal: str = ""
    branch: str = ""
    trace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One transaction as it stands. ``outcome`` is the stored canonical outcome (JSON), empty while there is none.

    ``settled_at`` is set in the final states alone.
    """

    global_serial: str
    channel: str
    channel_serial: str
    payload_hash: bytes
    operation: str
    effect: Effect
    host: str
    customer: str
    account: str
    amount: Money | None
    limit_day: str
    state: State
    accepted_at: datetime
    due_at: datetime
    settled_at: datetime | None
    owner: str
    command: bytes = field(repr=False)
    outcome: bytes = field(repr=False)
    host_serial: str
    accounting_date: str
    code: Code | None
    agent: str
    call: str
    terminal: str
    branch: str
    trace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One fact in a transaction's history. ``kind`` is a stable lower-case word, ``detail`` JSON, safe to show."""

    at: datetime
    kind: str
    detail: bytes = b"{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidLeg:
    """A leg of a plan as it is written down before it is sent. ``number`` counts from 1 in the plan's order.

    Below zero it stands for what undoes the leg of that number. ``attempt`` counts from 1: another one is only laid
    when the one before is final and did nothing.
    """

    number: int
    attempt: int
    global_serial: str
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLeg:
    """A leg and its own transaction; None while that has not been accepted, so that nothing of it was sent."""

    laid: LaidLeg
    record: Record | None


class DoubtStage(StrEnum):
    INQUIRE = "INQUIRE"
    REVERSE = "REVERSE"
    FORWARD = "FORWARD"
    """The reversal is a persistent advice now: repeated until the host acknowledges it."""
    MANUAL = "MANUAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """An open doubt; there is at most one per transaction. ``account`` orders reversals: never one global queue."""

    global_serial: str
    host: str
    operation: str
    account: str
    stage: DoubtStage
    policy: str
    attempts: int
    opened_at: datetime
    due_at: datetime
    reason: str


class CaseEnding(StrEnum):
    """How people say that a case ends."""

    DONE = "DONE"
    """The host has done it: the row becomes ``DONE``, its amount counts against the limits."""
    UNDONE = "UNDONE"
    """Nothing of it remains at the host: the row becomes ``REVERSED``, its amount is given back."""


class Verdict(StrEnum):
    OPEN = "OPEN"
    CONFIRMED = "CONFIRMED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """One person's proposal for one case, with what another made of it. At most one of a case is open.

    ``number`` counts the proposals of the case from 1: who decides names the one that he has read. ``evidence`` says
    what it rests on, ``remark`` is the decider's.
    """

    global_serial: str
    number: int
    ending: CaseEnding
    reason: str
    evidence: str
    proposer: str
    proposed_at: datetime
    verdict: Verdict = Verdict.OPEN
    decider: str = ""
    decided_at: datetime | None = None
    remark: str = ""


class CaseObstacle(StrEnum):
    """Why nothing was written about a case."""

    NO_CASE = "NO_CASE"
    """No open doubt of this serial waits for people."""
    OTHER_PROPOSAL = "OTHER_PROPOSAL"
    """Another proposal of the case is still open."""
    NOT_OPEN = "NOT_OPEN"
    """The proposal is not there, or decided."""
    NEW_EVIDENCE = "NEW_EVIDENCE"
    """The host has said something since, which the proposer cannot have seen."""
    SAME_PERSON = "SAME_PERSON"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastKnown:
    """What a host answered last to an enquiry about an account, true at ``read_at``.

    Without an ``answer`` there is something, or was, and it must not be told any more.
    """

    operation: str
    account: str
    answer: Done | None = field(repr=False)
    read_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofsEnd:
    """What ``customer`` has proved by PIN holds no longer: his grants are revoked, their logins end, and a comparison
    that is under way earns none. ``who`` and ``why`` stand in the trail.

    ``kept`` is the token hash of the grant that stays if the transaction was pending until then; empty for none.
    """

    customer: str
    kept: bytes = field(default=b"", repr=False)
    who: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """A change of state with everything that belongs to it, written in one durable and atomic write.

    ``release_limits`` gives the reserved amount (never the count) back to the original day's bucket, at most once in
    the life of a transaction. ``doubt`` opens or replaces the doubt; None closes it. ``before_reversal`` settles
    nothing when the row's open doubt is past ``INQUIRE``: a reversal may be on its way. An empty ``host_serial`` or
    ``accounting_date`` keeps what is known; everything else is replaced. ``legs`` settles nothing unless the legs of
    this plan still stand as they were read; None asks about none. ``proofs`` end with it, in this process at once.

    ``pin_change``: what follows for the account from a change of PIN that stands so: whether the PIN must be changed at
    its next use, by all changes that the journal knows of, and the end of the lock if it is a reset that is done.
    """

    global_serial: str
    state: State
    at: datetime
    outcome: bytes = b""
    host_serial: str = ""
    accounting_date: str = ""
    code: Code | None = None
    release_limits: bool = False
    before_reversal: bool = False
    legs: tuple[PlanLeg, ...] | None = None
    doubt: Doubt | None = None
    events: tuple[Event, ...] = ()
    proofs: ProofsEnd | None = None
    pin_change: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of one registered account, in minor units of its currency, per ``limit_day``."""

    single: int
    daily: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitChange:
    """New figures of one account's limits; None leaves a figure as it is."""

    single: int | None = None
    daily: int | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitUsage:
    total: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The row and the reservation are durable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """The channel serial is taken; nothing was written. Compare ``record.payload_hash`` to tell same from other."""

    record: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class OverLimit:
    """Refused by a limit; nothing was written. ``code`` is one of the ``LIMIT_*`` codes."""

    code: Code
    limits: Limits
    usage: LimitUsage


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Empty fields do not filter. Newest first; ``after`` continues behind a global serial of the last page."""

    global_serial: str = ""
    channel: str = ""
    channel_serial: str = ""
    host_serial: str = ""
    customer: str = ""
    account: str = ""
    operation: str = ""
    host: str = ""
    call: str = ""
    states: tuple[State, ...] = ()
    accepted_from: datetime | None = None
    accepted_before: datetime | None = None
    after: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A signed customer 签约客户. ``number`` is the gateway's customer number, unique."""

    number: str
    name: str
    identity_document: str = field(repr=False)
    tier: str
    registered_at: datetime
    mobile: str = field(default="", repr=False)
    """In the canonical form of ``services.customers.telephones``; empty where none is known."""
    kind: str = "PERSONAL"
    """Or ``CORPORATE``."""
    document_kind: str = ""
    segment: str = ""
    """``A`` to ``D``, from the bank's figures of ``segment_date`` (ISO 8601) by the rule's version; empty: never."""
    segment_date: str = ""
    segment_rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerChange:
    """What to change of a customer; None leaves it as it is."""

    tier: str | None = None
    mobile: str | None = field(default=None, repr=False)
    at: datetime | None = None
    """When a mobile number was given; needed with one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredAccount:
    """An account under its sequence number 账户序号 (from 1, per customer, never used again)."""

    customer: str
    sequence: int
    account: str
    host: str
    kind: str
    currency: str
    limits: Limits
    registered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Proof that the customer is there, bound to what it was given for. Only the token's SHA-256 is stored.

    ``accounts`` and ``operations`` empty mean all of the customer's accounts, and all operations of the channel.
    ``login`` is the login that it was given for, where there is such a thing.
    """

    token_hash: bytes = field(repr=False)
    customer: str
    accounts: tuple[str, ...]
    operations: tuple[str, ...]
    channel: str
    call: str
    agent: str
    issued_at: datetime
    expires_at: datetime
    terminal: str = ""
    login: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PinTries:
    """Failures in a row of one customer; success clears them. ``ended`` counts how often his proofs have ended."""

    failures: int
    locked_until: datetime | None
    ended: int = 0


class RoutingVerdict(StrEnum):
    IN_FORCE = "IN_FORCE"
    REFUSED = "REFUSED"
    """Not put into force, for a reason: what was in force before stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingChange:
    """One attempt to put routing rules into force, or the calendar of ``host``, by ``operator`` at the gateway
    ``instance``.

    ``digest`` is the SHA-256 of ``content``, the file as it was given; ``number`` grows with each change and is 0
    for one that is not written yet. ``host`` is empty for routing rules.
    """

    number: int = 0
    host: str = ""
    at: datetime
    instance: str
    operator: str
    verdict: RoutingVerdict
    version: str
    digest: str
    reason: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayEdges:
    """``newest`` is when the newest transaction was accepted that a host booked on a day or before it, None where there
    is none; ``followed`` says whether the host has booked anything on a later day."""

    newest: datetime | None
    followed: bool
