"""What end-to-end tests run on: a bank here, gateways in processes of their own, on each store."""

from __future__ import annotations

from pathlib import Path

import pytest
from journal_stores import fresh_schema

POSTGRESQL = "postgresql"


@pytest.fixture(scope="module", params=["sqlite", POSTGRESQL])
def dsn(request: pytest.FixtureRequest) -> str:
    """Every test that asks for it runs on both stores; empty means SQLite."""
    if request.param != POSTGRESQL:
        return ""
    given: str = request.getfixturevalue("postgresql_dsn")
    return given


@pytest.fixture
def store_settings(dsn: str, tmp_path: Path) -> dict[str, object]:
    """A gateway's ``store``, empty at first, on each store in turn."""
    if not dsn:
        return {"path": tmp_path / "journal.db"}
    return {"kind": POSTGRESQL, "dsn": dsn, "db_schema": fresh_schema()}
