"""Claims: what is overdue or in doubt is worked on by one resolver at a time, one doubt per account at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from journal_rows import NOON, PENDING, acceptance, doubt, doubted, settlement

from tellerline.gateway.journal.port import Journal, Store
from tellerline.gateway.journal.records import Acceptance, Doubt, DoubtStage, Event, State

DOUBTFUL = frozenset({State.IN_DOUBT})
LATER = NOON + timedelta(seconds=60)


async def in_doubt(journal: Journal, count: int, **changes: object) -> list[Acceptance]:
    """Rows in doubt, opened one second after the other, all due."""
    rows = [acceptance(limited=None, **changes) for _ in range(count)]
    for number, row in enumerate(rows):
        await journal.accept(row)
        await journal.settle(doubted(row, opened_at=NOON + timedelta(seconds=number)), PENDING)
    return rows


def serials(found: Sequence[Acceptance | Doubt]) -> list[str]:
    return [each.global_serial for each in found]


async def test_overdue_rows_are_claimed_once_for_30_seconds(journal: Journal, other: Store) -> None:
    due, later = acceptance(), acceptance(due_at=NOON + timedelta(hours=1))
    await journal.accept(due)
    await journal.accept(later)
    assert list(await journal.claim_overdue("a", NOON, 10)) == []
    claimed = await journal.claim_overdue("a", LATER, 10)
    assert [row.global_serial for row in claimed] == [due.global_serial]
    assert list(await other.journal.claim_overdue("b", LATER + timedelta(seconds=29), 10)) == []
    again = await other.journal.claim_overdue("b", LATER + timedelta(seconds=30), 10)
    assert [row.global_serial for row in again] == [due.global_serial]


async def test_a_settled_row_is_never_overdue(journal: Journal) -> None:
    row = acceptance()
    await journal.accept(row)
    await journal.settle(settlement(row.global_serial), PENDING)
    assert list(await journal.claim_overdue("a", LATER, 10)) == []


async def test_two_resolvers_never_share_an_overdue_row(stores: Sequence[Store]) -> None:
    rows = [acceptance(limited=None) for _ in range(100)]
    await asyncio.gather(*(stores[0].journal.accept(row) for row in rows))
    claims = await asyncio.gather(
        *(stores[n % len(stores)].journal.claim_overdue(f"r{n}", LATER, 15) for n in range(10))
    )
    claimed = [row.global_serial for claim in claims for row in claim]
    assert len(claimed) == len(set(claimed))
    assert all(len(claim) <= 15 for claim in claims)


async def test_reclaim_returns_what_the_owner_left_pending(journal: Journal, other: Store) -> None:
    mine, settled, others = acceptance(owner="me"), acceptance(owner="me"), acceptance(owner="you")
    for row in (mine, settled, others):
        await journal.accept(row)
    await journal.settle(settlement(settled.global_serial), PENDING)
    assert [row.global_serial for row in await other.journal.reclaim("me")] == [mine.global_serial]


async def test_reclaim_leaves_what_another_resolver_has_claimed(journal: Journal, other: Store) -> None:
    await journal.accept(acceptance(owner="me"))
    await other.journal.claim_overdue("you", LATER, 10)
    assert list(await journal.reclaim("me")) == []


async def test_reclaim_releases_what_an_earlier_life_had_claimed(journal: Journal, other: Store) -> None:
    """A claim of the dead would keep everybody from the whole account for as long as it lasts."""
    first = (await in_doubt(journal, 2, account="A1"))[0]
    elsewhere = (await in_doubt(journal, 1, account="A2"))[0]
    left = acceptance(owner="you", limited=None)
    await journal.accept(left)
    assert serials(await journal.claim_doubts("me", NOON, 1)) == [first.global_serial]
    assert len(await journal.claim_overdue("me", LATER, 10)) == 1
    assert serials(await journal.claim_doubts("third", NOON + timedelta(seconds=1), 1)) == [elsewhere.global_serial]
    assert list(await other.journal.reclaim("me")) == []
    soon = NOON + timedelta(seconds=2)
    assert serials(await other.journal.claim_doubts("me", soon, 10)) == [first.global_serial]
    assert [row.global_serial for row in await other.journal.claim_overdue("me", LATER, 10)] == [left.global_serial]


async def test_doubts_are_claimed_when_due_oldest_first(journal: Journal) -> None:
    accounts = ["A3", "A1", "A2"]
    rows = [(await in_doubt(journal, 1, account=account))[0] for account in accounts]
    waiting = acceptance(account="A4", limited=None)
    await journal.accept(waiting)
    await journal.settle(doubted(waiting, due_at=LATER), PENDING)
    claimed = await journal.claim_doubts("a", NOON, 2)
    assert serials(claimed) == serials(rows)[:2]
    assert list(claimed) == [doubt(row) for row in rows[:2]]
    assert serials(await journal.claim_doubts("a", NOON, 10)) == serials(rows)[2:]


async def test_a_claim_lasts_30_seconds(journal: Journal, other: Store) -> None:
    rows = await in_doubt(journal, 1)
    await journal.claim_doubts("a", NOON, 10)
    assert list(await other.journal.claim_doubts("b", NOON + timedelta(seconds=29), 10)) == []
    assert serials(await other.journal.claim_doubts("b", NOON + timedelta(seconds=30), 10)) == serials(rows)


async def test_one_doubt_per_account_at_a_time_in_order(journal: Journal, other: Store) -> None:
    first, second = await in_doubt(journal, 2, account="A1")
    elsewhere = (await in_doubt(journal, 1, account="A2"))[0]
    assert set(serials(await journal.claim_doubts("a", LATER, 10))) == {first.global_serial, elsewhere.global_serial}
    assert list(await other.journal.claim_doubts("b", LATER, 10)) == []
    await journal.settle(settlement(first.global_serial), frozenset({State.IN_DOUBT}))
    assert serials(await other.journal.claim_doubts("b", LATER, 10)) == [second.global_serial]


async def test_doubts_without_an_account_do_not_wait_for_each_other(journal: Journal) -> None:
    await in_doubt(journal, 3, account="")
    assert len(await journal.claim_doubts("a", LATER, 10)) == 3


async def test_manual_doubts_are_not_claimed_and_do_not_hold_up_their_account(journal: Journal) -> None:
    first, second = await in_doubt(journal, 2, account="A1")
    manual = doubt(first, stage=DoubtStage.MANUAL)
    await journal.settle(settlement(first.global_serial, State.MANUAL, doubt=manual), frozenset({State.IN_DOUBT}))
    assert serials(await journal.claim_doubts("a", LATER, 10)) == [second.global_serial]


async def test_resolvers_at_once_never_share_a_doubt_nor_an_account(stores: Sequence[Store]) -> None:
    for number in range(12):
        await in_doubt(stores[0].journal, 3, account=f"A{number}")
    moments = [LATER + timedelta(milliseconds=n) for n in range(16)]
    claims = await asyncio.gather(
        *(stores[n % len(stores)].journal.claim_doubts(f"r{n}", now, 4) for n, now in enumerate(moments))
    )
    accounts = [each.account for claim in claims for each in claim]
    assert sorted(accounts) == sorted(f"A{number}" for number in range(12))


async def test_claims_of_different_moments_at_once_never_share_an_account(stores: Sequence[Store]) -> None:
    journal, soon = stores[0].journal, LATER + timedelta(milliseconds=1)
    for number in range(30):
        for due in (soon, LATER):
            row = acceptance(account=f"A{number}", limited=None)
            await journal.accept(row)
            await journal.settle(doubted(row, due_at=due), PENDING)
    claims = await asyncio.gather(
        *(stores[n % len(stores)].journal.claim_doubts(f"r{n}", now, 30) for n, now in enumerate((LATER, soon) * 4))
    )
    accounts = [each.account for claim in claims for each in claim]
    assert len(accounts) == len(set(accounts)) == 30


async def test_reschedule_stores_the_next_step_and_releases_the_claim(journal: Journal, other: Store) -> None:
    (row,) = await in_doubt(journal, 1)
    (claimed,) = await journal.claim_doubts("a", NOON, 10)
    following = replace(claimed, stage=DoubtStage.REVERSE, attempts=3, due_at=LATER, reason="not_found")
    await journal.reschedule(following, Event(at=NOON, kind="inquired"))
    assert list(await other.journal.claim_doubts("b", NOON, 10)) == []
    assert list(await other.journal.claim_doubts("b", LATER, 10)) == [following]
    assert [event.kind for event in await journal.history(row.global_serial)] == ["inquired"]


@pytest.mark.parametrize("stage", [DoubtStage.REVERSE, DoubtStage.FORWARD, DoubtStage.MANUAL])
async def test_a_stale_inquiry_does_not_take_a_later_stage_back(journal: Journal, stage: DoubtStage) -> None:
    (row,) = await in_doubt(journal, 1)
    later = replace(doubt(row), stage=stage)
    await journal.settle(replace(settlement(row.global_serial, State.IN_DOUBT), doubt=later), DOUBTFUL)
    await journal.reschedule(doubt(row), Event(at=NOON, kind="inquired"))
    assert [each.stage for each in await journal.doubts()] == [stage]
    assert [event.kind for event in await journal.history(row.global_serial)] == ["inquired"]


async def test_what_people_have_is_not_forwarded_any_more(journal: Journal) -> None:
    (row,) = await in_doubt(journal, 1)
    manual = replace(doubt(row), stage=DoubtStage.MANUAL)
    await journal.settle(replace(settlement(row.global_serial, State.MANUAL), doubt=manual), DOUBTFUL)
    await journal.reschedule(replace(manual, stage=DoubtStage.FORWARD), Event(at=NOON, kind="reversal_sent"))
    assert [each.stage for each in await journal.doubts()] == [DoubtStage.MANUAL]


async def test_a_closed_doubt_is_not_rescheduled(journal: Journal) -> None:
    (row,) = await in_doubt(journal, 1)
    await journal.settle(settlement(row.global_serial), frozenset({State.IN_DOUBT}))
    await journal.reschedule(doubt(row), Event(at=NOON, kind="inquired"))
    assert list(await journal.doubts()) == []
    assert list(await journal.history(row.global_serial)) == []


async def test_open_doubts_are_paged_by_opening_time_even_behind_a_closed_one(journal: Journal) -> None:
    rows = await in_doubt(journal, 5, account="A1")
    first = await journal.doubts(limit=2)
    assert serials(first) == serials(rows)[:2]
    await journal.settle(settlement(first[-1].global_serial), frozenset({State.IN_DOUBT}))
    assert serials(await journal.doubts(after=first[-1].global_serial, limit=2)) == serials(rows)[2:4]
    assert list(await journal.doubts(after="nowhere")) == []


async def test_doubts_of_one_host(journal: Journal) -> None:
    await in_doubt(journal, 1, host="core")
    (credit,) = await in_doubt(journal, 1, host="credit")
    assert serials(await journal.doubts(host="credit")) == [credit.global_serial]
