"""Versions of tables: numbered, decided once, in effect from their moment on, seen by every gateway."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from journal_rows import NOON as NOW

from tellerline.gateway.journal.port import Store
from tellerline.routing.information.versions import TableVersion, Verdict

VERSION = TableVersion(
    table="fees",
    number=0,
    content="# 收费\nfees = []\n",
    digest="aa",
    reason="新标准",
    proposer="u1",
    proposed_at=NOW,
    effective_date="2026-03-10",
)


async def proposed(store: Store, **changes: object) -> TableVersion:
    made = await store.tables.propose(replace(VERSION, **changes))  # type: ignore[arg-type]
    assert made is not None
    return made


def decided(version: TableVersion, verdict: Verdict, hours: int = 0) -> TableVersion:
    at = NOW + timedelta(hours=hours)
    since = at if verdict is Verdict.APPROVED else None
    return replace(version, verdict=verdict, decider="u2", decided_at=at, remark="同意", effective_at=since)


async def approved(store: Store, hours: int, **changes: object) -> TableVersion:
    version = decided(await proposed(store, **changes), Verdict.APPROVED, hours)
    assert await store.tables.decide(version)
    return version


def facts(version: TableVersion) -> TableVersion:
    return replace(version, content="")


async def test_a_proposal_is_kept_whole_and_waits(store: Store, other: Store) -> None:
    made = await proposed(store)
    assert made == replace(VERSION, number=1)
    assert await other.tables.get("fees", 1) == made
    assert await other.tables.proposed("fees") == facts(made)
    assert await other.tables.proposed("products") is None
    assert await other.tables.get("fees", 2) is None
    assert await other.tables.in_effect("fees", NOW + timedelta(days=99)) is None


async def test_one_waits_at_a_time_for_each_table(store: Store, other: Store) -> None:
    await proposed(store)
    assert await other.tables.propose(VERSION) is None
    assert (await proposed(other, table="products")).number == 1


async def test_of_many_proposals_at_once_one_is_taken(store: Store, other: Store) -> None:
    made = await asyncio.gather(*(each.tables.propose(VERSION) for each in (store, other) for _ in range(5)))
    assert [each.number for each in made if each is not None] == [1]


async def test_a_version_is_decided_once(store: Store, other: Store) -> None:
    made = await proposed(store)
    verdicts = [decided(made, Verdict.APPROVED), decided(made, Verdict.REJECTED)]
    results = await asyncio.gather(
        *(store.tables.decide(each) for each in verdicts * 2), other.tables.decide(verdicts[1])
    )
    assert sum(results) == 1
    assert await other.tables.proposed("fees") is None
    assert not await other.tables.decide(verdicts[0])


async def test_a_rejected_one_keeps_its_number_and_the_next_goes_on(store: Store, other: Store) -> None:
    rejected = decided(await proposed(store), Verdict.REJECTED)
    assert await store.tables.decide(rejected)
    assert await other.tables.get("fees", 1) == rejected
    assert (await proposed(other)).number == 2


async def test_the_one_in_effect_is_the_last_that_took_effect(store: Store, other: Store) -> None:
    late = await approved(store, 5)
    early = await approved(other, 2)
    same = await approved(store, 5, reason="again")
    found = [await other.tables.in_effect("fees", NOW + timedelta(hours=hours)) for hours in (1, 2, 4, 5, 9)]
    assert found == [None, facts(early), facts(early), facts(same), facts(same)]
    coming = [await other.tables.upcoming("fees", NOW + timedelta(hours=hours)) for hours in (1, 2, 5)]
    assert coming == [facts(early), facts(same), None]
    assert late.number == 1


async def test_versions_come_in_pages_newest_first(store: Store, other: Store) -> None:
    for hours in range(5):
        await approved(store, hours)
    await proposed(store)
    assert [each.number for each in await other.tables.page("fees", 2**31, 3)] == [6, 5, 4]
    rest = await other.tables.page("fees", 4, 10)
    assert [(each.number, each.content) for each in rest] == [(3, ""), (2, ""), (1, "")]
