"""What the journal keeps of customers beside their registration, as frozen values. All instants are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tellerline.gateway.journal.access_records import AccessEvent
from tellerline.gateway.journal.records import Record
from tellerline.routing.model.codes import Code


class InteractionKind(StrEnum):
    """What sort of thing happened between a customer and the bank."""

    TRANSACTION = "TRANSACTION"
    """Read from the transactions, never written as an interaction."""
    CALL = "CALL"
    TICKET = "TICKET"
    REGISTRATION = "REGISTRATION"
    PIN = "PIN"
    GRANT = "GRANT"
    """Read from the trail of grants, never written as an interaction."""
    LIMITS = "LIMITS"
    CONTACT = "CONTACT"
    SEGMENT = "SEGMENT"


@dataclass(frozen=True, slots=True)
class Change:
    """Texts fit to be shown: numbers of accounts, documents and telephones are masked before they come here."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """One thing that happened. Holds no account number, only the customer's own sequence number (0: none).

    ``key`` makes it one however often it is told (empty: each time is one); ``number`` is the store's and 0 before.
    """

    customer: str
    at: datetime
    kind: InteractionKind
    channel: str
    event: str
    reference: str = ""
    sequence: int = 0
    code: Code | None = None
    call: str = ""
    agent: str = ""
    representative: str = ""
    changes: tuple[Change, ...] = ()
    reason: str = ""
    key: str = ""
    number: int = 0


Happening = Record | Interaction | AccessEvent
"""What became of grants is read from their trail."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ended: an instant in microseconds, what sort of happening, and which one of it.

    At the same instant sorts of a higher ``rank`` come first.
    """

    micros: int
    rank: int
    which: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HappeningSearch:
    """Newest first. Empty fields do not filter. ``representative`` leaves his part of a company's alone.

    ``account`` and ``sequence`` name the same account, for transactions and for interactions. ``after`` goes on behind
    the end of a page.
    """

    customer: str
    representative: str = ""
    kinds: frozenset[InteractionKind] = frozenset()
    channel: str = ""
    account: str = ""
    sequence: int = 0
    since: datetime | None = None
    before: datetime | None = None
    without_enquiries: bool = False
    after: Position | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Representative:
    """Who acts for a company, for the accounts with these sequence numbers."""

    company: str
    number: str
    name: str
    accounts: tuple[int, ...]
    active: bool
    registered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RepresentativeChange:
    """What to change of a representative; None leaves it as it is."""

    name: str | None = None
    accounts: tuple[int, ...] | None = None
    active: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A way to reach a customer; an empty ``value`` is none. ``kind`` is MOBILE, PHONE, EMAIL or ADDRESS."""

    customer: str
    kind: str
    value: str = field(repr=False)
    set_at: datetime
    verified_at: datetime | None = None
    method: str = ""


class ResetState(StrEnum):
    PENDING = "PENDING"
    APPROVED = "APPROVED"
    COMPLETED = "COMPLETED"
    VOID = "VOID"


@dataclass(frozen=True, slots=True, kw_only=True)
class PinReset:
    """One reset of an account's PIN. ``serial`` is that under which it was completed, ``channel/serial``."""

    name: str
    customer: str
    sequence: int
    state: ResetState
    reason: str
    requester: str
    created_at: datetime
    expires_at: datetime
    approver: str = ""
    serial: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerSearch:
    """By number, behind ``after``. Empty fields do not filter; ``account`` is a whole account number."""

    name_prefix: str = ""
    identity_document: str = field(default="", repr=False)
    account: str = field(default="", repr=False)
    mobile: str = field(default="", repr=False)
    kind: str = ""
    tier: str = ""
    segment: str = ""
    after: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Classified:
    """A customer's segment after a figure of ``day`` (ISO 8601) was put in, and before."""

    customer: str
    segment: str
    earlier: str
