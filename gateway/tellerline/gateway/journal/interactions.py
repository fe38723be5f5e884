"""What happened between customers and the bank, over a database: statements, and what both stores share."""

from __future__ import annotations

import heapq
from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, and_, bindparam, literal_column, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from tellerline.adapters.store.statements import Row, Statement, Steps, Values
from tellerline.gateway.journal import rows
from tellerline.gateway.journal.access_records import AccessEvent
from tellerline.gateway.journal.access_trail import access_event
from tellerline.gateway.journal.customer_records import (
    Change,
    Happening,
    HappeningSearch,
    Interaction,
    InteractionKind,
    Position,
)
from tellerline.gateway.journal.customer_schema import HAS_KEY, OF_A_REPRESENTATIVE, interactions, representatives
from tellerline.gateway.journal.database import Database
from tellerline.gateway.journal.schema import access_events, transactions
from tellerline.gateway.journal.transactions import ROW

c, t, g = interactions.c, transactions.c, access_events.c
_STORED = interactions.columns.values()
_WRITTEN = [column.name for column in _STORED if column is not c.number]
_END_OF_TIME = 2**62
PROOFS = ("customers.VerifyPin", "corporate.VerifyRepresentative")
"""Enquiries that are told as interactions of their own."""

ADD = Statement(
    insert(interactions)
    .values({name: bindparam(f"new_{name}") for name in _WRITTEN})
    .on_conflict_do_nothing(index_elements=[c.key], index_where=HAS_KEY)
    .returning(*_STORED),
    *(f"new_{name}" for name in _WRITTEN),
)
BY_KEY = Statement(select(*_STORED).where(c.key == bindparam("wanted"), HAS_KEY), "wanted")
REPRESENTATIVES_SEEN = Statement(
    select(c.representative).where(c.customer == bindparam("of"), OF_A_REPRESENTATIVE).distinct(), "of"
)
REPRESENTATIVES_KNOWN = Statement(
    select(representatives.c.number).where(representatives.c.company == bindparam("of")), "of"
)


class _Filters(NamedTuple):
    """Which conditions a statement has."""

    channel: bool
    account: bool
    since: bool
    before: bool
    without_enquiries: bool = False
    representative: bool = False
    kinds: tuple[str, ...] = ()


def holder(company: str, representative: str) -> str:
    """Who a representative of a company is in transactions, grants and PIN tries."""
    return f"{company}.{representative}"


def tell(interaction: Interaction) -> Steps[Interaction]:
    added = yield ADD, _values(interaction)
    return _interaction(added[0] if added else (yield BY_KEY, (interaction.key,))[0])


def tell_if(interaction: Interaction | None) -> Steps[None]:
    if interaction is not None:
        yield ADD, _values(interaction)


_Ranked = tuple[tuple[int, int], Happening]
TRANSACTIONS, GRANTS, INTERACTIONS = range(3)
_ELSEWHERE = frozenset({InteractionKind.TRANSACTION, InteractionKind.GRANT})


def page(search: HappeningSearch) -> Steps[list[Happening]]:
    """At most ``limit`` of each source are read, and of all together given."""
    kinds, sources = search.kinds or frozenset(InteractionKind), list[list[_Ranked]]()
    if kinds - _ELSEWHERE:
        sources.append((yield from _told(search)))
    holders = (yield from _holders(search)) if kinds & _ELSEWHERE else []
    for each in holders:
        if InteractionKind.TRANSACTION in kinds:
            sources.append((yield from _transacted(search, each)))
        if InteractionKind.GRANT in kinds and not search.sequence:
            sources.append((yield from _granted(search, each)))
    merged = heapq.merge(*sources, key=lambda ranked: ranked[0], reverse=True)
    return [happening for _, (_, happening) in zip(range(search.limit), merged, strict=False)]


def _holders(search: HappeningSearch) -> Steps[list[str]]:
    if search.representative:
        return [holder(search.customer, search.representative)]
    seen = yield REPRESENTATIVES_SEEN, (search.customer,)
    known = yield REPRESENTATIVES_KNOWN, (search.customer,)
    numbers = sorted({row[0] for row in (*seen, *known)})
    return [search.customer, *(holder(search.customer, number) for number in numbers)]


def _told(search: HappeningSearch) -> Steps[list[_Ranked]]:
    kinds = tuple(sorted(kind.value for kind in search.kinds - _ELSEWHERE))
    filters = _filters(search, account=bool(search.sequence))._replace(
        without_enquiries=False, representative=bool(search.representative), kinds=kinds
    )
    values: list[Any] = [search.customer, *_values_of(search, search.sequence)]
    values += [search.representative] * filters.representative + [*kinds]
    at, last = _behind(search, INTERACTIONS)
    found = yield _interactions(filters), (*values, at, int(last or 0), search.limit)
    return [((row[2], INTERACTIONS), _interaction(row)) for row in found]


def _granted(search: HappeningSearch, holding: str) -> Steps[list[_Ranked]]:
    filters = _filters(search, account=False)._replace(without_enquiries=False)
    at, last = _behind(search, GRANTS)
    found = yield _grants(filters), (holding, *_values_of(search, ""), at, int(last or 0), search.limit)
    return [((row[1], GRANTS), access_event(row)) for row in found]


def _transacted(search: HappeningSearch, holding: str) -> Steps[list[_Ranked]]:
    filters = _filters(search, account=bool(search.account))
    at, last = _behind(search, TRANSACTIONS)
    values = (holding, *_values_of(search, search.account), at, last, search.limit)
    found = yield _transactions(filters), values
    return [((row[13], TRANSACTIONS), rows.record(row)) for row in found]


