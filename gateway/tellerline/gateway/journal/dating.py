"""Statements over the hosts' accounting dates: what a day holds, what has no day yet, and where a day ends."""

from __future__ import annotations

from sqlalchemy import bindparam, literal_column, select, update

from tellerline.adapters.store.statements import Row, Statement, Steps
from tellerline.gateway.journal.records import CaseEnding, Event, State, Verdict
from tellerline.gateway.journal.rows import event_values
from tellerline.gateway.journal.schema import IS_DATED, IS_UNDATED, resolutions, transactions
from tellerline.gateway.journal.transactions import ADD_EVENT, ROW

t, r = transactions.c, resolutions.c
_DATABLE = (State.DONE, State.REVERSED, State.MANUAL, State.IN_DOUBT)

DATED = Statement(
    select(*ROW)
    .where(
        IS_DATED,
        t.host == bindparam("of"),
        t.accounting_date == bindparam("day"),
        t.global_serial > bindparam("behind"),
        t.global_serial <= bindparam("last"),
    )
    .order_by(t.global_serial)
    .limit(bindparam("most")),
    "of",
    "day",
    "behind",
    "last",
    "most",
)
_attested = (
    select(literal_column("1"))
    .where(
        r.global_serial == t.global_serial,
        r.verdict == literal_column(f"'{Verdict.CONFIRMED}'"),
        r.ending == literal_column(f"'{CaseEnding.DONE}'"),
    )
    .exists()
)
UNDATED = Statement(
    select(*ROW)
    .where(
        IS_UNDATED,
        t.host == bindparam("of"),
        t.global_serial > bindparam("behind"),
        t.global_serial <= bindparam("last"),
        _attested,
    )
    .order_by(t.global_serial)
    .limit(bindparam("most")),
    "of",
    "behind",
    "last",
    "most",
)
DATE = Statement(
    update(transactions)
    .where(
        t.global_serial == bindparam("serial"),
        t.accounting_date == literal_column("''"),
        t.state.in_([literal_column(f"'{state}'") for state in _DATABLE]),
    )
    .values(accounting_date=bindparam("day"))
    .returning(t.global_serial),
    "day",
    "serial",
)
NEWEST_UNTIL = Statement(
    select(t.accepted_at)
    .where(IS_DATED, t.host == bindparam("of"), t.accounting_date <= bindparam("day"))
    .order_by(t.accounting_date.desc(), t.global_serial.desc())
    .limit(literal_column("1")),
    "of",
    "day",
)
OLDEST_AFTER = Statement(
    select(t.accepted_at)
    .where(IS_DATED, t.host == bindparam("of"), t.accounting_date > bindparam("day"))
    .order_by(t.accounting_date, t.global_serial)
    .limit(literal_column("1")),
    "of",
    "day",
)


def date(serial: str, accounting_date: str, event: Event) -> Steps[bool]:
    if not (yield DATE, (accounting_date, serial)):
        return False
    yield ADD_EVENT, event_values(serial, event)
    return True


def edges(host: str, accounting_date: str) -> Steps[tuple[list[Row], list[Row]]]:
    newest = yield NEWEST_UNTIL, (host, accounting_date)
    oldest = yield OLDEST_AFTER, (host, accounting_date)
    return newest, oldest
