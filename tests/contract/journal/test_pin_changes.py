"""Whether a PIN must be changed at its next use, by whichever changes the journal knows of."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from journal_rows import NOON, PENDING, acceptance, account, doubted, settlement

from tellerline.gateway.journal.customer_records import Interaction, InteractionKind, PinReset, ResetState
from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.records import Acceptance, Customer, ProofsEnd, State
from tellerline.routing.model.customers import ChangePin

ENDS = ProofsEnd(customer="C1", who="T1", why="pin_changed")
IN_DOUBT = frozenset({State.IN_DOUBT})


async def registered(store: Store) -> None:
    await store.registry.add_customer(
        Customer(number="C1", name="王芳", identity_document="ID1", tier="STANDARD", registered_at=NOON)
    )
    await store.registry.add_account(account())


def change(serial: str, minute: int) -> Acceptance:
    return acceptance(
        global_serial=f"G-{serial}",
        channel_serial=serial,
        operation=ChangePin.operation,
        amount=None,
        limited=None,
        accepted_at=NOON + timedelta(minutes=minute),
    )


async def accept(store: Store, serial: str, minute: int) -> str:
    row = change(serial, minute)
    await store.journal.accept(row)
    return row.global_serial


async def done(store: Store, serial: str, expected: frozenset[State] = PENDING) -> None:
    changed = settlement(f"G-{serial}", proofs=ENDS, pin_change=True)
    assert await store.journal.settle(changed, expected) is not None


async def never(store: Store, serial: str, state: State, expected: frozenset[State] = PENDING) -> None:
    """It turns out that it has changed nothing."""
    assert await store.journal.settle(settlement(f"G-{serial}", state, pin_change=True), expected) is not None


async def reset(store: Store, serial: str) -> PinReset:
    """Completed under this serial, before the host is asked."""
    asked = PinReset(
        name=f"reset-{serial}",
        customer="C1",
        sequence=1,
        state=ResetState.APPROVED,
        reason="forgotten",
        requester="SUN",
        created_at=NOON,
        expires_at=NOON,
    )
    told = Interaction(customer="C1", at=NOON, kind=InteractionKind.PIN, channel="COUNTER", event="pin_reset_asked")
    await store.dossiers.add_pin_reset(asked, told)
    completed = replace(asked, state=ResetState.COMPLETED, serial=f"{change(serial, 0).channel}/{serial}")
    assert await store.dossiers.move_pin_reset(completed, ResetState.APPROVED, pin_to_change=True, told=told)
    return completed


async def open_again(store: Store, completed: PinReset) -> None:
    approved = replace(completed, state=ResetState.APPROVED, serial="")
    assert await store.dossiers.move_pin_reset(approved, ResetState.COMPLETED, pin_to_change=False, told=None)


async def due(store: Store) -> list[int]:
    return list(await store.dossiers.pins_to_change("C1"))


async def again(store: Store) -> list[int]:
    """Taken off the list and put on it again; which PINs are due then."""
    (held,) = await store.registry.accounts("C1")
    await store.registry.remove_account("C1", held.sequence)
    assert not await store.dossiers.pins_to_change("C1")
    assert await store.registry.add_account(account()) is not None
    return list(await store.dossiers.pins_to_change("C1"))


@pytest.fixture
async def after_a_reset(store: Store) -> Store:
    await registered(store)
    await store.grants.pin_failed("C1", NOON, 1, 600)
    await reset(store, "R1")
    await accept(store, "R1", 1)
    return store


async def test_a_reset_that_is_done_ends_the_lock(after_a_reset: Store) -> None:
    locked = await after_a_reset.grants.pin_tries("C1")
    assert (locked.failures, locked.locked_until is None) == (1, False)
    await done(after_a_reset, "R1")
    tries = await after_a_reset.grants.pin_tries("C1")
    assert (tries.failures, tries.locked_until) == (0, None)
    assert list(await after_a_reset.dossiers.pins_to_change("C1")) == [1]


async def test_a_change_of_his_own_ends_the_duty_and_no_lock(after_a_reset: Store) -> None:
    store = after_a_reset
    await done(store, "R1")
    await store.grants.pin_failed("C1", NOON, 1, 600)
    await accept(store, "S2", 2)
    await done(store, "S2")
    assert list(await store.dossiers.pins_to_change("C1")) == []
    assert (await store.grants.pin_tries("C1")).failures == 1


async def test_the_duty_is_not_shed_by_registering_the_account_anew(after_a_reset: Store) -> None:
    store = after_a_reset
    await done(store, "R1")
    assert await again(store) == [2]
    assert await again(store) == [3]
    await accept(store, "S2", 2)
    await done(store, "S2")
    assert await again(store) == []


async def test_nor_while_it_is_not_known_what_came_of_the_reset_or_of_the_change(after_a_reset: Store) -> None:
    store = after_a_reset
    assert await again(store) == [2]
    await done(store, "R1")
    second = change("S2", 2)
    await store.journal.accept(second)
    await store.journal.settle(doubted(second), PENDING)
    assert await again(store) == [3]
    await done(store, "S2", IN_DOUBT)
    assert list(await store.dossiers.pins_to_change("C1")) == []


@pytest.mark.parametrize("state", [State.REJECTED, State.NOT_SENT])
async def test_a_reset_that_was_refused_leaves_no_duty(after_a_reset: Store, state: State) -> None:
    store = after_a_reset
    assert await due(store) == [1]
    await never(store, "R1", state)
    assert await due(store) == []
    assert (await store.grants.pin_tries("C1")).failures == 1
    assert await again(store) == []


async def test_a_reset_in_doubt_leaves_none_when_it_turns_out_that_it_did_not_happen(after_a_reset: Store) -> None:
    store = after_a_reset
    doubt = replace(doubted(change("R1", 1)), proofs=ENDS, pin_change=True)
    await store.journal.settle(doubt, PENDING)
    assert await due(store) == [1]
    await never(store, "R1", State.REVERSED, IN_DOUBT)
    assert await due(store) == []


async def test_what_did_not_happen_leaves_the_duty_of_the_reset_before_it(after_a_reset: Store) -> None:
    store = after_a_reset
    await done(store, "R1")
    await accept(store, "S2", 2)
    await never(store, "S2", State.REJECTED)
    second = await reset(store, "R3")
    await accept(store, "R3", 3)
    await never(store, "R3", State.REJECTED)
    await open_again(store, second)
    assert await due(store) == [1]


async def test_a_reset_that_never_got_as_far_as_the_journal_leaves_no_duty_when_it_is_open_again(store: Store) -> None:
    await registered(store)
    completed = await reset(store, "R1")
    assert await due(store) == [1]
    await open_again(store, completed)
    assert await due(store) == []


async def test_a_change_from_before_the_reset_sheds_nothing_when_it_turns_out_to_be_done(store: Store) -> None:
    await registered(store)
    first = change("S1", 0)
    await store.journal.accept(first)
    await store.journal.settle(doubted(first), PENDING)
    await reset(store, "R1")
    await accept(store, "R1", 1)
    await done(store, "R1")
    await done(store, "S1", IN_DOUBT)
    assert list(await store.dossiers.pins_to_change("C1")) == [1]
