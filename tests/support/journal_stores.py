"""Opens the stores that the journal's contract suite is bound to, each on a fresh database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.postgresql import PostgresqlStore
from tellerline.gateway.journal.sqlite import SqliteStore


def fresh_schema() -> str:
    return f"journal_{SystemRandomness().bytes(6).hex()}"


@asynccontextmanager
async def sqlite_stores(directory: Path) -> AsyncIterator[Sequence[Store]]:
    async with AsyncExitStack() as stack:
        yield [await started(stack, SqliteStore(directory / "journal.db", SystemClock()))]


@asynccontextmanager
async def postgresql_stores(dsn: str, gateways: int) -> AsyncIterator[Sequence[Store]]:
    """As many stores as gateways, on one database."""
    schema = fresh_schema()
    async with AsyncExitStack() as stack:
        stores = [PostgresqlStore(dsn, SystemClock(), schema=schema) for _ in range(gateways)]
        yield [await started(stack, store) for store in stores]


async def started(stack: AsyncExitStack, store: Store) -> Store:
    await store.start()
    stack.push_async_callback(store.close)
    return store
