"""The trail of access over a database: statements, rows, and what both stores share."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from tellerline.adapters.store.statements import Row, Statement, Values, every
from tellerline.gateway.journal.access_records import AccessEvent, AccessKind, AccessSearch
from tellerline.gateway.journal.database import Database
from tellerline.gateway.journal.rows import instant, micros
from tellerline.gateway.journal.schema import access_events

c = access_events.c
_WRITTEN = tuple(column.name for column in c if column.name != "number")
_LAST = 1 << 62

ADD_EVENT = Statement(
    insert(access_events).values({name: bindparam(f"new_{name}") for name in _WRITTEN}).returning(c.number),
    *(f"new_{name}" for name in _WRITTEN),
)


def _found(*conditions: str) -> Statement:
    wanted = [c[name] == bindparam(f"of_{name}") for name in conditions]
    clause = select(*c).where(c.number < bindparam("before"), *wanted)
    order = ("before", *(f"of_{name}" for name in conditions), "most")
    return Statement(clause.order_by(c.number.desc()).limit(bindparam("most")), *order)


FOUND = {
    conditions: _found(*conditions)
    for conditions in [
        tuple(name for bit, name in enumerate(("customer", "call", "agent")) if chosen >> bit & 1)
        for chosen in range(8)
    ]
}


class StoredAccessTrail:
    """Keeps the promises of ``port.AccessTrail``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, event: AccessEvent) -> int:
        rows = await self._database.write(every, ADD_EVENT, *event_values(event))
        return int(rows[0][0])

    async def newest(self, search: AccessSearch) -> Sequence[AccessEvent]:
        wanted = {name: getattr(search, name) for name in ("customer", "call", "agent") if getattr(search, name)}
        values = (search.before or _LAST, *wanted.values(), search.limit)
        return [access_event(row) for row in await self._database.look(every, FOUND[tuple(wanted)], *values)]


def event_values(event: AccessEvent) -> Values:
    values = {name: getattr(event, name) for name in _WRITTEN}
    values |= {
        "at": micros(event.at),
        "kind": event.kind.value,
        "accounts": orjson.dumps(event.accounts).decode(),
        "operations": orjson.dumps(event.operations).decode(),
        "expires_at": None if event.expires_at is None else micros(event.expires_at),
    }
    return tuple(values.values())


def access_event(row: Row) -> AccessEvent:
    values = dict(zip(("number", *_WRITTEN), row, strict=True))
    values |= {
        "at": instant(values["at"]),
        "kind": AccessKind(values["kind"]),
        "accounts": tuple(orjson.loads(values["accounts"])),
        "operations": tuple(orjson.loads(values["operations"])),
        "expires_at": None if values["expires_at"] is None else instant(values["expires_at"]),
    }
    return AccessEvent(**values)
