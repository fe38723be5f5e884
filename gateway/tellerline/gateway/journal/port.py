"""The journal's contract: every store keeps these promises, and one suite holds each of them to it.

Every method may raise ``StoreUnavailableError`` and nothing else about storage: before a commit nothing has happened;
during one the outcome is unknown, and ``maybe_written`` says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from tellerline.gateway.journal.access_records import AccessEvent, AccessSearch
from tellerline.gateway.journal.customer_port import (
    Dossiers,
    Interactions,
    TellAccount,
    TellCustomer,
    TellLimits,
)
from tellerline.gateway.journal.customer_records import Interaction
from tellerline.gateway.journal.difference_records import CaseSearch, DifferenceCase
from tellerline.gateway.journal.enquiries import Enquiry
from tellerline.gateway.journal.records import (
    Acceptance,
    Accepted,
    CaseObstacle,
    Customer,
    CustomerChange,
    DayEdges,
    Doubt,
    Duplicate,
    Event,
    Grant,
    LaidLeg,
    LastKnown,
    LimitChange,
    Limits,
    LimitUsage,
    OverLimit,
    PinTries,
    PlanLeg,
    Record,
    RegisteredAccount,
    Resolution,
    RoutingChange,
    Search,
    Settlement,
    State,
)
from tellerline.gateway.journal.sayings import Said, Saying
from tellerline.gateway.journal.table_port import TableVersions


class StoreUnavailableError(Exception):
    """The store could not do it. ``maybe_written`` is True when a commit was under way and its end is not known."""

    def __init__(self, reason: str, *, maybe_written: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.maybe_written = maybe_written


class Journal(Protocol):
    """Transactions, their limits, their history, their doubts. Safe for many gateways on one database."""

    async def accept(self, acceptance: Acceptance) -> Accepted | Duplicate | OverLimit:
        """Write the row (state ``PENDING``) and reserve the limits, atomically and durably, or say why not.

        (channel, channel_serial) is unique among commands that are not enquiries. Concurrent calls may share one
        commit; each gets its own answer, as if they had come one after the other.
        """

    async def settle(self, settlement: Settlement, expected: frozenset[State]) -> State | None:
        """Change state if the row's state is one of ``expected``; None, and nothing written, if it is not, or if a
        plan's ``legs`` stand otherwise by now.

        Durable before it returns. Returns the state that it had **before** the change.
        """

    def audit(self, record: Record | Enquiry) -> None:
        """Note an answered enquiry, or another row that is final. Returns at once; rows are written in batches and
        survive a clean stop only."""

    async def get(self, global_serial: str) -> Record | None: ...

    async def find(self, channel: str, channel_serial: str) -> Record | None:
        """The transaction (never an enquiry) of a channel serial."""

    async def search(self, search: Search) -> Sequence[Record]:
        """Newest first, of one moment: what is committed meanwhile is on the page with all that is older, or not."""

    async def unfinished(self, operation: str, *, after: str = "", limit: int = 50) -> Sequence[Record]:
        """Rows of ``operation``, of effect ``STATE``, not final yet, by global serial. Cheap in any journal."""

    async def history(self, global_serial: str) -> Sequence[Event]:
        """Stored events, oldest first. Acceptance and settlement without doubt are in the record itself."""

    async def note(self, global_serial: str, event: Event) -> None:
        """Append to the history; durable before it returns."""

    async def claim_overdue(self, owner: str, now: datetime, limit: int) -> Sequence[Record]:
        """``PENDING`` rows whose ``due_at`` has passed, claimed for ``owner`` for 30 s: no two resolvers share one.

        Rows that ``owner`` itself left behind are recovered with ``reclaim``.
        """

    async def reclaim(self, owner: str) -> Sequence[Record]:
        """``PENDING`` rows of ``owner``: called once at its start, when nobody can be working on them any more.

        What ``owner`` had claimed, rows and doubts, is released: its earlier life will not finish with them.
        """

    async def claim_doubts(self, owner: str, now: datetime, limit: int) -> Sequence[Doubt]:
        """Doubts due, except ``MANUAL`` ones, claimed for 30 s; at most one per account at a time, oldest first."""

    async def reschedule(self, doubt: Doubt, event: Event) -> None:
        """Store a doubt's next step and why, if it is still open; releases the claim.

        Never back to ``INQUIRE`` from a later stage, nor away from ``MANUAL``: then only the event is added.
        """

    async def doubts(self, *, after: str = "", limit: int = 50, host: str = "") -> Sequence[Doubt]:
        """Open doubts by opening time, manual ones included; ``after`` is a global serial of the last page."""

    async def dated(self, host: str, accounting_date: str, *, after: str, until: str, limit: int) -> Sequence[Record]:
        """What ``host`` booked or changed on a day of its own, enquiries apart, by global serial: above ``after``, up
        to and with ``until``."""

    async def undated(self, host: str, *, after: str, until: str, limit: int) -> Sequence[Record]:
        """What two people attested as done at ``host`` while the host has not said on which day, as ``dated``."""

    async def date(self, global_serial: str, accounting_date: str, event: Event) -> bool:
        """Write the host's day into a row that has none, and ``event`` beside it, in one durable write.

        False, and nothing written, for a row that has a day, or that is neither in doubt, with people, done nor undone.
        """

    async def day_edges(self, host: str, accounting_date: str) -> DayEdges:
        """Where a day of ``host`` ends, by what the host dated itself."""

    async def limit_usage(self, account: str, limit_day: str) -> LimitUsage: ...


class Cases(Protocol):
    """Proposals how a case that waits for people (an open doubt in ``MANUAL``) ends, and what was made of them."""

    async def propose(self, resolution: Resolution, event: Event) -> Resolution | CaseObstacle:
        """Store it with the case's next number (``resolution.number`` is ignored) and note ``event``.

        ``NO_CASE``, or ``OTHER_PROPOSAL`` while another one is open: then nothing is written.
        """

    async def confirm(
        self, decided: Resolution, settlement: Settlement, expected: frozenset[State], *, counts_again: int = 0
    ) -> State | CaseObstacle:
        """Settle the row and close its doubt as ``decided`` says, in one durable write; returns the state before.

        Only for an open proposal of somebody else, on an open case whose row is in one of ``expected`` and of which the
        host has said nothing since the proposal.
        ``counts_again`` (minor units) is taken into the original day's bucket once more, for a row whose amount had
        been given back. When it changes the end of a leg, its plan is a case from the same write on if it is over, and
        a plan that is with people gets the fact as new evidence.
        """

    async def reject(self, decided: Resolution, event: Event) -> CaseObstacle | None:
        """Close an open proposal without its case, and note ``event``; the proposer may do that too."""

    async def resolutions(self, global_serial: str) -> Sequence[Resolution]:
        """Of one case, by number."""

    async def open_resolutions(self, global_serials: Sequence[str]) -> Sequence[Resolution]: ...

    async def plan_of(self, global_serial: str) -> str:
        """As ``Legs.plan_of``."""


class Registry(Protocol):
    """Signed customers and their registered accounts, with their limits.

    Who ``tell``s of a change gives what is kept beside it, in the same durable write; nothing is told of none.
    """

    async def add_customer(self, customer: Customer, told: Interaction | None = None) -> bool:
        """False, and nothing written, when the number or the identity document is registered already."""

    async def customer(self, number: str) -> Customer | None: ...

    async def customers_of(self, mobile: str, limit: int) -> Sequence[Customer]:
        """Who registered this mobile number (of canonical form), by number; nobody has the empty one."""

    async def update_customer(
        self, number: str, change: CustomerChange, tell: TellCustomer | None = None
    ) -> Customer | None:
        """The customer as he is now; None when he is not registered. Two changes of different figures both hold.

        A new mobile number is not verified.
        """

    async def add_account(
        self, account: RegisteredAccount, tell: TellAccount | None = None
    ) -> RegisteredAccount | None:
        """Register under the next sequence number (``account.sequence`` is ignored).

        None, and nothing written, when the account is registered already or its customer is not.
        """

    async def remove_account(
        self, customer: str, sequence: int, tell: TellAccount | None = None
    ) -> RegisteredAccount | None:
        """The account as it was, with nobody acting for it any more; None when it is not there.

        Its sequence number is never given again.
        """

    async def account(self, customer: str, sequence: int) -> RegisteredAccount | None:
        """May answer from a cache: limits are never taken from it, and it may be ten seconds old in other processes."""

    async def find_account(self, account: str) -> RegisteredAccount | None: ...

    async def accounts(self, customer: str) -> Sequence[RegisteredAccount]:
        """In order of their sequence numbers."""

    async def update_limits(self, account: str, change: LimitChange, tell: TellLimits | None = None) -> Limits | None:
        """The limits as they are now; None when the account is not registered.

        Atomic: two changes of different figures at once both hold. In force for every acceptance after it returns.
        """


class Grants(Protocol):
    """Grants and PIN tries."""

    async def issue(self, grant: Grant, *, who: str = "", why: str = "", proved: int | None = None) -> bool:
        """Written into the trail in the same write, and with it the end of every grant that has expired meanwhile.

        ``proved`` is ``PinTries.ended`` as it was before the PIN was compared: in the same write the tries are cleared.
        False, and nothing is issued or cleared, for a ``login`` that has ended, and for proofs that have ended since.
        """

    async def grant(self, token_hash: bytes) -> Grant | None:
        """None if unknown or revoked; expiry is the caller's to check. May be cached for one second."""

    async def revoke(
        self,
        *,
        token_hash: bytes | None = None,
        call: str = "",
        customer: str = "",
        who: str = "",
        why: str = "revoked",
    ) -> int:
        """By token, or all of a call, or of a customer with a company's representatives, whose logins end with them;
        returns how many.

        In this process in force at once, and in the trail.
        """

    async def end_login(self, login: str, *, until: datetime, who: str, why: str) -> int:
        """Revoke all grants of the login, and issue it no other before ``until``, in any process: whichever of the two
        comes second sees the first. Returns how many were revoked. Idempotent.
        """

    async def pin_tries(self, customer: str) -> PinTries: ...

    async def pin_failed(self, customer: str, now: datetime, lock_after: int, lock_seconds: int) -> PinTries:
        """Count one failure; atomically sets ``locked_until`` when it is the ``lock_after``-th in a row."""

    async def pin_succeeded(self, customer: str) -> None: ...


