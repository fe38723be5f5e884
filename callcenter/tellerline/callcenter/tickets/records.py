"""What the ticket store takes and gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tellerline.routing.tickets.events import TicketEvent
from tellerline.routing.tickets.ticket import Ticket


class ConflictError(Exception):
    """Somebody else has changed the ticket meanwhile: nothing was written."""


@dataclass(frozen=True, slots=True)
class Request:
    """The id of what was asked, unique for ever, and a digest of its content."""

    id: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Mark:
    """What a request with this id did: it left ``ticket`` at ``revision``."""

    digest: bytes
    ticket: str
    revision: int


@dataclass(frozen=True, slots=True)
class Change:
    """``events`` that led from revision ``expected`` (0: the ticket is new) to ``ticket``."""

    ticket: Ticket
    expected: int
    events: tuple[TicketEvent, ...]


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """``number`` counts the ticket's events from 1; ``recorded_at`` is when it was written."""

    number: int
    event: TicketEvent
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Empty fields do not filter. ``behind`` is the opening instant and id of the last ticket of the page before."""

    kind: str = ""
    flow: str = ""
    standing: str = ""
    ending: str = ""
    customer: str = ""
    department: str = ""
    transaction: str = ""
    urgency: str = ""
    called: str = ""
    missed: bool = False
    in_doubt: bool = False
    keyword: str = ""
    opened_from: datetime | None = None
    opened_before: datetime | None = None
    behind: tuple[datetime, str] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A ticket that a search found, with its history."""

    ticket: Ticket
    history: Sequence[RecordedEvent]
