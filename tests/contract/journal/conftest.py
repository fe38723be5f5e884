"""Binds the suite to SQLite, to PostgreSQL, and to two gateways on one PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from journal_stores import postgresql_stores, sqlite_stores
from leaping_clock import LeapingClock

from tellerline.gateway.journal.port import Journal, Store


@pytest.fixture
def leaping() -> LeapingClock:
    """The clock of the stores."""
    return LeapingClock()


@pytest.fixture(params=["sqlite", "postgresql", "postgresql-two-gateways"])
async def stores(
    request: pytest.FixtureRequest, tmp_path: Path, leaping: LeapingClock
) -> AsyncIterator[Sequence[Store]]:
    """Every gateway's store of one database: one, or two."""
    if request.param == "sqlite":
        opened = sqlite_stores(tmp_path, leaping)
    else:
        dsn: str = request.getfixturevalue("postgresql_dsn")
        opened = postgresql_stores(dsn, 2 if request.param.endswith("two-gateways") else 1, leaping)
    async with opened as open_stores:
        yield open_stores


@pytest.fixture
def store(stores: Sequence[Store]) -> Store:
    return stores[0]


@pytest.fixture
def journal(store: Store) -> Journal:
    return store.journal


@pytest.fixture
def other(stores: Sequence[Store]) -> Store:
    """The other gateway's store, or the same one where there is but one."""
    return stores[-1]