class AccessTrail(Protocol):
    """What became of every grant, and refusals that must be known. No token is in it."""

    async def add(self, event: AccessEvent) -> int:
        """Durable before it returns; returns its number. What becomes of grants is added by ``Grants``."""

    async def newest(self, search: AccessSearch) -> Sequence[AccessEvent]:
        """Newest first."""


class RoutingHistory(Protocol):
    """Every version of the routing rules, and of each host's calendar, that was put into force or refused, by any
    gateway. ``host`` is empty for the rules.
    """

    async def add(self, change: RoutingChange) -> int:
        """Durable before it returns; returns its number."""

    async def newest(self, limit: int, host: str = "") -> Sequence[RoutingChange]:
        """Newest first."""

    async def in_force_since(self, number: int, host: str = "") -> RoutingChange | None:
        """The newest change above ``number`` that put something into force."""


class Differences(Protocol):
    """What the journal and the hosts' day files say differently: a case each, kept when it is closed."""

    async def open(self, cases: Sequence[DifferenceCase]) -> None:
        """All in one write. A case that is there already takes the new detail; one that people closed stays closed."""

    async def close(self, name: str, at: datetime, who: str, reason: str) -> DifferenceCase | None:
        """The case as it is now; None, and nothing written, unless it was open."""

    async def get(self, name: str) -> DifferenceCase | None: ...

    async def search(self, search: CaseSearch) -> Sequence[DifferenceCase]: ...


