"""Versions of the routing rules: every attempt is kept, in order, and the newest one in force is found by anybody."""

from __future__ import annotations

from dataclasses import replace

from journal_rows import NOON as NOW

from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.records import RoutingChange, RoutingVerdict

CHANGE = RoutingChange(
    at=NOW,
    instance="gateway-1",
    operator="u1",
    verdict=RoutingVerdict.IN_FORCE,
    version="7",
    digest="aa",
    reason="",
    content='version = "7"\n# 灰度\n',
)


async def test_attempts_are_kept_newest_first(store: Store, other: Store) -> None:
    first = await store.routing.add(CHANGE)
    refused = replace(CHANGE, verdict=RoutingVerdict.REFUSED, version="", reason="rules[0]: host", content="")
    second = await other.routing.add(refused)
    assert second > first
    expected = [replace(refused, number=second), replace(CHANGE, number=first)]
    assert await store.routing.newest(10) == expected
    assert await store.routing.newest(1) == expected[:1]


async def test_the_newest_in_force_is_found_by_every_gateway(store: Store, other: Store) -> None:
    assert await other.routing.in_force_since(0) is None
    first = await store.routing.add(CHANGE)
    assert await other.routing.in_force_since(0) == replace(CHANGE, number=first)
    assert await other.routing.in_force_since(first) is None
    await store.routing.add(replace(CHANGE, verdict=RoutingVerdict.REFUSED))
    assert await other.routing.in_force_since(first) is None
    third = await store.routing.add(replace(CHANGE, version="8"))
    found = await other.routing.in_force_since(0)
    assert found is not None
    assert (found.number, found.version) == (third, "8")


async def test_hosts_calendars_are_kept_beside_the_rules(store: Store, other: Store) -> None:
    rules = await store.routing.add(CHANGE)
    calendar = replace(CHANGE, host="core", version="aa")
    number = await store.routing.add(calendar)
    assert await other.routing.newest(10) == [replace(CHANGE, number=rules)]
    assert await other.routing.newest(10, "core") == [replace(calendar, number=number)]
    assert await other.routing.in_force_since(rules) is None
    assert await other.routing.in_force_since(0, "core") == replace(calendar, number=number)
    assert await other.routing.in_force_since(0, "fx") is None
