"""Rows of the tables from tickets and events, and back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from tellerline.adapters.store.statements import Row, Values
from tellerline.callcenter.tickets import codec
from tellerline.callcenter.tickets.records import RecordedEvent
from tellerline.routing.tickets.approval import FlowVersion, Verdict
from tellerline.routing.tickets.events import TicketEvent
from tellerline.routing.tickets.kinds import Role
from tellerline.routing.tickets.ticket import Ticket

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND


def instant(number: int) -> datetime:
    return _EPOCH + _MICROSECOND * number


def words(text: str) -> str:
    """As searched: in one case."""
    return text.casefold()


def ticket_values(ticket: Ticket) -> Values:
    """In the order of the table's columns."""
    details = ticket.details
    return (
        ticket.id,
        ticket.revision,
        ticket.kind.value,
        ticket.flow,
        ticket.flow_version,
        ticket.standing.value,
        "" if ticket.ending is None else ticket.ending.value,
        details.customer,
        details.department,
        details.transaction,
        details.urgency.value,
        words(f"{details.subject}\n{details.text}\n{details.answer}"),
        _roles(ticket.called),
        int(any(clock.missed_at is not None for clock in ticket.clocks)),
        int(ticket.in_doubt and not ticket.closed),
        micros(ticket.opened_at),
        None if ticket.next_at is None else micros(ticket.next_at),
    )


def _roles(roles: Iterable[Role]) -> str:
    """Each between spaces, so that one can be looked for."""
    return "".join(f" {role} " for role in sorted(roles))


def called_pattern(role: str) -> str:
    """What finds a ticket to which ``role`` is called."""
    return f"% {role} %"


def event_values(ticket: str, number: int, event: TicketEvent, recorded_at: datetime) -> Values:
    return ticket, number, codec.kind_of(event), codec.encode(event), micros(recorded_at)


def recorded_event(row: Row) -> RecordedEvent:
    """From number, kind, content and instant of recording."""
    number, kind, content, recorded_at = row
    return RecordedEvent(number, codec.decode(kind, bytes(content)), instant(recorded_at))


def flow_values(version: FlowVersion) -> Values:
    return (
        version.flow,
        version.version,
        version.text,
        version.proposer,
        micros(version.proposed_at),
        version.reason,
        version.verdict.value,
        version.decider,
        None if version.decided_at is None else micros(version.decided_at),
        version.remark,
    )


def flow_version(row: Row) -> FlowVersion:
    flow, version, content, proposer, proposed_at, reason, verdict, decider, decided_at, remark = row
    return FlowVersion(
        flow=flow,
        version=version,
        text=content,
        proposer=proposer,
        proposed_at=instant(proposed_at),
        reason=reason,
        verdict=Verdict(verdict),
        decider=decider,
        decided_at=None if decided_at is None else instant(decided_at),
        remark=remark,
    )
