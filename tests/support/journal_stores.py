"""Opens the stores that the journal's contract suite is bound to, each on a fresh database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from tellerline.adapters.clock import Clock, SystemClock, SystemRandomness
from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.postgresql import PostgresqlStore
from tellerline.gateway.journal.sqlite import SqliteStore


def fresh_schema() -> str:
    return f"journal_{SystemRandomness().bytes(6).hex()}"


@asynccontextmanager
async def sqlite_stores(directory: Path, clock: Clock | None = None) -> AsyncIterator[Sequence[Store]]:
    async with AsyncExitStack() as stack:
        yield [await started(stack, SqliteStore(directory / "journal.db", clock or SystemClock()))]


@asynccontextmanager
async def postgresql_stores(dsn: str, gateways: int, clock: Clock | None = None) -> AsyncIterator[Sequence[Store]]:
    """As many stores as gateways, on one database."""
    schema, clock = fresh_schema(), clock or SystemClock()
    async with AsyncExitStack() as stack:
        stores = [PostgresqlStore(dsn, clock, schema=schema) for _ in range(gateways)]
        yield [await started(stack, store) for store in stores]


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what a database will say at some time."""
    async with asyncio.timeout(30):
        while not await condition():  # noqa: ASYNC110 another process: nothing to wait on
            await asyncio.sleep(0.02)


async def started(stack: AsyncExitStack, store: Store) -> Store:
    await store.start()
    stack.push_async_callback(store.close)
    return store
