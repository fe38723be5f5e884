"""What is asked of the tables, once for both databases."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from tellerline.adapters.store.statements import Row, Statement, Steps
from tellerline.callcenter.tickets import rows
from tellerline.callcenter.tickets.records import Change, ConflictError, Mark, Request, Search
from tellerline.callcenter.tickets.schema import HAS_CLOCK, IN_DOUBT, events, flows, requests, tickets
from tellerline.routing.tickets.approval import FlowVersion, Verdict

t = tickets.c
_COLUMNS = tuple(column.name for column in tickets.columns)
_FLOW_COLUMNS = tuple(column.name for column in flows.columns)
_EVENT_COLUMNS = tuple(column.name for column in events.columns)


def _named(names: tuple[str, ...]) -> dict[str, ColumnElement[object]]:
    return {name: bindparam(f"new_{name}") for name in names}


def _order(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"new_{name}" for name in names)


INSERT = Statement(
    insert(tickets).values(_named(_COLUMNS)).on_conflict_do_nothing(index_elements=[t.id]).returning(t.id),
    *_order(_COLUMNS),
)
UPDATE = Statement(
    update(tickets)
    .values(_named(_COLUMNS))
    .where(t.id == bindparam("of"), t.revision == bindparam("expected"))
    .returning(t.id),
    *_order(_COLUMNS),
    "of",
    "expected",
)
ADD_EVENT = Statement(insert(events).values(_named(_EVENT_COLUMNS)), *_order(_EVENT_COLUMNS))
HISTORY = Statement(
    select(events.c.number, events.c.kind, events.c.content, events.c.recorded_at)
    .where(events.c.ticket == bindparam("of"))
    .order_by(events.c.number),
    "of",
)
MARK = Statement(
    insert(requests)
    .values(_named(("id", "digest", "ticket", "revision")))
    .on_conflict_do_nothing(index_elements=[requests.c.id])
    .returning(requests.c.id),
    *_order(("id", "digest", "ticket", "revision")),
)
MARK_OF = Statement(
    select(requests.c.digest, requests.c.ticket, requests.c.revision).where(requests.c.id == bindparam("of")), "of"
)
DUE = Statement(
    select(t.next_at, t.id)
    .where(
        HAS_CLOCK,
        t.next_at <= bindparam("now"),
        tuple_(t.next_at, t.id) > tuple_(bindparam("after_at"), bindparam("after_id")),
    )
    .order_by(t.next_at, t.id)
    .limit(bindparam("most")),
    "now",
    "after_at",
    "after_id",
    "most",
)
NEXT = Statement(select(t.next_at).where(HAS_CLOCK).order_by(t.next_at).limit(1))
DOUBTFUL = Statement(
    select(t.id).where(IN_DOUBT, t.id > bindparam("after")).order_by(t.id).limit(bindparam("most")), "after", "most"
)
ADD_FLOW = Statement(
    insert(flows)
    .values(_named(_FLOW_COLUMNS))
    .on_conflict_do_nothing(index_elements=[flows.c.flow, flows.c.version])
    .returning(flows.c.version),
    *_order(_FLOW_COLUMNS),
)
SETTLE_FLOW = Statement(
    update(flows)
    .values(_named(_FLOW_COLUMNS))
    .where(
        flows.c.flow == bindparam("of"),
        flows.c.version == bindparam("number"),
        flows.c.verdict == Verdict.PROPOSED.value,
    )
    .returning(flows.c.version),
    *_order(_FLOW_COLUMNS),
    "of",
    "number",
)
FLOWS = Statement(select(flows).where(flows.c.flow == bindparam("of")).order_by(flows.c.version), "of")


def write(changes: tuple[Change, ...], request: Request | None, now: datetime) -> Steps[Mark | None]:
    """Write all ``changes`` with their events, or, if an earlier request had the same id, nothing but say what it did.

    Raises ``ConflictError`` when a ticket is not at the revision that a change expects. The first ticket is the one
    that the request is about.
    """
    about = changes[0].ticket
    if request is not None:
        taken = yield MARK, (request.id, request.digest, about.id, about.revision)
        if not taken:
            (row,) = yield MARK_OF, (request.id,)
            return mark(row)
    for change in changes:
        values = rows.ticket_values(change.ticket)
        if change.expected:
            written = yield UPDATE, (*values, change.ticket.id, change.expected)
        else:
            written = yield INSERT, values
        if not written:
            raise ConflictError(change.ticket.id)
        for number, event in enumerate(change.events, change.expected + 1):
            yield ADD_EVENT, rows.event_values(change.ticket.id, number, event, now)
    return None


def mark(row: Row) -> Mark:
    digest, ticket, revision = row
    return Mark(bytes(digest), ticket, revision)


def add_flow(version: FlowVersion) -> Steps[bool]:
    """Whether it was not there yet."""
    return bool((yield ADD_FLOW, rows.flow_values(version)))


def settle_flow(version: FlowVersion) -> Steps[bool]:
    """Whether it still waited for a verdict."""
    values = rows.flow_values(version)
    return bool((yield SETTLE_FLOW, (*values, version.flow, version.version)))


def search(search: Search) -> Steps[list[Row]]:
    """The histories of the tickets, in any order of tickets: rows as of ``HISTORY``, each with its ticket behind it."""
    equal = {
        t.kind: search.kind,
        t.flow: search.flow,
        t.standing: search.standing,
        t.ending: search.ending,
        t.customer: search.customer,
        t.department: search.department,
        t.transaction_serial: search.transaction,
        t.urgency: search.urgency,
        t.missed: int(search.missed),
        t.in_doubt: int(search.in_doubt),
    }
    conditions: list[tuple[ColumnElement[bool], tuple[object, ...]]] = [
        (column == bindparam(f"is_{column.name}"), (wanted,)) for column, wanted in equal.items() if wanted
    ]
    names = [f"is_{column.name}" for column, wanted in equal.items() if wanted]
    for name, condition, values in _ranges(search):
        conditions.append((condition, values))
        names += name
    found = (
        select(t.id)
        .where(and_(True, *(condition for condition, _ in conditions)))
        .order_by(t.opened_at.desc(), t.id.desc())
        .limit(bindparam("most"))
    )
    statement = Statement(
        select(events.c.number, events.c.kind, events.c.content, events.c.recorded_at, events.c.ticket)
        .where(events.c.ticket.in_(found))
        .order_by(events.c.ticket, events.c.number),
        *names,
        "most",
    )
    return (yield statement, (*(value for _, values in conditions for value in values), search.limit))


def _ranges(search: Search) -> list[tuple[list[str], ColumnElement[bool], tuple[object, ...]]]:
    found: list[tuple[list[str], ColumnElement[bool], tuple[object, ...]]] = []
    if search.keyword:
        pattern = rows.words(search.keyword).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        found.append((["like"], t.words.like(bindparam("like"), escape="\\"), (f"%{pattern}%",)))
    if search.called:
        found.append((["role"], t.called.like(bindparam("role")), (rows.called_pattern(search.called),)))
    if search.opened_from:
        found.append((["since"], t.opened_at >= bindparam("since"), (rows.micros(search.opened_from),)))
    if search.opened_before:
        found.append((["before"], t.opened_at < bindparam("before"), (rows.micros(search.opened_before),)))
    if search.behind:
        at, ticket = search.behind
        behind = or_(
            t.opened_at < bindparam("behind_at"),
            and_(t.opened_at == bindparam("same_at"), t.id < bindparam("behind_id")),
        )
        found.append((["behind_at", "same_at", "behind_id"], behind, (rows.micros(at), rows.micros(at), ticket)))
    return found
