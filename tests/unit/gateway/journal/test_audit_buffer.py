"""The audit buffer while the store is away: it keeps what it can, counts what it drops, and goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from journal_rows import enquiry

from tellerline.adapters.store.statements import Values
from tellerline.gateway.journal.auditing import AuditBuffer
from tellerline.gateway.journal.port import StoreUnavailableError
from tellerline.gateway.journal.rows import record_values


class Shelf:
    """Takes rows while it is up."""

    def __init__(self) -> None:
        self.up = True
        self.batches: list[list[str]] = []

    async def append(self, rows: Sequence[Values]) -> None:
        await asyncio.sleep(0)
        if not self.up:
            raise StoreUnavailableError("away")
        self.batches.append([row[0] for row in rows])


async def test_rows_wait_in_order_while_the_store_is_away() -> None:
    shelf = Shelf()
    buffer, asked = AuditBuffer(shelf.append), [record_values(enquiry()) for _ in range(1200)]
    shelf.up = False
    for each in asked:
        buffer.add(each)
    await buffer.flush()
    shelf.up = True
    await buffer.flush()
    assert [serial for batch in shelf.batches for serial in batch] == [each[0] for each in asked]
    assert [len(batch) for batch in shelf.batches] == [500, 500, 200]
    assert buffer.dropped == 0


async def test_beyond_ten_thousand_the_oldest_are_dropped_and_counted() -> None:
    shelf = Shelf()
    shelf.up = False
    buffer, asked = AuditBuffer(shelf.append), record_values(enquiry())
    for _ in range(10_003):
        buffer.add(asked)
    assert buffer.dropped == 3
    await buffer.close()
    shelf.up = True
    await buffer.flush()
    assert shelf.batches == []
