"""Statements and steps over resolutions: proposed by one person, decided by another, once."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import datetime

import orjson
from sqlalchemy import and_, bindparam, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert

from tellerline.adapters.store.statements import Row, Statement, Steps
from tellerline.gateway.journal import limits
from tellerline.gateway.journal.doubts import OPEN as OPEN_DOUBT
from tellerline.gateway.journal.legs import PLAN_OF
from tellerline.gateway.journal.records import (
    FINAL_STATES,
    CaseObstacle,
    Doubt,
    DoubtStage,
    Event,
    Record,
    Resolution,
    Settlement,
    State,
    Verdict,
)
from tellerline.gateway.journal.rows import doubt_values, event_values, micros, record, resolution_values
from tellerline.gateway.journal.rows import resolution as resolution_of
from tellerline.gateway.journal.schema import UNDECIDED, doubts, events, resolutions, transactions
from tellerline.gateway.journal.transactions import ACCOUNT, ADD_EVENT, GET, LIMIT_DAY, LOCK

r, t, d, e = resolutions.c, transactions.c, doubts.c, events.c
later = events.alias()
_COLUMNS = resolutions.columns.values()

IS_CASE = Statement(
    select(literal_column("1")).where(
        and_(d.global_serial == bindparam("serial"), d.closed_at.is_(None), d.stage == literal_column("'MANUAL'"))
    ),
    "serial",
)
NUMBERS = Statement(select(func.max(r.number)).where(r.global_serial == bindparam("serial")), "serial")
PROPOSE = Statement(
    insert(resolutions)
    .values({column.name: bindparam(column.name) for column in _COLUMNS})
    .on_conflict_do_nothing(index_elements=[r.global_serial], index_where=UNDECIDED)
    .returning(r.number),
    *(column.name for column in _COLUMNS),
)
PROPOSED = Statement(
    select(*_COLUMNS).where(r.global_serial == bindparam("serial"), r.number == bindparam("place"), UNDECIDED),
    "serial",
    "place",
)
DECIDE = Statement(
    update(resolutions)
    .where(r.global_serial == bindparam("serial"), r.number == bindparam("place"))
    .values(
        verdict=bindparam("said"), decider=bindparam("by"), decided_at=bindparam("at"), remark=bindparam("because")
    ),
    "said",
    "by",
    "at",
    "because",
    "serial",
    "place",
)
HOLD_AGAIN = Statement(
    update(transactions).where(t.global_serial == bindparam("serial")).values(reserved=bindparam("minor")),
    "minor",
    "serial",
)
ALL = Statement(select(*_COLUMNS).where(r.global_serial == bindparam("serial")).order_by(r.number), "serial")
EVIDENCE_SINCE = Statement(
    select(literal_column("1"))
    .where(
        e.global_serial == bindparam("serial"),
        e.kind.in_([literal_column(f"'{kind}'") for kind in ("late_reply", "contradicted", "day_file")]),
        e.number
        > select(func.max(later.c.number))
        .where(later.c.global_serial == e.global_serial, later.c.kind == literal_column("'resolution_proposed'"))
        .scalar_subquery(),
    )
    .limit(1),
    "serial",
)
"""What came behind the newest proposal."""
OPEN = Statement(select(*_COLUMNS).where(r.global_serial == bindparam("serial"), UNDECIDED), "serial")


def same_person(one: str, other: str) -> bool:
    """However each of them wrote the name this time."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def propose(resolution: Resolution, event: Event) -> Steps[Resolution | CaseObstacle]:
    serial = resolution.global_serial
    yield LOCK, (serial,)
    if not (yield IS_CASE, (serial,)):
        return CaseObstacle.NO_CASE
    last = (yield NUMBERS, (serial,))[0][0]
    numbered = replace(resolution, number=(last or 0) + 1)
    if not (yield PROPOSE, resolution_values(numbered)):
        return CaseObstacle.OTHER_PROPOSAL
    yield ADD_EVENT, event_values(serial, event)
    return numbered


def confirm(
    decided: Resolution, settlement: Settlement, expected: frozenset[State], counts_again: int
) -> Steps[State | CaseObstacle]:
    serial = decided.global_serial
    yield LOCK, (serial,)
    proposed = yield PROPOSED, (serial, decided.number)
    if not proposed:
        return CaseObstacle.NOT_OPEN
    if same_person(resolution_of(proposed[0]).proposer, decided.decider):
        return CaseObstacle.SAME_PERSON
    if not (yield IS_CASE, (serial,)):
        return CaseObstacle.NO_CASE
    if (yield EVIDENCE_SINCE, (serial,)):
        return CaseObstacle.NEW_EVIDENCE
    before = yield from limits.settle(settlement, expected)
    if before is None:
        return CaseObstacle.NO_CASE
    if counts_again:
        row = (yield GET, (serial,))[0]
        yield limits.RELEASE, (-counts_again, row[ACCOUNT], row[LIMIT_DAY])
        yield HOLD_AGAIN, (counts_again, serial)
    if before in FINAL_STATES and settlement.state is not before:
        yield from _call_plan_into_question(settlement, before)
    yield _decision(decided, Verdict.CONFIRMED)
    return before


def _call_plan_into_question(settlement: Settlement, before: State) -> Steps[None]:
    """A plan that is over went by an end of this leg that is none any more: what follows is for people.

    One that is pending looks at its legs once more, in the write that ends it.
    """
    leg = settlement.global_serial
    for (serial,) in (yield PLAN_OF, (leg,)):
        yield LOCK, (serial,)
        plan = record((yield GET, (serial,))[0])
        if plan.state is State.PENDING:
            return
        detail = orjson.dumps({"leg": leg, "was": before, "now": settlement.state})
        yield ADD_EVENT, event_values(serial, Event(at=settlement.at, kind="contradicted", detail=detail))
        if plan.state in FINAL_STATES:
            yield OPEN_DOUBT, doubt_values(_about(plan, settlement.at))


def _about(plan: Record, at: datetime) -> Doubt:
    return Doubt(
        global_serial=plan.global_serial,
        host=plan.host,
        operation=plan.operation,
        account=plan.account,
        stage=DoubtStage.MANUAL,
        policy="plan",
        attempts=0,
        opened_at=at,
        due_at=at,
        reason="leg_decided_otherwise",
    )


def reject(decided: Resolution, event: Event) -> Steps[CaseObstacle | None]:
    serial = decided.global_serial
    yield LOCK, (serial,)
    if not (yield PROPOSED, (serial, decided.number)):
        return CaseObstacle.NOT_OPEN
    yield _decision(decided, Verdict.REJECTED)
    yield ADD_EVENT, event_values(serial, event)
    return None


def _decision(decided: Resolution, verdict: Verdict) -> tuple[Statement, tuple[object, ...]]:
    at = micros(decided.decided_at) if decided.decided_at else None
    return DECIDE, (verdict.value, decided.decider, at, decided.remark, decided.global_serial, decided.number)


def open_of(serials: tuple[str, ...]) -> Steps[list[Row]]:
    found: list[Row] = []
    for serial in serials:
        found += yield OPEN, (serial,)
    return found
