"""The memory of rows: a second where others may change them, until cleared where nobody else can."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tellerline.adapters.clock import VirtualClock
from tellerline.gateway.journal.caching import Cache

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


@pytest.mark.parametrize(("shared", "kept"), [(True, None), (False, "grant")])
async def test_a_row_of_a_shared_database_is_forgotten_after_a_second(shared: bool, kept: str | None) -> None:
    clock = VirtualClock(NOON)
    cache: Cache[str, str] = Cache(clock, shared=shared)
    cache.put("key", "grant", cache.ticket())
    assert cache.get("key") == "grant"
    await clock.advance(1.1)
    assert cache.get("key") == kept


@pytest.mark.parametrize("shared", [True, False])
def test_what_was_read_before_a_clear_is_not_put_in_after_it(shared: bool) -> None:
    cache: Cache[str, str] = Cache(VirtualClock(NOON), shared=shared)
    ticket = cache.ticket()
    cache.put("other", "row", ticket)
    cache.clear()
    cache.put("key", "stale", ticket)
    assert cache.get("key") is None
    assert cache.get("other") is None
