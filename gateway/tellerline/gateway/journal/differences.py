"""Differences with the hosts' days over a database: statements, and what both stores share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, literal_column, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from tellerline.adapters.store.statements import Row, Statement, Steps, every, first
from tellerline.gateway.journal.database import Database
from tellerline.gateway.journal.difference_records import RECONCILIATION, CaseSearch, CaseState, DifferenceCase
from tellerline.gateway.journal.rows import instant, micros
from tellerline.gateway.journal.schema import differences

c = differences.c
_COLUMNS = (
    c.name,
    c.host,
    c.accounting_date,
    c.reference,
    c.kind,
    c.opened_at,
    c.detail,
    c.state,
    c.closed_at,
    c.closed_by,
    c.reason,
)
_GIVEN = ("name", "host", "accounting_date", "reference", "kind", "opened_at", "detail")

_FILTERS = ("host", "accounting_date", "reference", "state")

_insert = insert(differences).values(
    {name: bindparam(f"new_{name}") for name in _GIVEN}
    | {"state": literal_column("'OPEN'"), "closed_by": literal_column("''"), "reason": literal_column("''")}
)
OPEN = Statement(
    _insert.on_conflict_do_update(
        index_elements=[c.name],
        set_={
            "state": literal_column("'OPEN'"),
            "closed_at": null(),
            "closed_by": literal_column("''"),
            "reason": literal_column("''"),
            "detail": _insert.excluded.detail,
        },
        where=or_(c.state == literal_column("'OPEN'"), c.closed_by == literal_column(f"'{RECONCILIATION}'")),
    ),
    *(f"new_{name}" for name in _GIVEN),
)
GET = Statement(select(*_COLUMNS).where(c.name == bindparam("wanted")), "wanted")
CLOSE = Statement(
    update(differences)
    .where(c.name == bindparam("wanted"), c.state == literal_column("'OPEN'"))
    .values(
        state=literal_column("'CLOSED'"),
        closed_at=bindparam("at"),
        closed_by=bindparam("who"),
        reason=bindparam("why"),
    )
    .returning(*_COLUMNS),
    "wanted",
    "at",
    "who",
    "why",
)


@lru_cache
def _search(filters: tuple[str, ...]) -> Statement:
    query = select(*_COLUMNS).where(c.name > bindparam("behind"))
    for name in filters:
        query = query.where(c[name] == bindparam(f"wanted_{name}"))
    order = ("behind", *(f"wanted_{name}" for name in filters), "most")
    return Statement(query.order_by(c.name).limit(bindparam("most")), *order)


def _open_all(cases: Sequence[DifferenceCase]) -> Steps[None]:
    for case in cases:
        values: list[Any] = [getattr(case, name) for name in _GIVEN]
        values[5] = micros(case.opened_at)
        yield OPEN, tuple(values)


class StoredDifferences:
    """Keeps the promises of ``port.Differences``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, cases: Sequence[DifferenceCase]) -> None:
        if cases:
            await self._database.write(_open_all, cases)

    async def close(self, name: str, at: datetime, who: str, reason: str) -> DifferenceCase | None:
        rows = await self._database.write(every, CLOSE, name, micros(at), who, reason)
        return _case(rows[0]) if rows else None

    async def get(self, name: str) -> DifferenceCase | None:
        row = await self._database.look(first, GET, name)
        return None if row is None else _case(row)

    async def search(self, search: CaseSearch) -> Sequence[DifferenceCase]:
        wanted = {name: value for name in _FILTERS if (value := getattr(search, name))}
        values = (search.after, *wanted.values(), search.limit)
        return [_case(row) for row in await self._database.read(every, _search(tuple(wanted)), *values)]


def _case(row: Row) -> DifferenceCase:
    return DifferenceCase(
        name=row[0],
        host=row[1],
        accounting_date=row[2],
        reference=row[3],
        kind=row[4],
        opened_at=instant(row[5]),
        detail=row[6],
        state=CaseState(row[7]),
        closed_at=None if row[8] is None else instant(row[8]),
        closed_by=row[9],
        reason=row[10],
    )