class ClosedHosts(Protocol):
    """What is kept for hosts that are closed: what waits for them, and what they said last."""

    async def accept(self, acceptance: Acceptance, event: Event) -> Accepted | Duplicate:
        """As ``Journal.accept`` for a command without limits, in state ``QUEUED`` and with the first event."""

    async def queued(self, host: str, limit: int = 50) -> Sequence[Record]:
        """What waits for ``host``, in the order of acceptance. Cheap in any journal."""

    async def awaited(self) -> Sequence[str]:
        """The hosts for which something waits, each once, in order. Cheap in any journal."""

    async def claim(self, global_serial: str, owner: str, now: datetime) -> bool:
        """Take a queued row for 30 s, to send it: False when another gateway has it, or it is queued no more."""

    def remember(self, reading: LastKnown) -> None:
        """Note what a host answered. Returns at once; written in batches, and kept by a clean stop only."""

    def forget(self, operation: str, account: str, at: datetime) -> None:
        """Note that what was remembered must not be told any more; written as ``remember`` is."""

    def note(self, global_serial: str, event: Event) -> None:
        """An event of an enquiry, whose answer waits for nothing; written as ``remember`` is."""

    async def recall(self, operation: str, account: str, *, closed_by: str = "") -> LastKnown | None:
        """What was answered last, to any gateway; in this process what was noted a moment ago counts already.

        Without its answer if a transaction ``closed_by`` of the account was accepted about then or later, and neither
        rejected nor unsent.
        """


