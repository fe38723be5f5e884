"""The journal over a database: what both stores share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from tellerline.adapters.store.statements import Row, every, first
from tellerline.gateway.journal import dating, doubts, legs, limits, rows, searching, transactions
from tellerline.gateway.journal.auditing import AuditBuffer
from tellerline.gateway.journal.closed_hosts import StoredClosedHosts
from tellerline.gateway.journal.database import Database
from tellerline.gateway.journal.enquiries import Enquiry, enquiry_values
from tellerline.gateway.journal.records import (
    Acceptance,
    Accepted,
    DayEdges,
    Doubt,
    Duplicate,
    Event,
    LimitUsage,
    OverLimit,
    Record,
    Search,
    Settlement,
    State,
)


class StoredJournal:
    """Keeps the promises of ``port.Journal``. Enquiries still in memory are written before anybody looks for them."""

    def __init__(
        self,
        database: Database,
        closed_hosts: StoredClosedHosts,
        page: Callable[[Database, Search], Awaitable[list[Row]]] = searching.page,
        *,
        proofs_ended: Callable[[], None] = lambda: None,
    ) -> None:
        self._proofs_ended = proofs_ended
        self._database = database
        self._page = page
        self._closed_hosts = closed_hosts
        self._audits = AuditBuffer(database.append)

    @property
    def audits_dropped(self) -> int:
        """Enquiries that were never written because the store was unavailable for too long."""
        return self._audits.dropped

    async def accept(self, acceptance: Acceptance) -> Accepted | Duplicate | OverLimit:
        return await self._database.accept(acceptance)

    async def settle(self, settlement: Settlement, expected: frozenset[State]) -> State | None:
        try:
            if settlement.legs is not None:
                return await self._database.write(legs.settle_plan, settlement, expected)
            return await self._database.settle(settlement, expected)
        finally:
            if settlement.proofs is not None:
                self._proofs_ended()

    def audit(self, record: Record | Enquiry) -> None:
        self._audits.add(enquiry_values(record) if isinstance(record, Enquiry) else rows.record_values(record))

    async def flush(self) -> None:
        """Write the enquiries noted so far, or leave them waiting for a store that does not take them."""
        await self._audits.flush()

    async def close(self) -> None:
        """Write the enquiries that are still in memory."""
        await self._audits.close()

    async def get(self, global_serial: str) -> Record | None:
        row = await self._database.look(first, transactions.GET, global_serial)
        if row is None:
            await self._audits.flush()
            row = await self._database.look(first, transactions.GET, global_serial)
        return None if row is None else rows.record(row)

    async def find(self, channel: str, channel_serial: str) -> Record | None:
        row = await self._database.look(first, transactions.FIND, channel, channel_serial)
        return None if row is None else rows.record(row)

    async def search(self, search: Search) -> Sequence[Record]:
        await self._audits.flush()
        return [rows.record(row) for row in await self._page(self._database, search)]

    async def unfinished(self, operation: str, *, after: str = "", limit: int = 50) -> Sequence[Record]:
        found = await self._database.read(every, transactions.UNFINISHED, operation, after, limit)
        return [rows.record(row) for row in found]

    async def history(self, global_serial: str) -> Sequence[Event]:
        await self._closed_hosts.flush_notes()
        return [rows.event(row) for row in await self._database.look(every, transactions.HISTORY, global_serial)]

    async def note(self, global_serial: str, event: Event) -> None:
        await self._database.write(transactions.note, rows.event_values(global_serial, event))

    async def claim_overdue(self, owner: str, now: datetime, limit: int) -> Sequence[Record]:
        found = await self._database.write(transactions.claim_overdue, owner, rows.micros(now), limit)
        return [rows.record(row) for row in found]

    async def reclaim(self, owner: str) -> Sequence[Record]:
        return [rows.record(row) for row in await self._database.write(doubts.reclaim, owner)]

    async def claim_doubts(self, owner: str, now: datetime, limit: int) -> Sequence[Doubt]:
        found = await self._database.write_alone(doubts.claim, owner, rows.micros(now), limit)
        return [rows.doubt(row) for row in found]

    async def reschedule(self, doubt: Doubt, event: Event) -> None:
        await self._database.write(doubts.reschedule, doubt, event)

    async def doubts(self, *, after: str = "", limit: int = 50, host: str = "") -> Sequence[Doubt]:
        return [rows.doubt(row) for row in await self._database.read(doubts.page, after, limit, host)]

    async def dated(self, host: str, accounting_date: str, *, after: str, until: str, limit: int) -> Sequence[Record]:
        found = await self._database.read(every, dating.DATED, host, accounting_date, after, until, limit)
        return [rows.record(row) for row in found]

    async def undated(self, host: str, *, after: str, until: str, limit: int) -> Sequence[Record]:
        found = await self._database.read(every, dating.UNDATED, host, after, until, limit)
        return [rows.record(row) for row in found]

    async def date(self, global_serial: str, accounting_date: str, event: Event) -> bool:
        return await self._database.write(dating.date, global_serial, rows.storable(accounting_date), event)

    async def day_edges(self, host: str, accounting_date: str) -> DayEdges:
        newest, oldest = await self._database.look(dating.edges, host, accounting_date)
        return DayEdges(newest=rows.instant(newest[0][0]) if newest else None, followed=bool(oldest))

    async def limit_usage(self, account: str, limit_day: str) -> LimitUsage:
        return await self._database.look(limits.usage, account, limit_day)
