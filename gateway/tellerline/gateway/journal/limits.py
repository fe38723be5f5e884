"""Accepting and settling as steps: the row, its idempotency and its limits change together or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import BigInteger, Text, and_, bindparam, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert

from tellerline.adapters.store.statements import Statement, Steps, Together
from tellerline.gateway.journal import pin_changes, proofs
from tellerline.gateway.journal.customer_schema import accounts
from tellerline.gateway.journal.doubts import CLOSE, OPEN, REVERSING
from tellerline.gateway.journal.records import (
    Acceptance,
    Accepted,
    Duplicate,
    Limits,
    LimitUsage,
    OverLimit,
    Settlement,
    State,
)
from tellerline.gateway.journal.rows import (
    acceptance_values,
    change_values,
    conclusion_values,
    doubt_values,
    event_values,
    micros,
    record,
)
from tellerline.gateway.journal.schema import limit_usage
from tellerline.gateway.journal.transactions import (
    ACCOUNT,
    ADD,
    ADD_EVENT,
    APPEND,
    CHANGE,
    CONCLUDE,
    CONCLUDE_TOGETHER,
    FIND,
    GET,
    LIMIT_DAY,
    LOCK,
    RESERVED,
    STATE,
)
from tellerline.routing.model.codes import Code

ACCEPTED = Accepted()

_nothing = select(literal_column("1").label("one")).subquery()
LIMITS_AND_USAGE = Statement(
    select(
        accounts.c.single_limit,
        accounts.c.daily_limit,
        accounts.c.count_limit,
        limit_usage.c.total,
        limit_usage.c.count,
    ).select_from(
        _nothing.outerjoin(accounts, accounts.c.account == bindparam("registered")).outerjoin(
            limit_usage,
            and_(limit_usage.c.account == bindparam("used"), limit_usage.c.limit_day == bindparam("day")),
        )
    ),
    "registered",
    "used",
    "day",
)
_reserve = insert(limit_usage).values(
    account=bindparam("of"), limit_day=bindparam("day"), total=bindparam("minor"), count=literal_column("1")
)
RESERVE = Statement(
    _reserve.on_conflict_do_update(
        index_elements=[limit_usage.c.account, limit_usage.c.limit_day],
        set_={
            "total": limit_usage.c.total + _reserve.excluded.total,
            "count": limit_usage.c.count + literal_column("1"),
        },
    ),
    "of",
    "day",
    "minor",
)
_kept = {
    name: func.coalesce(accounts.c[f"{name}_limit"], bindparam(f"default_{name}"))
    for name in ("single", "daily", "count")
}
_of_account = {
    name: func.coalesce(
        select(accounts.c[f"{name}_limit"])
        .where(accounts.c.account == literal_column("excluded.account"))
        .scalar_subquery(),
        bindparam(f"default_{name}"),
    )
    for name in ("daily", "count")
}
_minor = bindparam("minor", type_=BigInteger)
_first_of_the_day = insert(limit_usage).from_select(
    ["account", "limit_day", "total", "count"],
    select(bindparam("of", type_=Text), bindparam("day", type_=Text), _minor, literal_column("1"))
    .select_from(_nothing.outerjoin(accounts, accounts.c.account == bindparam("of")))
    .where(_minor <= _kept["single"], _minor <= _kept["daily"], _kept["count"] >= literal_column("1")),
)
RESERVE_WITHIN = Statement(
    _first_of_the_day.on_conflict_do_update(
        index_elements=[limit_usage.c.account, limit_usage.c.limit_day],
        set_={
            "total": limit_usage.c.total + _first_of_the_day.excluded.total,
            "count": limit_usage.c.count + literal_column("1"),
        },
        where=and_(
            limit_usage.c.total + _first_of_the_day.excluded.total <= _of_account["daily"],
            limit_usage.c.count < _of_account["count"],
        ),
    ),
    "of",
    "day",
    "minor",
    "default_single",
    "default_daily",
    "default_count",
)
"""``RESERVE`` if no limit speaks against it; changes nothing if one does."""
RELEASE = Statement(
    update(limit_usage)
    .where(limit_usage.c.account == bindparam("of"), limit_usage.c.limit_day == bindparam("day"))
    .values(total=limit_usage.c.total - bindparam("minor")),
    "minor",
    "of",
    "day",
)
USAGE = Statement(
    select(limit_usage.c.total, limit_usage.c.count).where(
        limit_usage.c.account == bindparam("of"), limit_usage.c.limit_day == bindparam("day")
    ),
    "of",
    "day",
)


def over_limit(minor: int, limits: Limits, usage: LimitUsage) -> OverLimit | None:
    """The first limit that ``minor`` more would break: single, then count, then daily total."""
    if minor > limits.single:
        code = Code.LIMIT_SINGLE_EXCEEDED
    elif usage.count >= limits.count:
        code = Code.LIMIT_COUNT_EXCEEDED
    elif usage.total + minor > limits.daily:
        code = Code.LIMIT_DAILY_EXCEEDED
    else:
        return None
    return OverLimit(code=code, limits=limits, usage=usage)


def accept(acceptance: Acceptance, defaults: Limits) -> Steps[Accepted | Duplicate | OverLimit]:
    key = (acceptance.channel, acceptance.channel_serial)
    limited = acceptance.limited
    account, day = acceptance.account, acceptance.limit_day
    if limited is not None:
        [row] = yield LIMITS_AND_USAGE, (account, account, day)
        limits = defaults if row[0] is None else Limits(single=row[0], daily=row[1], count=row[2])
        refusal = over_limit(limited.minor, limits, LimitUsage(total=row[3] or 0, count=row[4] or 0))
        if refusal is not None:
            taken = yield FIND, key
            return Duplicate(record=record(taken[0])) if taken else refusal
    added = yield ADD, acceptance_values(acceptance)
    if not added:
        [original] = yield FIND, key
        return Duplicate(record=record(original))
    if limited is not None:
        yield RESERVE, (account, day, limited.minor)
    return ACCEPTED


def accept_together(units: Sequence[tuple[Acceptance, Limits]]) -> Together[Accepted | Duplicate | OverLimit]:
    """All of them accepted, or else each by itself."""
    reservations = [
        (unit.account, unit.limit_day, unit.limited.minor, defaults.single, defaults.daily, defaults.count)
        for unit, defaults in units
        if unit.limited is not None
    ]
    if reservations and (yield RESERVE_WITHIN, reservations) != len(reservations):
        return None
    added = yield APPEND, [acceptance_values(unit) for unit, _ in units]
    return [ACCEPTED] * len(units) if added == len(units) else None


def concludes(settlement: Settlement, expected: frozenset[State]) -> bool:
    """Whether it is the ordinary end of a pending transaction, with nothing but the row to change."""
    plain = not (settlement.release_limits or settlement.doubt or settlement.events)
    return plain and not settlement.proofs and not settlement.pin_change and State.PENDING in expected


def conclude_together(units: Sequence[tuple[Settlement, frozenset[State]]]) -> Together[State | None]:
    """All of them pending until now, or else each by itself."""
    changed = yield CONCLUDE_TOGETHER, [conclusion_values(settlement) for settlement, _ in units]
    return [State.PENDING] * len(units) if changed == len(units) else None


def settle(settlement: Settlement, expected: frozenset[State]) -> Steps[State | None]:
    """A pending transaction has no doubt yet, so none is looked for."""
    serial = settlement.global_serial
    if not settlement.release_limits and State.PENDING in expected:
        concluded = yield CONCLUDE, conclusion_values(settlement)
        if concluded:
            if settlement.doubt is not None:
                yield OPEN, doubt_values(settlement.doubt)
            yield from _beside(settlement, State.PENDING)
            return State.PENDING
    rows = yield GET, (serial,)
    if not rows or rows[0][STATE] not in expected:
        return None
    before = rows[0]
    state = State(before[STATE])
    doubted = state is not State.PENDING
    if doubted and settlement.before_reversal and (yield REVERSING, (serial,)):
        return None
    reserved = before[RESERVED]
    released = reserved if settlement.release_limits else 0
    yield CHANGE, change_values(settlement, reserved - released)
    if released:
        yield RELEASE, (released, before[ACCOUNT], before[LIMIT_DAY])
    if settlement.doubt is not None:
        yield OPEN, doubt_values(settlement.doubt)
    elif doubted:
        yield CLOSE, (micros(settlement.at), serial)
    yield from _beside(settlement, state)
    return state


def settle_by_itself(settlement: Settlement, expected: frozenset[State]) -> Steps[State | None]:
    """``settle``, where others may settle the same transaction at the same time."""
    yield LOCK, (settlement.global_serial,)
    return (yield from settle(settlement, expected))


def _beside(settlement: Settlement, before: State) -> Steps[None]:
    for event in settlement.events:
        yield ADD_EVENT, event_values(settlement.global_serial, event)
    if settlement.proofs is not None:
        kept = settlement.proofs.kept if before is State.PENDING else b""
        yield from proofs.end(replace(settlement.proofs, kept=kept), settlement.at)
    if settlement.pin_change:
        yield from pin_changes.settled(settlement.global_serial)


def usage(account: str, limit_day: str) -> Steps[LimitUsage]:
    rows = yield USAGE, (account, limit_day)
    return LimitUsage(total=rows[0][0], count=rows[0][1]) if rows else LimitUsage(total=0, count=0)
