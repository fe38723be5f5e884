"""Statements and steps over the transactions: accepted, settled, found and claimed when overdue."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from sqlalchemy import bindparam, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert

from tellerline.adapters.store.statements import Row, Statement, Steps, Values
from tellerline.gateway.journal.records import FINAL_STATES, State
from tellerline.gateway.journal.schema import (
    A_STATE_CHANGE,
    NOT_AN_ENQUIRY,
    STILL_PENDING,
    events,
    transactions,
)

CLAIM_MICROS = 30_000_000

t = transactions.c
_WRITTEN = transactions.columns.values()[:28]
ROW = transactions.columns.values()[:28]
"""The record's 27 columns and what is still reserved."""

STATE = 12
ACCOUNT = 8
LIMIT_DAY = 11
RESERVED = 27

_INSERT = insert(transactions).values({column.name: bindparam(column.name) for column in _WRITTEN})
_ORDER = tuple(column.name for column in _WRITTEN)

ADD = Statement(
    _INSERT.on_conflict_do_nothing(index_elements=[t.channel, t.channel_serial], index_where=NOT_AN_ENQUIRY).returning(
        t.global_serial
    ),
    *_ORDER,
)
APPEND = Statement(_INSERT.on_conflict_do_nothing(), *_ORDER)
TOGETHER = (256, 128, 64, 32, 16, 8, 4, 2)
APPEND_TOGETHER = tuple((rows, Statement(_INSERT.on_conflict_do_nothing(), *_ORDER, rows=rows)) for rows in TOGETHER)
GET = Statement(select(*ROW).where(t.global_serial == bindparam("serial")), "serial")
FIND = Statement(
    select(*ROW).where(t.channel == bindparam("in_channel"), t.channel_serial == bindparam("serial"), NOT_AN_ENQUIRY),
    "in_channel",
    "serial",
)
CHANGE = Statement(
    update(transactions)
    .where(t.global_serial == bindparam("serial"))
    .values(
        state=bindparam("new_state"),
        settled_at=bindparam("at"),
        outcome=bindparam("new_outcome"),
        host_serial=func.coalesce(func.nullif(bindparam("new_host_serial"), literal_column("''")), t.host_serial),
        accounting_date=func.coalesce(func.nullif(bindparam("new_date"), literal_column("''")), t.accounting_date),
        code=bindparam("new_code"),
        reserved=bindparam("still_reserved"),
    ),
    "new_state",
    "at",
    "new_outcome",
    "new_host_serial",
    "new_date",
    "new_code",
    "still_reserved",
    "serial",
)
LOCK = Statement(select(t.state).where(t.global_serial == bindparam("serial")).with_for_update(), "serial")
"""Held until the commit: of two decisions about one transaction, or about a plan and its legs, the later one sees what
the earlier one has written."""
_conclude = (
    update(transactions)
    .where(t.global_serial == bindparam("serial"), t.state == literal_column(f"'{State.PENDING}'"))
    .values(
        state=bindparam("new_state"),
        settled_at=bindparam("at"),
        outcome=bindparam("new_outcome"),
        host_serial=bindparam("new_host_serial"),
        accounting_date=bindparam("new_date"),
        code=bindparam("new_code"),
    )
)
_CONCLUSION = ("new_state", "at", "new_outcome", "new_host_serial", "new_date", "new_code", "serial")
CONCLUDE = Statement(_conclude.returning(t.global_serial), *_CONCLUSION)
"""``GET`` and ``CHANGE`` in one, for a row that is still pending and keeps its reservation."""
CONCLUDE_TOGETHER = Statement(_conclude, *_CONCLUSION)
OVERDUE = Statement(
    select(*ROW)
    .where(STILL_PENDING, t.due_at <= bindparam("now"), t.claimed_until <= bindparam("now"))
    .order_by(t.due_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True),
    "now",
    "most",
)
CLAIM = Statement(
    update(transactions)
    .where(t.global_serial == bindparam("serial"))
    .values(claimed_by=bindparam("claimer"), claimed_until=bindparam("until")),
    "claimer",
    "until",
    "serial",
)
RELEASE = Statement(
    update(transactions)
    .where(STILL_PENDING, t.claimed_by == bindparam("claimer"))
    .values(claimed_by=literal_column("''"), claimed_until=literal_column("0")),
    "claimer",
)
LEFT_BEHIND = Statement(
    select(*ROW)
    .where(STILL_PENDING, t.owner == bindparam("of"), t.claimed_by == literal_column("''"))
    .order_by(t.accepted_at),
    "of",
)
UNFINISHED = Statement(
    select(*ROW)
    .where(
        A_STATE_CHANGE,
        t.operation == bindparam("wanted"),
        t.state.in_([literal_column(f"'{state}'") for state in State if state not in FINAL_STATES]),
        t.global_serial > bindparam("behind"),
    )
    .order_by(t.global_serial)
    .limit(bindparam("most")),
    "wanted",
    "behind",
    "most",
)
ADD_EVENT = Statement(
    insert(events).values(
        global_serial=bindparam("serial"), at=bindparam("instant"), kind=bindparam("what"), detail=bindparam("more")
    ),
    "serial",
    "instant",
    "what",
    "more",
)
HISTORY = Statement(
    select(events.c.at, events.c.kind, events.c.detail)
    .where(events.c.global_serial == bindparam("serial"))
    .order_by(events.c.number),
    "serial",
)


def note(values: Values) -> Steps[None]:
    yield ADD_EVENT, values


def append(rows: Sequence[Values]) -> Steps[None]:
    """As many together as can be: what a row costs is mostly its statement, for which threads wait for each other."""
    start = 0
    for together, statement in APPEND_TOGETHER:
        while len(rows) - start >= together:
            yield statement, tuple(chain.from_iterable(rows[start : start + together]))
            start += together
    for values in rows[start:]:
        yield APPEND, values


def claim_overdue(owner: str, now: int, limit: int) -> Steps[list[Row]]:
    rows = yield OVERDUE, (now, limit)
    for row in rows:
        yield CLAIM, (owner, now + CLAIM_MICROS, row[0])
    return rows
