"""A database that goes away under load: refused, or unknown, never answered wrongly; and then it goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from journal_rows import PENDING, acceptance, settlement
from journal_stores import postgresql_stores

from tellerline.gateway.journal.port import Store, StoreUnavailableError
from tellerline.gateway.journal.records import Accepted, Duplicate, State
from tellerline.simulators.servers.postgresql import PostgresqlServer


@pytest.fixture
async def store(postgresql_server: PostgresqlServer) -> AsyncIterator[Store]:
    async with postgresql_stores(postgresql_server.dsn, 1) as (opened,):
        yield opened


async def recovered(store: Store) -> None:
    """Return when the store works again."""
    async with asyncio.timeout(60):
        while True:
            try:
                assert await store.journal.accept(acceptance(limited=None)) == Accepted()
            except StoreUnavailableError:
                await asyncio.sleep(0.05)
            else:
                return


class Load:
    """Accepts and settles until the store fails, and remembers what each transaction was told."""

    def __init__(self, store: Store) -> None:
        self._journal = store.journal
        self.done: list[str] = []
        self.failed: list[tuple[str, str, bool]] = []
        self.under_way = asyncio.Event()

    async def work(self) -> None:
        while not self.failed:
            row, step = acceptance(limited=None), "accept"
            try:
                await self._journal.accept(row)
                step = "settle"
                await self._journal.settle(settlement(row.global_serial), PENDING)
                self.done.append(row.global_serial)
                if len(self.done) == 200:
                    self.under_way.set()
            except StoreUnavailableError as error:
                self.failed.append((row.global_serial, step, error.maybe_written))


async def test_postgresql_killed_under_load_leaves_only_true_answers(
    store: Store, postgresql_server: PostgresqlServer
) -> None:
    load = Load(store)
    workers = [asyncio.create_task(load.work()) for _ in range(30)]
    await load.under_way.wait()
    await asyncio.to_thread(postgresql_server.kill)
    await asyncio.gather(*workers)
    await asyncio.to_thread(postgresql_server.start)
    await recovered(store)
    for serial in load.done:
        row = await store.journal.get(serial)
        assert row is not None
        assert row.state is State.DONE
    for serial, step, maybe_written in load.failed:
        row = await store.journal.get(serial)
        if not maybe_written:
            assert row is None if step == "accept" else row is not None and row.state is State.PENDING


async def test_while_it_is_away_everything_is_refused_as_not_written(
    store: Store, postgresql_server: PostgresqlServer
) -> None:
    row = acceptance()
    await store.journal.accept(row)
    await asyncio.to_thread(postgresql_server.stop)
    await asyncio.sleep(0.1)
    refused = acceptance()
    for attempt in (
        lambda: store.journal.accept(refused),
        lambda: store.journal.settle(settlement(row.global_serial), PENDING),
        lambda: store.journal.get(row.global_serial),
        lambda: store.grants.pin_succeeded("C1"),
    ):
        with pytest.raises(StoreUnavailableError) as raised:
            await attempt()
        assert not raised.value.maybe_written
    await asyncio.to_thread(postgresql_server.start)
    await recovered(store)
    assert await store.journal.get(refused.global_serial) is None
    again = await store.journal.accept(row)
    assert isinstance(again, Duplicate)
    assert again.record.state is State.PENDING
