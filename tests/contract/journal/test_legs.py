"""The legs of plans: laid once, read with how they stand, and their plan held by one gateway at a time."""

from __future__ import annotations

from datetime import timedelta

from journal_rows import NOON, PENDING, acceptance, settlement

from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.records import LaidLeg, State


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
