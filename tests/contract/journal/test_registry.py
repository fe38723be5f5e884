"""Signed customers and their registered accounts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from journal_rows import ACCOUNT, account, customer

from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.records import CustomerChange, LimitChange, Limits


async def test_a_customer_is_kept_as_given(store: Store, other: Store) -> None:
    assert await store.registry.add_customer(customer())
    assert await other.registry.customer("C1") == customer()
    assert await store.registry.customer("C2") is None


async def test_a_customer_is_found_by_his_mobile_number(store: Store, other: Store) -> None:
    for number, mobile in (("C2", "11000000001"), ("C1", "11000000001"), ("C3", "11000000003"), ("C4", "")):
        await store.registry.add_customer(replace(customer(number, f"D{number}"), mobile=mobile))
    found = await other.registry.customers_of("11000000001", 5)
    assert [each.number for each in found] == ["C1", "C2"]
    assert [each.number for each in await store.registry.customers_of("11000000001", 1)] == ["C1"]
    assert not await store.registry.customers_of("", 5)
    assert not await store.registry.customers_of("11000000009", 5)


async def test_changes_of_a_customer_leave_the_rest_as_it_is(store: Store, other: Store) -> None:
    await store.registry.add_customer(customer())
    moved = await store.registry.update_customer("C1", CustomerChange(mobile="11000000007"))
    assert moved == replace(customer(), mobile="11000000007")
    promoted = await other.registry.update_customer("C1", CustomerChange(tier="GROUP"))
    assert promoted == replace(customer(), mobile="11000000007", tier="GROUP")
    assert await store.registry.customers_of("11000000007", 5) == [promoted]
    forgotten = await store.registry.update_customer("C1", CustomerChange(mobile=""))
    assert forgotten == replace(customer(), tier="GROUP")
    assert not await store.registry.customers_of("11000000007", 5)
    assert await store.registry.update_customer("nobody", CustomerChange(tier="VIP")) is None


async def test_neither_a_number_nor_a_document_is_registered_twice(store: Store) -> None:
    assert await store.registry.add_customer(customer("C1", "D1"))
    assert not await store.registry.add_customer(customer("C1", "D2"))
    assert not await store.registry.add_customer(customer("C2", "D1"))
    assert await store.registry.customer("C1") == customer("C1", "D1")
    assert await store.registry.customer("C2") is None


async def test_accounts_get_the_next_sequence_number_of_their_customer(store: Store, other: Store) -> None:
    await store.registry.add_customer(customer("C1", "D1"))
    await store.registry.add_customer(customer("C2", "D2"))
    first = await store.registry.add_account(account("A1", "C1"))
    assert first == account("A1", "C1", sequence=1)
    assert await store.registry.add_account(account("B1", "C2")) == account("B1", "C2", sequence=1)
    assert await store.registry.add_account(account("A1", "C1")) is None
    assert await store.registry.add_account(account("A1", "C2")) is None
    second = await store.registry.add_account(account("A2", "C1"))
    assert second == account("A2", "C1", sequence=2)
    assert list(await other.registry.accounts("C1")) == [first, second]
    assert await other.registry.account("C1", 2) == second
    assert await other.registry.find_account("A1") == first
    assert await other.registry.account("C1", 3) is None
    assert await other.registry.find_account("A3") is None


async def test_accounts_need_a_signed_customer(store: Store) -> None:
    assert await store.registry.add_account(account("A1", "nobody")) is None
    assert await store.registry.find_account("A1") is None


async def test_accounts_added_at_once_get_all_numbers_without_gap(stores: Sequence[Store]) -> None:
    await stores[0].registry.add_customer(customer())
    added = await asyncio.gather(
        *(stores[n % len(stores)].registry.add_account(account(f"A{n // 2}", "C1")) for n in range(40))
    )
    assert sorted(each.sequence for each in added if each is not None) == list(range(1, 21))
    assert [each.sequence for each in await stores[0].registry.accounts("C1")] == list(range(1, 21))


async def test_updated_limits_show_at_once_in_this_process(store: Store) -> None:
    await store.registry.add_customer(customer())
    await store.registry.add_account(account())
    before = await store.registry.account("C1", 1)
    assert before is not None
    lowered = Limits(single=1, daily=2, count=1)
    assert await store.registry.update_limits(ACCOUNT, LimitChange(single=1, daily=2, count=1)) == lowered
    assert await store.registry.account("C1", 1) == replace(before, limits=lowered)
    assert await store.registry.update_limits("nowhere", LimitChange(single=1)) is None


async def test_changes_of_different_limits_at_once_all_hold(stores: Sequence[Store]) -> None:
    await stores[0].registry.add_customer(customer())
    await stores[0].registry.add_account(account())
    changes = [LimitChange(single=11), LimitChange(daily=22), LimitChange(count=3)] * 4
    await asyncio.gather(
        *(stores[n % len(stores)].registry.update_limits(ACCOUNT, change) for n, change in enumerate(changes))
    )
    assert await stores[0].registry.update_limits(ACCOUNT, LimitChange()) == Limits(single=11, daily=22, count=3)
