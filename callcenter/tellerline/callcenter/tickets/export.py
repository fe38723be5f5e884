"""Tickets as a file: a table for people, or everything about each for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from google.protobuf import json_format

from tellerline.callcenter.tickets.convert import event_to_proto, ticket_to_proto
from tellerline.callcenter.tickets.desk import TicketDesk
from tellerline.callcenter.tickets.records import Found, Search
from tellerline.routing.tickets.ticket import Ticket

_PAGE = 100
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
HEADINGS = (
    *("ticket", "kind", "flow", "flow_version", "standing", "ending", "step", "subject", "text", "answer"),
    *("customer", "customer_category", "contact", "category", "nature", "urgency", "department", "branch", "person"),
    *("transaction", "in_doubt", "opened_at", "opened_by", "closed_at", "clocks_missed", "clocks", "follows"),
    "followed_by",
)


async def found_pages(desk: TicketDesk, search: Search) -> AsyncIterator[list[Found]]:
    """All that ``search`` finds, in pages."""
    search = replace(search, limit=_PAGE)
    while page := await desk.search(search):
        yield list(page)
        last = page[-1].ticket
        search = replace(search, behind=(last.opened_at, last.id))


async def as_csv(desk: TicketDesk, search: Search, zone: ZoneInfo) -> AsyncIterator[bytes]:
    """RFC 4180 with a heading, instants in ``zone``. What a spreadsheet would take for a formula gets a ``'``."""
    yield _lines([HEADINGS])
    async for page in found_pages(desk, search):
        yield _lines([_cells(found.ticket, zone) for found in page])


async def as_json_lines(desk: TicketDesk, search: Search) -> AsyncIterator[bytes]:
    """One object a line: the ticket as in the contract, and its events."""
    async for page in found_pages(desk, search):
        yield b"".join([await _object(desk, found) for found in page])


async def _object(desk: TicketDesk, found: Found) -> bytes:
    rules = await desk.rules(found.ticket)
    ticket = ticket_to_proto(found.ticket, rules.flow, None, english=True)
    ticket.ClearField("actions")
    document = json_format.MessageToDict(ticket, preserving_proto_field_name=True)
    document["events"] = [
        json_format.MessageToDict(event_to_proto(recorded), preserving_proto_field_name=True)
        for recorded in found.history
    ]
    return json.dumps(document, ensure_ascii=False).encode() + b"\n"


def _cells(ticket: Ticket, zone: ZoneInfo) -> tuple[str, ...]:
    details = ticket.details
    clocks = [
        f"{clock.name}#{clock.run} {_state(clock.missed_at, clock.outcome)} {_wall(clock.due, zone)}"
        for clock in ticket.clocks
    ]
    return (
        *(ticket.id, ticket.kind, ticket.flow, str(ticket.flow_version), ticket.standing, ticket.ending or ""),
        *(ticket.step, details.subject, details.text, details.answer, details.customer, details.customer_category),
        *(details.contact, details.category, details.nature, details.urgency, details.department, details.branch),
        *(details.person, details.transaction, "yes" if ticket.in_doubt else ""),
        *(_wall(ticket.opened_at, zone), ticket.opened_by, _wall(ticket.closed_at, zone)),
        str(sum(clock.missed_at is not None for clock in ticket.clocks)),
        "; ".join(clocks),
        *(ticket.follows, ticket.followed_by),
    )


def _state(missed_at: datetime | None, outcome: str | None) -> str:
    return "missed" if missed_at else outcome or "running"


def _wall(instant: datetime | None, zone: ZoneInfo) -> str:
    return "" if instant is None else instant.astimezone(zone).isoformat(timespec="seconds")


def _lines(rows: list[tuple[str, ...]]) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written).writerows([[_safe(cell) for cell in row] for row in rows])
    return written.getvalue().encode()


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
