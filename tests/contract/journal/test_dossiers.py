"""What is known of customers: search, contacts, representatives, PIN resets, segments."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from journal_rows import ACCOUNT, NOON, account, customer, grant

from tellerline.gateway.journal.customer_records import (
    Classified,
    Contact,
    CustomerSearch,
    HappeningSearch,
    Interaction,
    InteractionKind,
    PinReset,
    Representative,
    RepresentativeChange,
    ResetState,
)
from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.records import CustomerChange, LimitChange, Limits

LATER = NOON + timedelta(hours=1)


def told(event: str, kind: InteractionKind = InteractionKind.CONTACT) -> Interaction:
    return Interaction(customer="C1", at=NOON, kind=kind, channel="COUNTER", event=event)


def untold(*_facts: Any) -> None:
    """Nothing is kept beside."""


async def events(store: Store) -> list[str]:
    happenings = await store.interactions.page(HappeningSearch(customer="C1"))
    return [each.event for each in reversed(happenings) if isinstance(each, Interaction)]


def mobile(value: str = "11000000001", kind: str = "MOBILE") -> Contact:
    return Contact(customer="C1", kind=kind, value=value, set_at=NOON)


def manager(number: str = "1001", **changes: Any) -> Representative:
    usual = Representative(company="C1", number=number, name="李", accounts=(1, 2), active=True, registered_at=NOON)
    return replace(usual, **changes)


def reset(name: str = "R1", **changes: Any) -> PinReset:
    usual = PinReset(
        name=name,
        customer="C1",
        sequence=1,
        state=ResetState.PENDING,
        reason="忘记",
        requester="SUN",
        created_at=NOON,
        expires_at=LATER,
    )
    return replace(usual, **changes)


async def test_customers_are_found_by_everything_a_clerk_may_be_told(store: Store, other: Store) -> None:
    people = [
        replace(customer("C1", "D1"), name="张三", mobile="11000000001"),
        replace(customer("C2", "D2"), name="张_四", tier="GROUP"),
        replace(customer("C3", "D3"), name="张%公司", kind="CORPORATE"),
    ]
    for each in people:
        await store.registry.add_customer(each)
    await store.registry.add_account(account("A1", "C2"))

    async def found(**filters: Any) -> list[str]:
        return [each.number for each in await other.dossiers.find(CustomerSearch(**filters))]

    assert await found(name_prefix="张") == ["C1", "C2", "C3"]
    assert await found(name_prefix="张_") == ["C2"]
    assert await found(name_prefix="张%") == ["C3"]
    assert await found(identity_document="D2") == ["C2"]
    assert await found(account="A1") == ["C2"]
    assert await found(mobile="11000000001") == ["C1"]
    assert await found(kind="CORPORATE", tier="VIP") == ["C3"]
    assert await found(segment="A") == []
    assert await found(after="C1", limit=1) == ["C2"]


async def test_a_new_value_of_a_contact_is_not_verified(store: Store, other: Store) -> None:
    assert await store.dossiers.set_contact(mobile(), untold) is None
    await store.registry.add_customer(customer())
    assert await store.dossiers.set_contact(mobile(), lambda before, after: told("set")) == mobile()
    verified = await store.dossiers.verify_contact("C1", "MOBILE", LATER, "回拨", lambda b, a: told("verified"))
    assert verified == replace(mobile(), verified_at=LATER, method="回拨")
    assert await store.dossiers.verify_contact("C1", "MOBILE", NOON, "x", lambda b, a: told("never")) == verified
    again = replace(mobile(), set_at=LATER)
    assert await store.dossiers.set_contact(again, lambda before, after: told("never")) == verified
    other_number = mobile("11000000002")
    assert await store.dossiers.set_contact(other_number, lambda before, after: told("set")) == other_number
    assert list(await other.dossiers.contacts("C1")) == [other_number]
    assert await store.dossiers.verify_contact("C1", "EMAIL", LATER, "x", untold) is None
    assert await events(store) == ["set", "verified", "set"]


async def test_the_mobile_contact_and_the_customers_mobile_number_are_one(store: Store) -> None:
    await store.registry.add_customer(replace(customer(), mobile="11000000001"))
    assert list(await store.dossiers.contacts("C1")) == [mobile()]
    await store.dossiers.verify_contact("C1", "MOBILE", LATER, "回拨", untold)
    await store.registry.update_customer("C1", CustomerChange(mobile="11000000002", at=LATER))
    assert list(await store.dossiers.contacts("C1")) == [replace(mobile("11000000002"), set_at=LATER)]
    await store.dossiers.set_contact(mobile(""), untold)
    assert not await store.dossiers.contacts("C1")
    assert not await store.registry.customers_of("11000000002", 5)


async def test_representatives_keep_their_number(store: Store, other: Store) -> None:
    await store.registry.add_customer(customer())
    kind = InteractionKind.REGISTRATION
    assert await store.dossiers.add_representative(manager(), lambda b, a: told("added", kind)) is not None
    assert not await store.dossiers.add_representative(manager(name="王"), lambda b, a: told("never", kind))
    await store.registry.add_account(account())
    await store.registry.add_account(account("A2"))
    changed = manager(name="李四", accounts=(2,), active=False)
    change = RepresentativeChange(name="李四", accounts=(2, 3), active=False)
    for event in ("changed", "never"):
        tell = partial(lambda event, b, a: told(event, kind), event)
        assert await store.dossiers.update_representative("C1", "1001", change, tell) == changed
    assert await other.dossiers.representative("C1", "1001") == changed
    assert await other.dossiers.representative("C1", "1002") is None
    assert await store.dossiers.update_representative("C1", "1002", change, untold) is None
    await store.dossiers.add_representative(manager("1002"), untold)
    assert [each.number for each in await other.dossiers.representatives("C1", limit=1)] == ["1001"]
    assert [each.number for each in await other.dossiers.representatives("C1", after="1001")] == ["1002"]
    assert await events(store) == ["added", "changed"]


async def test_a_representative_gets_no_account_that_the_company_has_no_more(store: Store, other: Store) -> None:
    await store.registry.add_customer(customer())
    await store.registry.add_account(account())
    await store.registry.add_account(account("A2"))
    await other.registry.remove_account("C1", 2)
    told_of: list[Representative] = []

    def tell(before: Representative | None, after: Representative) -> None:
        told_of.append(after)

    added = await store.dossiers.add_representative(manager(accounts=(1, 2)), tell)
    assert [added, await other.dossiers.representative("C1", "1001")] == [manager(accounts=(1,))] * 2
    assert told_of == [manager(accounts=(1,))]


async def test_nor_one_that_is_taken_off_the_list_meanwhile(store: Store, other: Store) -> None:
    await store.registry.add_customer(customer())
    for turn in range(20):
        added = await store.registry.add_account(account())
        assert added is not None
        await asyncio.gather(
            other.registry.remove_account("C1", added.sequence),
            store.dossiers.add_representative(manager(f"{turn}", accounts=(added.sequence,)), untold),
        )
        held = await other.dossiers.representative("C1", f"{turn}")
        assert held is not None
        assert held.accounts == ()


async def test_two_who_change_a_representative_at_once_change_what_they_name(store: Store, other: Store) -> None:
    await store.registry.add_customer(customer())
    await store.registry.add_account(account())
    await store.dossiers.add_representative(manager(accounts=(1,)), untold)
    for number in range(10):
        await store.dossiers.update_representative("C1", "1001", RepresentativeChange(active=True), untold)
        suspended, renamed = RepresentativeChange(active=False), RepresentativeChange(name=f"王{number}")
        await asyncio.gather(
            store.dossiers.update_representative("C1", "1001", suspended, untold),
            other.dossiers.update_representative("C1", "1001", renamed, untold),
        )
        held = await store.dossiers.representative("C1", "1001")
        assert held == manager(name=f"王{number}", accounts=(1,), active=False)


async def test_a_removed_account_is_nobodys_any_more(store: Store, other: Store) -> None:
    await store.registry.add_customer(customer())
    await store.registry.add_account(account())
    await store.registry.add_account(account("A2"))
    await store.dossiers.add_representative(manager(), untold)
    await store.dossiers.add_pin_reset(reset(), told("asked", InteractionKind.PIN))
    moved = replace(reset(), state=ResetState.COMPLETED, serial="COUNTER/1")
    assert await store.dossiers.move_pin_reset(moved, ResetState.PENDING, pin_to_change=True, told=None)
    assert await store.registry.account("C1", 1) is not None
    removed = await store.registry.remove_account("C1", 1)
    assert removed is not None
    assert removed.account == ACCOUNT
    assert await store.registry.account("C1", 1) is None
    assert [each.sequence for each in await other.registry.accounts("C1")] == [2]
    held = await other.dossiers.representative("C1", "1001")
    assert held is not None
    assert held.accounts == (2,)
    assert not await other.dossiers.pins_to_change("C1")
    back = await store.registry.add_account(account())
    assert back is not None
    assert back.sequence == 3


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(["add", "remove"]), st.integers(0, 3)), max_size=12))
async def test_a_sequence_number_is_never_given_again(store: Store, steps: list[tuple[str, int]]) -> None:
    """However accounts come and go; each example has a customer of its own."""
    number = f"P{len(await store.dossiers.find(CustomerSearch(limit=1_000)))}"
    await store.registry.add_customer(customer(number, f"D{number}"))
    given_out: list[int] = []
    for what, which in steps:
        if what == "add":
            added = await store.registry.add_account(account(f"{number}-{which}", number))
            given_out += [added.sequence] if added else []
        else:
            held = await store.registry.accounts(number)
            if held:
                await store.registry.remove_account(number, held[which % len(held)].sequence)
    assert given_out == list(range(1, len(given_out) + 1))


async def test_a_pin_reset_moves_from_where_it_is_alone(stores: Sequence[Store]) -> None:
    store = stores[0]
    await store.registry.add_customer(customer())
    await store.dossiers.add_pin_reset(reset(), told("asked", InteractionKind.PIN))
    approved = replace(reset(), state=ResetState.APPROVED, approver="QIAN")
    moves = await asyncio.gather(
        *(
            each.dossiers.move_pin_reset(approved, ResetState.PENDING, pin_to_change=False, told=None)
            for each in list(stores) * 4
        )
    )
    assert sum(moves) == 1
    assert await store.dossiers.pin_reset("R1") == approved
    assert not await store.dossiers.pins_to_change("C1")
    await store.dossiers.add_pin_reset(reset("R2"), told("asked", InteractionKind.PIN))
    voided = await store.dossiers.pin_reset("R1")
    assert voided is not None
    assert voided.state is ResetState.VOID
    done = replace(reset("R2"), state=ResetState.COMPLETED, serial="COUNTER/2")
    assert await store.dossiers.move_pin_reset(done, ResetState.PENDING, pin_to_change=True, told=None)
    assert list(await store.dossiers.pins_to_change("C1")) == [1]
    assert await store.dossiers.pin_reset("R3") is None


async def test_figures_of_an_earlier_day_change_no_segment(store: Store, other: Store) -> None:
    kind = InteractionKind.SEGMENT

    async def classify(segment: str, day: str) -> Classified | None:
        return await store.dossiers.classify("C1", segment, day, "rule-1", lambda c: told(c.segment, kind))

    assert await classify("A", "2026-03-01") is None
    await store.registry.add_customer(customer())
    assert await classify("B", "2026-03-01") == Classified("C1", "B", "")
    assert await classify("B", "2026-03-02") == Classified("C1", "B", "B")
    assert await classify("D", "2026-03-01") == Classified("C1", "B", "B")
    assert await classify("A", "2026-03-02") == Classified("C1", "A", "B")
    known = await other.registry.customer("C1")
    assert known is not None
    assert (known.segment, known.segment_date, known.segment_rule) == ("A", "2026-03-02", "rule-1")
    assert await events(store) == ["B", "A"]


async def test_changed_limits_are_told_with_what_they_were(store: Store) -> None:
    await store.registry.add_customer(customer())
    await store.registry.add_account(account())
    seen: list[tuple[Limits, Limits]] = []

    def tell(before: Limits, after: Limits) -> None:
        seen.append((before, after))

    await store.registry.update_limits(ACCOUNT, LimitChange(count=1), tell)
    await store.registry.update_limits(ACCOUNT, LimitChange(count=1), tell)
    assert set(seen) == {(account().limits, replace(account().limits, count=1))}


async def test_a_customers_grants_end_together_with_his_companys_representatives(store: Store) -> None:
    holders = ("C1", "C1.1001", "C10", "C10.1001", "C2")
    for place, holder in enumerate(holders):
        await store.grants.issue(grant(b"%d" % place, customer=holder))
    assert await store.grants.revoke(customer="C1", who="SUN", why="account_removed") == 2
    left = [await store.grants.grant(grant(b"%d" % place).token_hash) for place in range(5)]
    assert [each is None for each in left] == [True, True, False, False, False]
