"""The legs of plans: laid once, read with how they stand; their plan is held by one gateway at a time, and ends by how
they stand then."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from journal_rows import NOON, PENDING, acceptance, doubt, settlement

from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.records import (
    CaseEnding,
    DoubtStage,
    Event,
    LaidLeg,
    PlanLeg,
    Resolution,
    Settlement,
    State,
)

DONE = frozenset({State.DONE})
LATER = NOON + timedelta(minutes=5)


def leg(number: int, serial: str, attempt: int = 1) -> LaidLeg:
    return LaidLeg(number=number, attempt=attempt, global_serial=serial, step="debit")


async def test_a_leg_is_laid_once_and_the_first_serial_counts(store: Store, other: Store) -> None:
    assert await store.legs.lay("P", [leg(1, "A"), leg(2, "B")]) == ["A", "B"]
    assert await other.legs.lay("P", [leg(2, "C"), leg(2, "D", attempt=2), leg(-1, "E")]) == ["B", "D", "E"]
    assert await store.legs.lay("Q", [leg(1, "F")]) == ["F"]
    found = await other.legs.of("P")
    assert [(each.laid.number, each.laid.attempt, each.laid.global_serial) for each in found] == [
        (-1, 1, "E"),
        (1, 1, "A"),
        (2, 1, "B"),
        (2, 2, "D"),
    ]
    assert {each.record for each in found} == {None}
    assert [await store.legs.plan_of(serial) for serial in ("B", "C", "F")] == ["P", "", "Q"]
    assert list(await store.legs.of("R")) == []


async def test_a_leg_is_read_with_its_own_transaction(store: Store, other: Store) -> None:
    row = acceptance(limited=None)
    await store.legs.lay("P", [leg(1, row.global_serial)])
    await store.journal.accept(row)
    await store.journal.settle(settlement(row.global_serial), PENDING)
    (found,) = await other.legs.of("P")
    assert found.record == await store.journal.get(row.global_serial)


async def test_a_plan_is_held_by_one_gateway_for_30_seconds(store: Store, other: Store) -> None:
    plan = acceptance(limited=None, due_at=NOON)
    await store.journal.accept(plan)
    serial, later = plan.global_serial, NOON + timedelta(seconds=20)
    assert await store.legs.hold(serial, "a", NOON)
    assert not await other.legs.hold(serial, "b", later)
    assert list(await other.journal.claim_overdue("b", later, 10)) == []
    assert await store.legs.hold(serial, "a", later)
    assert not await other.legs.hold(serial, "b", NOON + timedelta(seconds=40))
    assert await other.legs.hold(serial, "b", NOON + timedelta(seconds=50))
    await store.journal.settle(settlement(plan.global_serial), PENDING)
    assert not await other.legs.hold(serial, "b", NOON + timedelta(seconds=51))


async def test_a_leg_is_found_with_the_reversal_that_is_over(store: Store, other: Store) -> None:
    debit, credit = acceptance(limited=None), acceptance(limited=None)
    undo = acceptance(limited=None, operation="host.Reverse")
    again = acceptance(limited=None, operation="host.Reverse")
    undoing = [leg(-1, undo.global_serial), leg(-1, again.global_serial, attempt=2)]
    await store.legs.lay("P", [leg(1, debit.global_serial), leg(2, credit.global_serial), *undoing])
    first, last = sorted((debit.global_serial, credit.global_serial))
    for row in (debit, credit, undo, again):
        await store.journal.accept(row)
    assert await other.legs.reversals(first, last) == {}
    await store.journal.settle(settlement(undo.global_serial, state=State.REJECTED), PENDING)
    await store.journal.settle(settlement(again.global_serial), PENDING)
    found = await other.legs.reversals(first, last)
    assert {serial: each.global_serial for serial, each in found.items()} == {debit.global_serial: again.global_serial}
    assert await other.legs.reversals(last + "0", last + "1") == {}


async def plan_of_two(store: Store) -> tuple[str, str, tuple[PlanLeg, ...]]:
    """A pending plan with two legs that are done, and its last leg, which is a case for people."""
    plan, debit, credit = (acceptance(limited=None) for _ in range(3))
    await store.legs.lay(plan.global_serial, [leg(1, debit.global_serial), leg(2, credit.global_serial)])
    for row in (plan, debit, credit):
        await store.journal.accept(row)
    for row in (debit, credit):
        await store.journal.settle(settlement(row.global_serial), PENDING)
    case = doubt(credit, stage=DoubtStage.MANUAL)
    await store.journal.settle(settlement(credit.global_serial, doubt=case), DONE)
    return plan.global_serial, credit.global_serial, tuple(await store.legs.of(plan.global_serial))


def ends(plan: str, seen: tuple[PlanLeg, ...]) -> Settlement:
    return settlement(plan, legs=seen, events=(Event(at=NOON, kind="over"),))


async def put_right(store: Store, serial: str) -> None:
    """Two people say that it was not done."""
    proposal = Resolution(
        global_serial=serial,
        number=1,
        ending=CaseEnding.UNDONE,
        reason="not booked",
        evidence="",
        proposer="li.na",
        proposed_at=NOON,
        decider="wang.wei",
        decided_at=LATER,
    )
    await store.cases.propose(proposal, Event(at=NOON, kind="resolution_proposed"))
    assert await store.cases.confirm(proposal, settlement(serial, State.REVERSED, at=LATER), DONE) is State.DONE


async def test_a_plan_ends_by_how_its_legs_stand_in_the_same_write(store: Store, other: Store) -> None:
    plan, credit, seen = await plan_of_two(store)
    await put_right(other, credit)
    assert await store.journal.settle(ends(plan, seen), PENDING) is None
    assert await other.journal.history(plan) == []
    assert [case.global_serial for case in await store.journal.doubts()] == []
    now = tuple(await store.legs.of(plan))
    assert await store.journal.settle(ends(plan, now), PENDING) is State.PENDING
    assert await store.journal.settle(ends(plan, now), PENDING) is None
    assert [event.kind for event in await other.journal.history(plan)] == ["over"]


async def test_a_leg_that_was_laid_since_is_looked_at_too(store: Store, other: Store) -> None:
    plan, _, seen = await plan_of_two(store)
    await other.legs.lay(plan, [leg(-2, "G-undoing")])
    assert await store.journal.settle(ends(plan, seen), PENDING) is None
    now = tuple(await store.legs.of(plan))
    assert await store.journal.settle(ends(plan, now), PENDING) is State.PENDING


@pytest.mark.parametrize("first", ["plan", "people"])
async def test_of_a_plans_end_and_peoples_one_sees_the_other(store: Store, other: Store, first: str) -> None:
    """However they meet: the plan looks again, or it is a case."""
    for _ in range(20):
        plan, credit, seen = await plan_of_two(store)
        end, decision = store.journal.settle(ends(plan, seen), PENDING), put_right(other, credit)
        if first == "plan":
            ended, _ = await asyncio.gather(end, decision)
        else:
            _, ended = await asyncio.gather(decision, end)
        cases = [case.global_serial for case in await store.journal.doubts(limit=100)]
        assert (plan in cases) is (ended is State.PENDING)
