"""Settling: compare and set, everything that belongs to it at once, limits given back once and to their own day."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from journal_rows import ACCOUNT, DAY, NOON, PENDING, acceptance, doubt, doubted, enquiry, pending, settlement

from tellerline.gateway.journal.port import Journal, Store
from tellerline.gateway.journal.records import Accepted, DoubtStage, Event, LimitUsage, OverLimit, Search, State
from tellerline.routing.model.codes import Code

IN_DOUBT = frozenset({State.IN_DOUBT})


async def test_a_settlement_returns_the_state_before_and_leaves_the_row_after(journal: Journal, other: Store) -> None:
    row = acceptance()
    await journal.accept(row)
    done = settlement(row.global_serial, outcome=b'{"ok":1}', host_serial="H1", accounting_date="2026-03-03")
    assert await other.journal.settle(done, PENDING) is State.PENDING
    after = replace(
        pending(row),
        state=State.DONE,
        settled_at=NOON + timedelta(seconds=1),
        outcome=b'{"ok":1}',
        host_serial="H1",
        accounting_date="2026-03-03",
    )
    assert await journal.get(row.global_serial) == after


async def test_an_unexpected_state_changes_nothing(journal: Journal) -> None:
    row = acceptance()
    await journal.accept(row)
    await journal.settle(settlement(row.global_serial), PENDING)
    before = await journal.get(row.global_serial)
    late = settlement(
        row.global_serial,
        State.REVERSED,
        release_limits=True,
        doubt=doubt(row),
        events=(Event(at=NOON, kind="late"),),
    )
    assert await journal.settle(late, PENDING | IN_DOUBT) is None
    assert await journal.get(row.global_serial) == before
    assert await journal.limit_usage(ACCOUNT, DAY) == LimitUsage(total=10_000, count=1)
    assert list(await journal.doubts()) == []
    assert list(await journal.history(row.global_serial)) == []


async def test_a_serial_that_does_not_exist_settles_nothing(journal: Journal) -> None:
    assert await journal.settle(settlement("nowhere"), PENDING) is None


async def test_of_many_settlements_at_once_one_wins(stores: Sequence[Store]) -> None:
    row = acceptance()
    await stores[0].journal.accept(row)
    attempts = [
        stores[n % len(stores)].journal.settle(settlement(row.global_serial, host_serial=f"H{n}"), PENDING)
        for n in range(40)
    ]
    answers = await asyncio.gather(*attempts)
    winners = [n for n, answer in enumerate(answers) if answer is not None]
    assert len(winners) == 1
    kept = await stores[0].journal.get(row.global_serial)
    assert kept is not None
    assert kept.host_serial == f"H{winners[0]}"


async def test_what_the_host_said_earlier_is_kept_when_a_settlement_does_not_say_it(journal: Journal) -> None:
    row = acceptance()
    await journal.accept(row)
    unsure = replace(doubted(row), host_serial="H1", accounting_date="2026-03-03", outcome=b"{}")
    await journal.settle(unsure, PENDING)
    await journal.settle(settlement(row.global_serial, State.REVERSED), IN_DOUBT)
    kept = await journal.get(row.global_serial)
    assert kept is not None
    assert (kept.host_serial, kept.accounting_date, kept.outcome, kept.code) == ("H1", "2026-03-03", b"", None)


async def test_a_host_that_fills_its_serial_with_zero_bytes_does_not_keep_a_transaction_open(
    journal: Journal, other: Store
) -> None:
    row, asked = acceptance(), enquiry(host_serial="H7\0\0")
    await journal.accept(row)
    assert await journal.settle(settlement(row.global_serial, host_serial="\0" * 12), PENDING) is not None
    journal.audit(asked)
    found = await other.journal.get(row.global_serial)
    assert found is not None
    assert (found.state, found.host_serial) == (State.DONE, "")
    assert [each.host_serial for each in await journal.search(Search(global_serial=asked.global_serial))] == ["H7"]


async def test_only_a_final_state_has_a_time_of_settlement(journal: Journal) -> None:
    row = acceptance()
    await journal.accept(row)
    await journal.settle(doubted(row), PENDING)
    in_doubt = await journal.get(row.global_serial)
    assert in_doubt is not None
    assert (in_doubt.state, in_doubt.code, in_doubt.settled_at) == (State.IN_DOUBT, Code.OUTCOME_UNKNOWN, None)


async def test_the_amount_comes_back_once_and_the_count_never(stores: Sequence[Store]) -> None:
    rows = [acceptance() for _ in range(2)]
    for row in rows:
        await stores[0].journal.accept(row)
    released = settlement(rows[0].global_serial, State.IN_DOUBT, release_limits=True)
    assert await stores[0].journal.settle(released, PENDING) is not None
    again = settlement(rows[0].global_serial, State.REVERSED, release_limits=True)
    assert await stores[-1].journal.settle(again, IN_DOUBT) is not None
    assert await stores[0].journal.limit_usage(ACCOUNT, DAY) == LimitUsage(total=10_000, count=2)


async def test_a_settlement_that_does_not_release_keeps_the_reservation_for_later(journal: Journal) -> None:
    row = acceptance()
    await journal.accept(row)
    await journal.settle(doubted(row), PENDING)
    assert await journal.limit_usage(ACCOUNT, DAY) == LimitUsage(total=10_000, count=1)
    await journal.settle(settlement(row.global_serial, State.REVERSED, release_limits=True), IN_DOUBT)
    assert await journal.limit_usage(ACCOUNT, DAY) == LimitUsage(total=0, count=1)


async def test_a_release_goes_to_the_day_of_the_acceptance(journal: Journal) -> None:
    yesterday, today = acceptance(limit_day="2026-03-01"), acceptance()
    await journal.accept(yesterday)
    await journal.accept(today)
    later = settlement(yesterday.global_serial, State.REJECTED, at=NOON + timedelta(days=1), release_limits=True)
    await journal.settle(later, PENDING)
    assert await journal.limit_usage(ACCOUNT, "2026-03-01") == LimitUsage(total=0, count=1)
    assert await journal.limit_usage(ACCOUNT, DAY) == LimitUsage(total=10_000, count=1)


async def test_a_released_amount_can_be_used_again_but_not_the_count(journal: Journal) -> None:
    rows = [acceptance() for _ in range(4)]
    for row in rows[:3]:
        await journal.accept(row)
        await journal.settle(settlement(row.global_serial, State.NOT_SENT, release_limits=True), PENDING)
    refused = await journal.accept(rows[3])
    assert isinstance(refused, OverLimit)
    assert (refused.code, refused.usage) == (Code.LIMIT_COUNT_EXCEEDED, LimitUsage(total=0, count=3))


async def test_events_and_the_doubt_belong_to_the_settlement(journal: Journal, other: Store) -> None:
    row = acceptance()
    await journal.accept(row)
    events = (Event(at=NOON, kind="sent"), Event(at=NOON, kind="timed_out", detail=b'{"ms":5000}'))
    await journal.settle(replace(doubted(row), events=events), PENDING)
    assert tuple(await other.journal.history(row.global_serial)) == events
    assert list(await other.journal.doubts()) == [doubt(row)]
    replaced = doubt(row, stage=DoubtStage.MANUAL, attempts=7, reason="exhausted")
    await journal.settle(settlement(row.global_serial, State.MANUAL, doubt=replaced), IN_DOUBT)
    assert list(await journal.doubts()) == [replaced]
    await journal.settle(settlement(row.global_serial), frozenset({State.MANUAL}))
    assert list(await journal.doubts()) == []


async def test_many_mixed_settlements_at_once_each_do_their_own(stores: Sequence[Store]) -> None:
    rows = [acceptance(account=f"A{n % 7}", limited=None) for n in range(140)]
    for answer in await asyncio.gather(*(stores[0].journal.accept(row) for row in rows)):
        assert answer == Accepted()
    changes = [
        replace(doubted(row), events=(Event(at=NOON, kind=f"n{n}"),)) if n % 2 else settlement(row.global_serial)
        for n, row in enumerate(rows)
    ]
    await asyncio.gather(*(stores[n % len(stores)].journal.settle(c, PENDING) for n, c in enumerate(changes)))
    for number, row in enumerate(rows):
        kept = await stores[0].journal.get(row.global_serial)
        assert kept is not None
        assert kept.state is (State.IN_DOUBT if number % 2 else State.DONE)
        kinds = [event.kind for event in await stores[0].journal.history(row.global_serial)]
        assert kinds == ([f"n{number}"] if number % 2 else [])
    assert len(await stores[0].journal.doubts(limit=200)) == 70


async def test_notes_follow_in_the_order_they_were_made(journal: Journal, other: Store) -> None:
    kinds = ["inquired", "not_found", "reversed"]
    for kind in kinds:
        await journal.note("G1", Event(at=NOON, kind=kind))
    assert [event.kind for event in await other.journal.history("G1")] == kinds
    assert list(await journal.history("G2")) == []


async def test_a_settlement_before_reversal_leaves_a_doubt_alone_that_may_be_reversing(journal: Journal) -> None:
    rows = [acceptance(limited=None) for _ in range(3)]
    stages = (DoubtStage.INQUIRE, DoubtStage.REVERSE, DoubtStage.FORWARD)
    for row, stage in zip(rows, stages, strict=True):
        await journal.accept(row)
        await journal.settle(doubted(row, stage=stage), PENDING)
    late = [settlement(row.global_serial, before_reversal=True) for row in rows]
    settled = [await journal.settle(each, IN_DOUBT) is not None for each in late]
    assert settled == [True, False, False]
    states = [record.state for row in rows if (record := await journal.get(row.global_serial))]
    assert states == [State.DONE, State.IN_DOUBT, State.IN_DOUBT]
    assert len(await journal.doubts()) == 2
