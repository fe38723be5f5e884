"""Cases for people: proposed by one, decided by another, settled once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from journal_rows import ACCOUNT, DAY, NOON, PENDING, acceptance, doubt, doubted, settlement

from tellerline.gateway.journal.port import Journal, Store
from tellerline.gateway.journal.records import (
    Acceptance,
    CaseEnding,
    CaseObstacle,
    DoubtStage,
    Event,
    LimitUsage,
    Resolution,
    Settlement,
    State,
    Verdict,
)

MANUAL = frozenset({State.MANUAL})
LATER = NOON + timedelta(minutes=5)
PROPOSED = Event(at=NOON, kind="resolution_proposed")


async def case(journal: Journal, state: State = State.MANUAL) -> Acceptance:
    """A row whose doubt waits for people."""
    row = acceptance()
    await journal.accept(row)
    await journal.settle(doubted(row), PENDING)
    manual = settlement(row.global_serial, state, doubt=doubt(row, stage=DoubtStage.MANUAL))
    await journal.settle(replace(manual, release_limits=state is State.REVERSED), frozenset({State.IN_DOUBT}))
    return row


def proposal(row: Acceptance, ending: CaseEnding = CaseEnding.UNDONE, proposer: str = "li.na") -> Resolution:
    return Resolution(
        global_serial=row.global_serial,
        number=0,
        ending=ending,
        reason="not booked",
        evidence="host journal of 2 March, page 7",
        proposer=proposer,
        proposed_at=NOON,
    )


def decided(proposed: Resolution | CaseObstacle, decider: str = "wang.wei", remark: str = "") -> Resolution:
    assert isinstance(proposed, Resolution)
    return replace(proposed, decider=decider, decided_at=LATER, remark=remark)


def undone(row: Acceptance) -> Settlement:
    event = Event(at=LATER, kind="resolution_confirmed")
    return settlement(row.global_serial, State.REVERSED, at=LATER, release_limits=True, events=(event,))


async def test_a_proposal_waits_for_somebody_else(store: Store, other: Store) -> None:
    row = await case(store.journal)
    proposed = await store.cases.propose(proposal(row), PROPOSED)
    assert proposed == replace(proposal(row), number=1)
    assert list(await other.cases.resolutions(row.global_serial)) == [proposed]
    assert list(await other.cases.open_resolutions([row.global_serial, "elsewhere"])) == [proposed]
    assert [event.kind for event in await other.journal.history(row.global_serial)] == ["resolution_proposed"]
    assert (await store.journal.doubts())[0].stage is DoubtStage.MANUAL


async def test_what_is_confirmed_settles_the_row_and_gives_the_amount_back_once(store: Store, other: Store) -> None:
    row = await case(store.journal)
    proposed = decided(await store.cases.propose(proposal(row), PROPOSED))
    assert await other.cases.confirm(proposed, undone(row), MANUAL) is State.MANUAL
    assert await store.cases.confirm(proposed, undone(row), MANUAL) is CaseObstacle.NOT_OPEN
    record = await store.journal.get(row.global_serial)
    assert record is not None
    assert (record.state, record.settled_at) == (State.REVERSED, LATER)
    assert list(await store.journal.doubts()) == []
    assert list(await store.cases.resolutions(row.global_serial)) == [replace(proposed, verdict=Verdict.CONFIRMED)]
    assert list(await store.cases.open_resolutions([row.global_serial])) == []
    assert await store.journal.limit_usage(ACCOUNT, DAY) == LimitUsage(total=0, count=1)
    kinds = [event.kind for event in await other.journal.history(row.global_serial)]
    assert kinds == ["resolution_proposed", "resolution_confirmed"]


@pytest.mark.parametrize("again", ["li.na", " LI.NA ", "ｌｉ.ｎａ"])
async def test_nobody_confirms_what_he_proposed_himself(store: Store, again: str) -> None:
    row = await case(store.journal)
    proposed = decided(await store.cases.propose(proposal(row), PROPOSED), again)
    assert await store.cases.confirm(proposed, undone(row), MANUAL) is CaseObstacle.SAME_PERSON
    record = await store.journal.get(row.global_serial)
    assert record is not None
    assert record.state is State.MANUAL
    assert await store.journal.limit_usage(ACCOUNT, DAY) == LimitUsage(total=10_000, count=1)


async def test_two_proposals_at_once_leave_one(stores: Sequence[Store]) -> None:
    row = await case(stores[0].journal)
    proposals = [proposal(row, proposer=f"operator-{number}") for number in range(8)]
    made = await asyncio.gather(
        *(stores[n % len(stores)].cases.propose(each, PROPOSED) for n, each in enumerate(proposals))
    )
    assert sum(isinstance(each, Resolution) for each in made) == 1
    assert made.count(CaseObstacle.OTHER_PROPOSAL) == 7
    assert len(await stores[0].cases.resolutions(row.global_serial)) == 1
    assert len(await stores[0].journal.history(row.global_serial)) == 1


async def test_confirmed_by_many_at_once_it_ends_once(stores: Sequence[Store]) -> None:
    row = await case(stores[0].journal)
    proposed = decided(await stores[0].cases.propose(proposal(row), PROPOSED))
    ends = await asyncio.gather(
        *(stores[n % len(stores)].cases.confirm(proposed, undone(row), MANUAL) for n in range(8))
    )
    assert ends.count(State.MANUAL) == 1
    assert ends.count(CaseObstacle.NOT_OPEN) == 7
    assert await stores[0].journal.limit_usage(ACCOUNT, DAY) == LimitUsage(total=0, count=1)


async def test_a_rejected_proposal_leaves_the_case_and_makes_room_for_the_next(store: Store, other: Store) -> None:
    row = await case(store.journal)
    first = decided(await store.cases.propose(proposal(row), PROPOSED), remark="page 8 says otherwise")
    assert await other.cases.reject(first, Event(at=LATER, kind="resolution_rejected")) is None
    assert await store.cases.reject(first, Event(at=LATER, kind="resolution_rejected")) is CaseObstacle.NOT_OPEN
    second = await store.cases.propose(proposal(row, CaseEnding.DONE), PROPOSED)
    assert isinstance(second, Resolution)
    assert second.number == 2
    stale = replace(first, decider="zhao.min")
    assert await other.cases.confirm(stale, undone(row), MANUAL) is CaseObstacle.NOT_OPEN
    assert list(await other.cases.resolutions(row.global_serial)) == [replace(first, verdict=Verdict.REJECTED), second]
    assert (await store.journal.doubts())[0].stage is DoubtStage.MANUAL


@pytest.mark.parametrize("kind", ["late_reply", "contradicted", "day_file"])
async def test_nobody_confirms_what_was_proposed_before_the_newest_evidence(
    store: Store, other: Store, kind: str
) -> None:
    row = await case(store.journal)
    await store.journal.note(row.global_serial, Event(at=NOON, kind=kind))
    first = decided(await store.cases.propose(proposal(row), PROPOSED))
    await other.journal.note(row.global_serial, Event(at=NOON, kind=kind))
    assert await store.cases.confirm(first, undone(row), MANUAL) is CaseObstacle.NEW_EVIDENCE
    assert list(await other.cases.open_resolutions([row.global_serial])) != []
    assert await store.cases.reject(first, Event(at=LATER, kind="resolution_rejected")) is None
    second = decided(await store.cases.propose(proposal(row), PROPOSED))
    assert await other.cases.confirm(second, undone(row), MANUAL) is State.MANUAL


async def test_only_what_waits_for_people_is_a_case(journal: Journal, store: Store) -> None:
    row = acceptance()
    await journal.accept(row)
    assert await store.cases.propose(proposal(row), PROPOSED) is CaseObstacle.NO_CASE
    await journal.settle(doubted(row), PENDING)
    assert await store.cases.propose(proposal(row), PROPOSED) is CaseObstacle.NO_CASE
    assert await store.cases.propose(proposal(acceptance()), PROPOSED) is CaseObstacle.NO_CASE
    assert list(await journal.history(row.global_serial)) == []


async def test_a_row_in_another_state_than_expected_is_left_alone(store: Store) -> None:
    row = await case(store.journal)
    proposed = decided(await store.cases.propose(proposal(row), PROPOSED))
    end = await store.cases.confirm(proposed, undone(row), frozenset({State.DONE}))
    assert end is CaseObstacle.NO_CASE
    assert len(await store.cases.open_resolutions([row.global_serial])) == 1


async def test_a_contradicted_end_put_right_counts_again(store: Store, other: Store) -> None:
    row = await case(store.journal, State.REVERSED)
    assert await store.journal.limit_usage(ACCOUNT, DAY) == LimitUsage(total=0, count=1)
    proposed = decided(await store.cases.propose(proposal(row, CaseEnding.DONE), PROPOSED))
    done = settlement(row.global_serial, State.DONE, at=LATER)
    was = frozenset({State.REVERSED})
    assert await other.cases.confirm(proposed, done, was, counts_again=10_000) is State.REVERSED
    assert await other.cases.confirm(proposed, done, was, counts_again=10_000) is CaseObstacle.NOT_OPEN
    assert await store.journal.limit_usage(ACCOUNT, DAY) == LimitUsage(total=10_000, count=1)
