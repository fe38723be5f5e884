"""A page made of several statements leaves out no row that the next page will not show, whatever is committed
between them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from interleaved_reading import Commit, InterleavedStore, interleaved_postgresql, interleaved_sqlite
from journal_rows import NOON, acceptance, enquiry

from tellerline.gateway.journal import interactions, transactions
from tellerline.gateway.journal.customer_records import Happening, HappeningSearch, Interaction, InteractionKind
from tellerline.gateway.journal.database import Database
from tellerline.gateway.journal.interactions import position_of
from tellerline.gateway.journal.records import Search
from tellerline.gateway.journal.rows import acceptance_values, record_values


@pytest.fixture(params=["sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[InterleavedStore]:
    if request.param == "sqlite":
        opened = interleaved_sqlite(tmp_path)
    else:
        opened = interleaved_postgresql(request.getfixturevalue("postgresql_dsn"))
    async with opened as open_store:
        yield open_store


def told(seconds: int, representative: str = "") -> Interaction:
    return Interaction(
        customer="C1",
        at=NOON + timedelta(seconds=seconds),
        kind=InteractionKind.PIN,
        channel="ATM",
        event="pin_refused",
        representative=representative,
    )


def transferred(seconds: int, customer: str = "C1") -> Commit:
    row = acceptance(
        global_serial=f"T{seconds:04}", customer=customer, limited=None, accepted_at=NOON + timedelta(seconds=seconds)
    )

    async def commit(database: Database) -> None:
        await database.write(transactions.append, [acceptance_values(row)])

    return commit


def enquired(seconds: int, customer: str = "C1") -> Commit:
    row = enquiry(global_serial=f"E{seconds:04}", customer=customer, accepted_at=NOON + timedelta(seconds=seconds))

    async def commit(database: Database) -> None:
        await database.append([record_values(row)])

    return commit


def happened(interaction: Interaction) -> Commit:
    async def commit(database: Database) -> None:
        await database.write(interactions.tell, interaction)

    return commit


def one_after_the_other(*commits: Commit) -> Commit:
    async def commit(database: Database) -> None:
        for each in commits:
            await each(database)

    return commit


async def listed(store: InterleavedStore, limit: int = 50) -> list[str]:
    """Serials of an account's rows, page by page."""
    seen: list[str] = []
    wanted = Search(account=enquiry().account, limit=limit)
    while page := await store.journal.search(replace(wanted, after=seen[-1] if seen else "")):
        seen += [row.global_serial for row in page]
    return seen


async def history(store: InterleavedStore, limit: int = 50) -> list[Happening]:
    seen: list[Happening] = []
    wanted = HappeningSearch(customer="C1", limit=limit)
    while page := await store.interactions.page(wanted):
        seen += page
        wanted = replace(wanted, after=position_of(page[-1]))
    return seen


@pytest.mark.parametrize("limit", [1, 2, 50])
async def test_an_accounts_pages_skip_nothing(store: InterleavedStore, limit: int) -> None:
    for each in (enquired(1), transferred(2), enquired(3, "C2")):
        await each(store.database)
    store.database.commits = [
        one_after_the_other(transferred(12), enquired(13)),
        one_after_the_other(transferred(14), enquired(15, "C2")),
    ]
    seen = await listed(store, limit)
    assert seen[-3:] == ["E0003", "T0002", "E0001"]
    assert (await listed(store))[-len(seen) :] == seen


@pytest.mark.parametrize("limit", [1, 2, 50])
async def test_a_companys_history_skips_nothing(store: InterleavedStore, limit: int) -> None:
    for each in (happened(told(1, "1001")), transferred(2), enquired(3, "C1.1001")):
        await each(store.database)
    store.database.commits = [
        one_after_the_other(happened(told(11)), transferred(12), enquired(13, "C1.1001")),
        one_after_the_other(happened(told(14)), transferred(15), enquired(16, "C1.1001")),
    ]
    seen = await history(store, limit)
    assert len(seen) >= 3
    assert not store.database.commits
    assert (await history(store))[-len(seen) :] == seen
