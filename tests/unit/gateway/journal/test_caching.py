"""The memory of rows: for a time where others may change them, until cleared where nobody else can."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tellerline.adapters.clock import VirtualClock
from tellerline.gateway.journal.caching import Cache

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


@pytest.mark.parametrize(("seconds", "kept"), [(1.0, None), (None, "grant")])
async def test_a_row_is_forgotten_when_its_time_is_over(seconds: float | None, kept: str | None) -> None:
    clock = VirtualClock(NOON)
    cache: Cache[str, str] = Cache(clock, seconds=seconds)
    cache.put("key", "grant", cache.ticket())
    assert cache.get("key") == "grant"
    await clock.advance(1.1)
    assert cache.get("key") == kept


@pytest.mark.parametrize("seconds", [1.0, None])
def test_what_was_read_before_a_clear_is_not_put_in_after_it(seconds: float | None) -> None:
    cache: Cache[str, str] = Cache(VirtualClock(NOON), seconds=seconds)
    ticket = cache.ticket()
    cache.put("other", "row", ticket)
    cache.clear()
    cache.put("key", "stale", ticket)
    assert cache.get("key") is None
    assert cache.get("other") is None
