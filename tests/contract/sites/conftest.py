"""Binds the suite to SQLite and to PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.callcenter.live.log import FactLog, postgresql_log, sqlite_log

OpenLog = Callable[[], FactLog]


@pytest.fixture(params=["sqlite", "postgresql"])
def open_log(request: pytest.FixtureRequest, tmp_path: Path) -> OpenLog:
    """One site's log, as often as it is asked for; not started yet. On SQLite one at a time."""
    if request.param == "sqlite":
        return lambda: sqlite_log(tmp_path / "sites.db")
    dsn: str = request.getfixturevalue("postgresql_dsn")
    schema = f"sites_{SystemRandomness().bytes(6).hex()}"
    return lambda: postgresql_log(dsn, SystemClock(), schema=schema)


@pytest.fixture
async def log(open_log: OpenLog) -> AsyncIterator[FactLog]:
    opened = open_log()
    await opened.start()
    try:
        yield opened
    finally:
        await opened.close()
