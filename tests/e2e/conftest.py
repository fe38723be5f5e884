"""What end-to-end tests run on: a bank here, gateways in processes of their own, on each store."""

from __future__ import annotations

import pytest

POSTGRESQL = "postgresql"


@pytest.fixture(scope="module", params=["sqlite", POSTGRESQL])
def dsn(request: pytest.FixtureRequest) -> str:
    """Every test that asks for it runs on both stores; empty means SQLite."""
    if request.param != POSTGRESQL:
        return ""
    given: str = request.getfixturevalue("postgresql_dsn")
    return given