def _behind(search: HappeningSearch, rank: int) -> tuple[int, str]:
    """An instant and one of it: what lies before both is still to be shown."""
    after = search.after
    if after is None:
        return _END_OF_TIME, ""
    if after.rank == rank:
        return after.micros, after.which
    return after.micros + (rank < after.rank), ""


def _filters(search: HappeningSearch, *, account: bool) -> _Filters:
    return _Filters(
        channel=bool(search.channel),
        account=account,
        since=search.since is not None,
        before=search.before is not None,
        without_enquiries=search.without_enquiries,
    )


def _values_of(search: HappeningSearch, account: str | int) -> list[Any]:
    values: list[Any] = [search.channel] if search.channel else []
    values += [account] if account else []
    values += [rows.micros(search.since)] if search.since else []
    values += [rows.micros(search.before)] if search.before else []
    return values


_NAMES = {"channel": "through", "account": "about", "since": "since", "before": "until"}


def _order(filters: _Filters) -> list[str]:
    return ["of", *(name for key, name in _NAMES.items() if getattr(filters, key))]


@lru_cache(256)
def _interactions(filters: _Filters) -> Statement:
    query = select(*_STORED).where(c.customer == bindparam("of"))
    query = query.where(c.channel == bindparam("through")) if filters.channel else query
    query = query.where(c.sequence == bindparam("about")) if filters.account else query
    query = query.where(c.at >= bindparam("since")) if filters.since else query
    query = query.where(c.at < bindparam("until")) if filters.before else query
    query = query.where(c.representative == bindparam("his")) if filters.representative else query
    kinds = [f"kind_{place}" for place, _ in enumerate(filters.kinds)]
    query = query.where(c.kind.in_([bindparam(name) for name in kinds])) if kinds else query
    behind = or_(c.at < bindparam("at"), and_(c.at == bindparam("at"), c.number < bindparam("last")))
    query = query.where(c.at <= bindparam("at"), behind).order_by(c.at.desc(), c.number.desc())
    order = [*_order(filters), *["his"] * filters.representative, *kinds, "at", "last", "most"]
    return Statement(query.limit(bindparam("most")), *order)


@lru_cache(64)
def _grants(filters: _Filters) -> Statement:
    query = select(*g).where(g.customer == bindparam("of"))
    query = query.where(g.channel == bindparam("through")) if filters.channel else query
    query = query.where(g.at >= bindparam("since")) if filters.since else query
    query = query.where(g.at < bindparam("until")) if filters.before else query
    behind = or_(g.at < bindparam("at"), and_(g.at == bindparam("at"), g.number < bindparam("last")))
    query = query.where(g.at <= bindparam("at"), behind).order_by(g.at.desc(), g.number.desc())
    return Statement(query.limit(bindparam("most")), *_order(filters), "at", "last", "most")


@lru_cache(256)
def _transactions(filters: _Filters) -> Statement:
    proofs: list[ColumnElement[str]] = [literal_column(f"'{operation}'") for operation in PROOFS]
    query = select(*ROW).where(t.customer == bindparam("of"), t.operation.not_in(proofs))
    query = query.where(t.channel == bindparam("through")) if filters.channel else query
    query = query.where(t.account == bindparam("about")) if filters.account else query
    query = query.where(t.accepted_at >= bindparam("since")) if filters.since else query
    query = query.where(t.accepted_at < bindparam("until")) if filters.before else query
    query = query.where(text("effect <> 'ENQUIRY'")) if filters.without_enquiries else query
    behind = or_(
        t.accepted_at < bindparam("at"), and_(t.accepted_at == bindparam("at"), t.global_serial < bindparam("last"))
    )
    query = query.where(t.accepted_at <= bindparam("at"), behind)
    query = query.order_by(t.accepted_at.desc(), t.global_serial.desc())
    return Statement(query.limit(bindparam("most")), *_order(filters), "at", "last", "most")


class StoredInteractions:
    """Keeps the promises of ``customer_port.Interactions``. ``flush`` writes enquiries that are still in memory."""

    def __init__(self, database: Database, flush: Callable[[], Awaitable[None]]) -> None:
        self._database = database
        self._flush = flush

    async def tell(self, interaction: Interaction) -> Interaction:
        return await self._database.write(tell, interaction)

    async def page(self, search: HappeningSearch) -> Sequence[Happening]:
        await self._flush()
        return await self._database.snapshot(page, search)


def position_of(happening: Happening) -> Position:
    """Where a page that ends with it goes on."""
    if isinstance(happening, Interaction):
        return Position(rows.micros(happening.at), INTERACTIONS, str(happening.number))
    if isinstance(happening, AccessEvent):
        return Position(rows.micros(happening.at), GRANTS, str(happening.number))
    return Position(rows.micros(happening.accepted_at), TRANSACTIONS, happening.global_serial)


def _values(interaction: Interaction) -> Values:
    return (
        interaction.customer,
        rows.micros(interaction.at),
        interaction.kind.value,
        interaction.channel,
        interaction.event,
        interaction.reference,
        interaction.sequence,
        interaction.code.value if interaction.code else "",
        interaction.call,
        interaction.agent,
        interaction.representative,
        orjson.dumps([[each.field, each.before, each.after] for each in interaction.changes]).decode(),
        interaction.reason,
        interaction.key,
    )


def _interaction(row: Row) -> Interaction:
    return Interaction(
        number=row[0],
        customer=row[1],
        at=rows.instant(row[2]),
        kind=InteractionKind(row[3]),
        channel=row[4],
        event=row[5],
        reference=row[6],
        sequence=row[7],
        code=rows.code(row[8]),
        call=row[9],
        agent=row[10],
        representative=row[11],
        changes=tuple(Change(*each) for each in orjson.loads(row[12])),
        reason=row[13],
        key=row[14],
    )
