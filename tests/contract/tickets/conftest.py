"""Binds the suite to SQLite and to PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from ticket_office import Office, fresh_schema, office

from tellerline.adapters.clock import SystemClock
from tellerline.callcenter.tickets.databases import postgresql_tickets, sqlite_tickets
from tellerline.callcenter.tickets.store import TicketStore


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> TicketStore:
    """Not started yet, on a fresh database."""
    if request.param == "sqlite":
        return sqlite_tickets(tmp_path / "tickets.db")
    dsn: str = request.getfixturevalue("postgresql_dsn")
    return postgresql_tickets(dsn, SystemClock(), schema=fresh_schema())


@pytest.fixture
async def desk(store: TicketStore) -> AsyncIterator[Office]:
    """An office that opens on Monday 2 March 2026 at 09:00."""
    async with office(store) as opened:
        yield opened
