"""What people attested as done has no day until its host says one: found apart, and dated once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from journal_rows import NOON, PENDING, acceptance, doubt, doubted, settlement

from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.records import (
    Acceptance,
    CaseEnding,
    DayEdges,
    DoubtStage,
    Event,
    Resolution,
    State,
)

MANUAL = frozenset({State.MANUAL})
LAST = "Z" * 26
DAY, NEXT = "2026-03-02", "2026-03-03"
SAID = Event(at=NOON, kind="day_file", detail=b'{"word":"DONE"}')


async def with_people(store: Store, **changes: Any) -> Acceptance:
    row = acceptance(limited=None, **changes)
    await store.journal.accept(row)
    await store.journal.settle(doubted(row), PENDING)
    manual = settlement(row.global_serial, State.MANUAL, doubt=doubt(row, stage=DoubtStage.MANUAL))
    await store.journal.settle(manual, frozenset({State.IN_DOUBT}))
    return row


async def attested(store: Store, ending: CaseEnding = CaseEnding.DONE, **changes: Any) -> str:
    """The serial of a row that two people ended so."""
    row = await with_people(store, **changes)
    proposal = Resolution(
        global_serial=row.global_serial,
        number=1,
        ending=ending,
        reason="seen in the books",
        evidence="",
        proposer="li.na",
        proposed_at=NOON,
    )
    await store.cases.propose(proposal, Event(at=NOON, kind="resolution_proposed"))
    decided = replace(proposal, decider="wang.wei", decided_at=NOON)
    state = State.DONE if ending is CaseEnding.DONE else State.REVERSED
    assert await store.cases.confirm(decided, settlement(row.global_serial, state), MANUAL) is State.MANUAL
    return row.global_serial


async def done(store: Store, date: str = "", **changes: Any) -> str:
    """By its host's word."""
    row = acceptance(limited=None, **changes)
    await store.journal.accept(row)
    await store.journal.settle(settlement(row.global_serial, accounting_date=date), PENDING)
    return row.global_serial


async def undated(store: Store, after: str = "", until: str = LAST, limit: int = 10) -> list[str]:
    found = await store.journal.undated("core", after=after, until=until, limit=limit)
    return [record.global_serial for record in found]


async def test_what_two_people_attested_as_done_is_found_while_it_has_no_day(store: Store, other: Store) -> None:
    first, second, third = [await attested(store) for _ in range(3)]
    await attested(store, CaseEnding.UNDONE)
    await attested(store, host="credit")
    await with_people(store)
    await done(store)
    await done(store, DAY)
    assert await undated(other) == [first, second, third]
    assert await undated(other, after=first, until=second) == [second]
    assert await undated(other, after=first, limit=1) == [second]
    assert list(await other.journal.dated("core", "", after="", until=LAST, limit=10)) == []


async def test_the_hosts_day_is_written_once_with_its_event(store: Store, other: Store) -> None:
    serial = await attested(store)
    assert await other.journal.date(serial, DAY, SAID)
    assert not await store.journal.date(serial, NEXT, SAID)
    assert await undated(store) == []
    [record] = await store.journal.dated("core", DAY, after="", until=LAST, limit=10)
    assert (record.global_serial, record.state, record.accounting_date) == (serial, State.DONE, DAY)
    kinds = [event.kind for event in await store.journal.history(serial)]
    assert kinds == ["resolution_proposed", "day_file"]


async def test_a_day_stays_when_people_end_the_case_later(store: Store) -> None:
    row = await with_people(store)
    assert await store.journal.date(row.global_serial, DAY, SAID)
    await store.journal.settle(settlement(row.global_serial), MANUAL)
    record = await store.journal.get(row.global_serial)
    assert record is not None
    assert (record.state, record.accounting_date) == (State.DONE, DAY)


@pytest.mark.parametrize("state", [State.PENDING, State.REJECTED, State.NOT_SENT])
async def test_what_runs_or_was_never_done_takes_no_day(store: Store, state: State) -> None:
    row = acceptance(limited=None)
    await store.journal.accept(row)
    if state is not State.PENDING:
        await store.journal.settle(settlement(row.global_serial, state), PENDING)
    assert not await store.journal.date(row.global_serial, DAY, SAID)
    assert await store.journal.history(row.global_serial) == []
    assert not await store.journal.date("never accepted", DAY, SAID)


async def test_a_day_ends_where_the_host_says_so(store: Store, other: Store) -> None:
    later = NOON + timedelta(minutes=1)
    await done(store, DAY, accepted_at=NOON)
    await done(store, DAY, accepted_at=later)
    await done(store, "", accepted_at=later + timedelta(minutes=1))
    await done(store, "2026-03-09", host="credit")
    assert await other.journal.day_edges("core", DAY) == DayEdges(newest=later, followed=False)
    await done(store, NEXT, accepted_at=later + timedelta(minutes=2))
    assert await other.journal.day_edges("core", DAY) == DayEdges(newest=later, followed=True)
    assert await other.journal.day_edges("core", "2026-03-08") == DayEdges(
        newest=later + timedelta(minutes=2), followed=False
    )
    assert await other.journal.day_edges("core", "2026-03-01") == DayEdges(newest=None, followed=True)
