"""Versions of public information's tables over a database: statements, and what both stores share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert

from tellerline.adapters.store.statements import Row, Statement, Steps, every, first
from tellerline.gateway.journal.database import Database
from tellerline.gateway.journal.rows import instant, micros
from tellerline.gateway.journal.schema import table_versions
from tellerline.routing.information.versions import TableVersion, Verdict

c = table_versions.c
_FACTS = (
    c.table_name,
    c.number,
    c.digest,
    c.reason,
    c.proposer,
    c.proposed_at,
    c.effective_date,
    c.verdict,
    c.decider,
    c.decided_at,
    c.remark,
    c.effective_at,
)
_COLUMNS = table_versions.columns.values()
_OF_TABLE = c.table_name == bindparam("of")
_APPROVED = c.verdict == literal_column("'APPROVED'")
_WAITING = c.verdict == literal_column("'PROPOSED'")

LAST = Statement(select(func.max(c.number)).where(_OF_TABLE), "of")
ADD = Statement(
    insert(table_versions).values({column.name: bindparam(column.name) for column in _COLUMNS}),
    *(column.name for column in _COLUMNS),
)
DECIDE = Statement(
    update(table_versions)
    .where(_OF_TABLE, c.number == bindparam("place"), _WAITING)
    .values(
        verdict=bindparam("said"),
        decider=bindparam("by"),
        decided_at=bindparam("at"),
        remark=bindparam("because"),
        effective_at=bindparam("since"),
    )
    .returning(c.number),
    "of",
    "place",
    "said",
    "by",
    "at",
    "because",
    "since",
)
GET = Statement(select(*_FACTS, c.content).where(_OF_TABLE, c.number == bindparam("place")), "of", "place")
PROPOSED = Statement(select(*_FACTS).where(_OF_TABLE, _WAITING), "of")
IN_EFFECT = Statement(
    select(*_FACTS)
    .where(_OF_TABLE, _APPROVED, c.effective_at <= bindparam("at"))
    .order_by(c.effective_at.desc(), c.number.desc())
    .limit(1),
    "of",
    "at",
)
UPCOMING = Statement(
    select(*_FACTS)
    .where(_OF_TABLE, _APPROVED, c.effective_at > bindparam("at"))
    .order_by(c.effective_at, c.number.desc())
    .limit(1),
    "of",
    "at",
)
PAGE = Statement(
    select(*_FACTS).where(_OF_TABLE, c.number < bindparam("below")).order_by(c.number.desc()).limit(bindparam("most")),
    "of",
    "below",
    "most",
)


def _propose(version: TableVersion) -> Steps[TableVersion | None]:
    if (yield PROPOSED, (version.table,)):
        return None
    last = (yield LAST, (version.table,))[0][0]
    numbered = replace(version, number=(last or 0) + 1)
    yield ADD, _values(numbered)
    return numbered


class StoredTableVersions:
    """Keeps the promises of ``port.TableVersions``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def propose(self, version: TableVersion) -> TableVersion | None:
        return await self._database.write_alone(_propose, version)

    async def decide(self, decided: TableVersion) -> bool:
        values = (
            decided.table,
            decided.number,
            decided.verdict.value,
            decided.decider,
            _micros(decided.decided_at),
            decided.remark,
            _micros(decided.effective_at),
        )
        return bool(await self._database.write(every, DECIDE, *values))

    async def get(self, table: str, number: int) -> TableVersion | None:
        row = await self._database.look(first, GET, table, number)
        return None if row is None else replace(_version(row), content=row[len(_FACTS)])

    async def proposed(self, table: str) -> TableVersion | None:
        return _found(await self._database.look(first, PROPOSED, table))

    async def in_effect(self, table: str, at: datetime) -> TableVersion | None:
        return _found(await self._database.look(first, IN_EFFECT, table, micros(at)))

    async def upcoming(self, table: str, after: datetime) -> TableVersion | None:
        return _found(await self._database.look(first, UPCOMING, table, micros(after)))

    async def page(self, table: str, below: int, limit: int) -> Sequence[TableVersion]:
        return [_version(row) for row in await self._database.read(every, PAGE, table, below, limit)]


def _found(row: Row | None) -> TableVersion | None:
    return None if row is None else _version(row)


def _values(version: TableVersion) -> tuple[object, ...]:
    said = {
        "table_name": version.table,
        "verdict": version.verdict.value,
        "proposed_at": micros(version.proposed_at),
        "decided_at": _micros(version.decided_at),
        "effective_at": _micros(version.effective_at),
    }
    return tuple(said[name] if name in said else getattr(version, name) for name in (each.name for each in _COLUMNS))


def _micros(moment: datetime | None) -> int | None:
    return None if moment is None else micros(moment)


def _version(row: Row) -> TableVersion:
    """The facts; the content is not among them."""
    return TableVersion(
        table=row[0],
        number=row[1],
        content="",
        digest=row[2],
        reason=row[3],
        proposer=row[4],
        proposed_at=instant(row[5]),
        effective_date=row[6],
        verdict=Verdict(row[7]),
        decider=row[8],
        decided_at=None if row[9] is None else instant(row[9]),
        remark=row[10],
        effective_at=None if row[11] is None else instant(row[11]),
    )
