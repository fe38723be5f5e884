"""Searches of the transactions: one statement for a page, worded so that an index of the schema finds what is rare."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, literal_column, not_, select, union_all
from sqlalchemy.sql.elements import ColumnElement, TextClause

from tellerline.adapters.store.statements import Row, Statement, Steps
from tellerline.gateway.journal.database import Database
from tellerline.gateway.journal.records import Search, State
from tellerline.gateway.journal.rows import micros
from tellerline.gateway.journal.schema import (
    AN_ENQUIRY,
    HAS_HOST_SERIAL,
    IN_A_CALL,
    IS_UNCOMMON,
    NOT_AN_ENQUIRY,
    STILL_PENDING,
    transactions,
)
from tellerline.gateway.journal.transactions import GET, ROW

t = transactions.c
Condition = ColumnElement[bool] | TextClause

_EQUAL = (
    "global_serial",
    "channel",
    "channel_serial",
    "host_serial",
    "customer",
    "account",
    "operation",
    "host",
    "call",
)
_FINDS_FEW = frozenset({"global_serial", "customer", "account"})


async def page(database: Database, wanted: Search) -> list[Row]:
    """Rows of one page. When the row was accepted that it continues behind never changes: no snapshot is needed."""
    return await database.read(search, wanted)


def search(wanted: Search, *only: TextClause) -> Steps[list[Row]]:
    """Rows of one page, ``only`` such as meet these conditions of the schema too.

    A page behind a serial that does not exist is empty.
    """
    equal = tuple(name for name in _EQUAL if getattr(wanted, name))
    states = tuple(sorted(set(wanted.states)))
    values: list[Any] = [getattr(wanted, name) for name in equal]
    values += [state.value for state in states]
    if wanted.accepted_from:
        values.append(micros(wanted.accepted_from))
    if wanted.accepted_before:
        values.append(micros(wanted.accepted_before))
    if wanted.after:
        last = yield GET, (wanted.after,)
        if not last:
            return []
        values += [last[0][13], wanted.after]
    times = bool(wanted.accepted_from), bool(wanted.accepted_before), bool(wanted.after)
    statement = _search(equal, states, only, times)
    return (yield statement, (*values, wanted.limit))


@lru_cache(256)
def _search(
    equal: tuple[str, ...],
    states: tuple[State, ...],
    only: tuple[TextClause, ...],
    times: tuple[bool, bool, bool],
) -> Statement:
    since, before, after = times
    order = [f"wanted_{name}" for name in equal] + [f"state_{state.value}" for state in states]
    order += ["since"] * since + ["before"] * before + ["last_at", "last"] * after + ["most"]
    pages = []
    for part in _parts(equal, states):
        # The pending ones are few and found by their own index, not in the order of time: not by the index by time.
        at = t.accepted_at + literal_column("0") if STILL_PENDING in part else t.accepted_at
        query = select(*ROW).where(*(t[name] == bindparam(f"wanted_{name}") for name in equal), *part, *only)
        query = query.where(*_times(at, since, before, after))
        pages.append(query.order_by(at.desc(), t.global_serial.desc()).limit(bindparam("most")))
    return Statement(_newest(pages), *order)


def _times(at: ColumnElement[int], since: bool, before: bool, after: bool) -> list[Condition]:
    conditions: list[Condition] = []
    if since:
        conditions.append(at >= bindparam("since"))
    if before:
        conditions.append(at < bindparam("before"))
    if after:
        same_instant_not_behind = and_(at == bindparam("last_at"), t.global_serial >= bindparam("last"))
        conditions += [at <= bindparam("last_at"), not_(same_instant_not_behind)]
    return conditions


def _parts(equal: tuple[str, ...], states: tuple[State, ...]) -> list[list[Condition]]:
    """Conditions that share no row, and that together are those of ``states`` and no more.

    Each says word for word what its partial index holds, since neither planner concludes that from a parameter.
    """
    is_state = {state: t.state == bindparam(f"state_{state.value}") for state in states}
    any_state: list[Condition] = (
        [t.state.in_([bindparam(f"state_{state.value}") for state in states])] if states else []
    )
    if "host_serial" in equal:
        return [[HAS_HOST_SERIAL, *any_state]]
    if "channel_serial" in equal:
        return [[NOT_AN_ENQUIRY, *any_state], [AN_ENQUIRY, *any_state]]
    if "call" in equal:
        return [[IN_A_CALL, *any_state]]
    if not states or State.DONE in states or not _FINDS_FEW.isdisjoint(equal):
        return [any_state]
    return [[STILL_PENDING if state is State.PENDING else IS_UNCOMMON, is_state[state]] for state in states]


def _newest(pages: list[Select[Any]]) -> Select[Any]:
    """The newest rows of the pages, of which each has the newest of its part."""
    if len(pages) == 1:
        return pages[0]
    together = union_all(*(select(page.subquery()) for page in pages)).subquery()
    newest = together.c.accepted_at.desc(), together.c.global_serial.desc()
    return select(together).order_by(*newest).limit(bindparam("most"))