class Legs(Protocol):
    """Which transactions a plan consists of. A plan's own row stays ``PENDING`` until the plan is over."""

    async def lay(self, plan: str, legs: Sequence[LaidLeg]) -> Sequence[str]:
        """Write them down, all in one durable write; returns the serials that count, in the same order.

        A leg whose number and attempt are there already stays as it is, with the serial that it has.
        """

    async def of(self, plan: str) -> Sequence[PlanLeg]:
        """With how each stands, by number and attempt."""

    async def plan_of(self, global_serial: str) -> str:
        """The plan that a transaction is a leg of; empty if of none."""

    async def reversals(self, first: str, last: str) -> Mapping[str, Record]:
        """The legs from ``first`` to ``last`` for which a reversal was sent and is over, each with that reversal."""

    async def hold(self, plan: str, owner: str, now: datetime) -> bool:
        """Claim a pending plan for 30 s, or go on holding it: False when another has it, or it is pending no more."""


class FollowUps(Protocol):
    """What a channel says afterwards of a transaction of its own."""

    async def say(self, saying: Saying) -> Said | Duplicate:
        """Write the saying and all that follows from it, in one durable write, or say why not.

        ``Duplicate``: the saying's own channel serial is taken; nothing was written.
        """


class Store(Protocol):
    """One database with all of it. ``start`` brings the schema up to date, ``close`` flushes what is batched."""

    @property
    def journal(self) -> Journal: ...

    @property
    def cases(self) -> Cases: ...

    @property
    def routing(self) -> RoutingHistory: ...

    @property
    def differences(self) -> Differences: ...

    @property
    def closed_hosts(self) -> ClosedHosts: ...

    @property
    def legs(self) -> Legs: ...

    @property
    def follow_ups(self) -> FollowUps: ...

    @property
    def tables(self) -> TableVersions: ...

    @property
    def registry(self) -> Registry: ...

    @property
    def interactions(self) -> Interactions: ...

    @property
    def dossiers(self) -> Dossiers: ...

    @property
    def grants(self) -> Grants: ...

    @property
    def access_trail(self) -> AccessTrail: ...

    async def start(self) -> None: ...

    async def close(self) -> None: ...
