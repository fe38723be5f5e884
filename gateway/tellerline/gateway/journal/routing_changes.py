"""Versions of routing rules and calendars over a database: statements, and what both stores share."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from tellerline.adapters.store.statements import Row, Statement, every
from tellerline.gateway.journal.database import Database
from tellerline.gateway.journal.records import RoutingChange, RoutingVerdict
from tellerline.gateway.journal.rows import instant, micros
from tellerline.gateway.journal.schema import routing_changes

c = routing_changes.c
_WRITTEN = ("at", "instance", "operator", "verdict", "version", "digest", "reason", "content", "host")
_COLUMNS = (c.number, *(c[name] for name in _WRITTEN))

ADD = Statement(
    insert(routing_changes).values({name: bindparam(f"new_{name}") for name in _WRITTEN}).returning(c.number),
    *(f"new_{name}" for name in _WRITTEN),
)
NEWEST = Statement(
    select(*_COLUMNS).where(c.host == bindparam("of")).order_by(c.number.desc()).limit(bindparam("most")), "of", "most"
)
IN_FORCE_SINCE = Statement(
    select(*_COLUMNS)
    .where(c.host == bindparam("of"), c.number > bindparam("behind"), c.verdict == RoutingVerdict.IN_FORCE.value)
    .order_by(c.number.desc())
    .limit(1),
    "of",
    "behind",
)


class StoredRoutingHistory:
    """Keeps the promises of ``port.RoutingHistory``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, change: RoutingChange) -> int:
        values = [getattr(change, name) for name in _WRITTEN[1:]]
        rows = await self._database.write(every, ADD, micros(change.at), *map(str, values))
        return int(rows[0][0])

    async def newest(self, limit: int, host: str = "") -> Sequence[RoutingChange]:
        return [_change(row) for row in await self._database.look(every, NEWEST, host, limit)]

    async def in_force_since(self, number: int, host: str = "") -> RoutingChange | None:
        rows = await self._database.look(every, IN_FORCE_SINCE, host, number)
        return _change(rows[0]) if rows else None


def _change(row: Row) -> RoutingChange:
    return RoutingChange(
        number=row[0],
        at=instant(row[1]),
        instance=row[2],
        operator=row[3],
        verdict=RoutingVerdict(row[4]),
        version=row[5],
        digest=row[6],
        reason=row[7],
        content=row[8],
        host=row[9],
    )
