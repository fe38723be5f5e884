"""Tickets on a database: what both stores share."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from tellerline.adapters.store.statements import Row, every, first
from tellerline.callcenter.storage import Database
from tellerline.callcenter.tickets import rows, statements
from tellerline.callcenter.tickets.records import Change, Found, Mark, RecordedEvent, Request, Search
from tellerline.routing.tickets.approval import FlowVersion
from tellerline.routing.tickets.ticket import rebuilt

_AT_A_TIME = 10
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def found_ticket(ticket: str, history: Sequence[RecordedEvent]) -> Found:
    """The ticket that a history, which is not empty, has made."""
    return Found(rebuilt(ticket, (recorded.event for recorded in history)), history)


class TicketStore:
    """Tickets with their histories, requests and flows. Safe for concurrent use, and by several processes where the
    database is. Every method raises ``StoreUnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def start(self) -> None:
        await self._database.start()

    async def close(self) -> None:
        await self._database.close()

    async def write(self, changes: Sequence[Change], now: datetime, request: Request | None = None) -> Mark | None:
        """Write all ``changes`` at once, durably; None when that was done.

        If a request of the same id has been written before, nothing is, and its mark is returned. Raises
        ``ConflictError``, having written nothing, when a ticket is not at the revision that its change expects.
        """
        return await self._database.write(statements.write, tuple(changes), request, now)

    async def mark(self, request_id: str) -> Mark | None:
        """What the request did, if it was written."""
        row = await self._database.look(first, statements.MARK_OF, request_id)
        return None if row is None else statements.mark(row)

    async def history(self, ticket: str) -> Sequence[RecordedEvent]:
        """Oldest first; empty for a ticket that is not there."""
        found = await self._database.look(every, statements.HISTORY, ticket)
        return [rows.recorded_event(row) for row in found]

    async def search(self, search: Search) -> Sequence[Found]:
        """The last opened first. Others have their turn while many are read."""
        histories: dict[str, list[Row]] = {}
        for *row, ticket in await self._database.read(statements.search, search):
            histories.setdefault(ticket, []).append(row)
        found = []
        for ticket, history in histories.items():
            found.append(found_ticket(ticket, [rows.recorded_event(row) for row in history]))
            if len(found) % _AT_A_TIME == 0:
                await asyncio.sleep(0)
        return sorted(found, key=lambda each: (each.ticket.opened_at, each.ticket.id), reverse=True)

    async def due(
        self, now: datetime, *, after: tuple[datetime, str] = (_LONG_AGO, ""), limit: int = 100
    ) -> Sequence[tuple[datetime, str]]:
        """Tickets to which time has done something by ``now`` that is not recorded, by instant and id."""
        at, ticket = after
        found = await self._database.look(every, statements.DUE, rows.micros(now), rows.micros(at), ticket, limit)
        return [(rows.instant(row[0]), row[1]) for row in found]

    async def next_at(self) -> datetime | None:
        """When time does something to a ticket next, or did; None if never, as things stand."""
        row = await self._database.look(first, statements.NEXT)
        return None if row is None else rows.instant(row[0])

    async def in_doubt(self, *, after: str = "", limit: int = 100) -> Sequence[str]:
        """Open tickets about a transaction whose outcome is not known, by id."""
        found = await self._database.look(every, statements.DOUBTFUL, after, limit)
        return [row[0] for row in found]

    async def add_flow(self, version: FlowVersion) -> bool:
        """False, and nothing written, when the flow has a version of this number."""
        return await self._database.write(statements.add_flow, version)

    async def settle_flow(self, version: FlowVersion) -> bool:
        """False, and nothing written, when it does not wait for a verdict any more."""
        return await self._database.write(statements.settle_flow, version)

    async def flows(self, flow: str) -> Sequence[FlowVersion]:
        """By number."""
        return [rows.flow_version(row) for row in await self._database.look(every, statements.FLOWS, flow)]
