"""What happened between a customer and the bank: one history of transactions, grants and everything else."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from journal_rows import ACCOUNT, NOON, acceptance, account, customer, enquiry, grant

from tellerline.gateway.journal.access_records import AccessEvent
from tellerline.gateway.journal.customer_records import (
    Change,
    Happening,
    HappeningSearch,
    Interaction,
    InteractionKind,
    Representative,
)
from tellerline.gateway.journal.interactions import position_of
from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.records import Record
from tellerline.routing.model.codes import Code


def happened(minutes: int = 0, **changes: Any) -> Interaction:
    usual = Interaction(
        customer="C1",
        at=NOON + timedelta(minutes=minutes),
        kind=InteractionKind.PIN,
        channel="ATM",
        event="pin_refused",
        reference="S1",
        sequence=1,
        code=Code.PIN_INVALID,
        call="call-1",
        agent="8001",
        representative="1001",
        changes=(Change("failure_count", "1", "2"),),
        reason="忘记",
    )
    return replace(usual, **changes)


async def pages(store: Store, search: HappeningSearch) -> list[Happening]:
    """All of them, page by page."""
    found: list[Happening] = []
    while page := await store.interactions.page(search):
        found += page
        search = replace(search, after=position_of(page[-1]))
    return found


def when(happening: Happening) -> datetime:
    return happening.accepted_at if isinstance(happening, Record) else happening.at


async def fill(store: Store) -> int:
    """Five of each sort, two of each sort at each instant; returns how many."""
    for n in range(5):
        at = NOON + timedelta(minutes=n // 2)
        await store.journal.accept(acceptance(account=f"A{n}", accepted_at=at, limited=None))
        await store.interactions.tell(happened(n // 2, event=f"e{n}"))
        await store.grants.issue(grant(b"%d" % n, issued_at=at, expires_at=at + timedelta(days=9)))
    return 15


async def test_what_is_told_is_kept_as_told(store: Store, other: Store) -> None:
    told = await store.interactions.tell(happened())
    assert told == replace(happened(), number=told.number)
    assert list(await other.interactions.page(HappeningSearch(customer="C1"))) == [told]
    assert not await other.interactions.page(HappeningSearch(customer="C2"))


async def test_what_has_a_key_is_told_once(stores: Sequence[Store]) -> None:
    told = await asyncio.gather(
        *(store.interactions.tell(happened(n, key="K1")) for n, store in enumerate([*stores] * 3))
    )
    assert len({each.number for each in told}) == 1
    assert len(await stores[0].interactions.page(HappeningSearch(customer="C1"))) == 1


@pytest.mark.parametrize("size", [1, 2, 3, 50])
async def test_pages_of_any_size_are_the_whole_history_newest_first(store: Store, size: int) -> None:
    count = await fill(store)
    whole = await pages(store, HappeningSearch(customer="C1", limit=size))
    assert len(whole) == count
    assert [when(each) for each in whole] == sorted(map(when, whole), reverse=True)
    assert len({(type(each), position_of(each).which) for each in whole}) == count
    assert whole == await pages(store, HappeningSearch(customer="C1"))


async def test_what_is_filtered_by_is_all_that_is_left(store: Store) -> None:
    await fill(store)
    await store.interactions.tell(happened(channel="COUNTER", kind=InteractionKind.LIMITS, sequence=2))

    async def found(**filters: Any) -> list[Happening]:
        return await pages(store, HappeningSearch(customer="C1", limit=2, **filters))

    grants = await found(kinds=frozenset({InteractionKind.GRANT}))
    assert [type(each) for each in grants] == [AccessEvent] * 5
    assert len(await found(kinds=frozenset({InteractionKind.TRANSACTION}))) == 5
    both = frozenset({InteractionKind.LIMITS, InteractionKind.TRANSACTION})
    assert len(await found(kinds=both)) == 6
    assert len(await found(channel="COUNTER")) == 1
    about_one = await found(account="A1", sequence=2)
    assert {type(each) for each in about_one} == {Record, Interaction}
    assert len(about_one) == 2
    late = NOON + timedelta(minutes=1)
    assert len(await found(since=late)) == 9
    assert len(await found(before=late)) == 7


async def test_enquiries_can_be_left_out_and_proofs_by_pin_are(store: Store) -> None:
    store.journal.audit(enquiry())
    store.journal.audit(enquiry(operation="customers.VerifyPin"))
    await store.journal.accept(acceptance())
    history = [
        each.operation for each in await pages(store, HappeningSearch(customer="C1")) if isinstance(each, Record)
    ]
    assert sorted(history) == ["accounts.GetBalance", "transfers.CreateTransfer"]
    (left,) = await pages(store, HappeningSearch(customer="C1", without_enquiries=True))
    assert isinstance(left, Record)
    assert left.operation == "transfers.CreateTransfer"


async def test_a_company_has_the_history_of_all_its_representatives(store: Store) -> None:
    await store.registry.add_customer(replace(customer(), kind="CORPORATE"))
    known = Representative(company="C1", number="1001", name="李", accounts=(1,), active=True, registered_at=NOON)
    assert await store.dossiers.add_representative(known, lambda before, after: None)
    await store.journal.accept(acceptance(customer="C1.1001"))
    await store.journal.accept(acceptance(customer="C1.1002", account="A2"))
    await store.journal.accept(acceptance(customer="C10.1001", account="A3"))
    await store.interactions.tell(happened(representative="1002"))
    whole = await pages(store, HappeningSearch(customer="C1"))
    assert {each.customer for each in whole} == {"C1", "C1.1001", "C1.1002"}
    his = await pages(store, HappeningSearch(customer="C1", representative="1001"))
    assert [each.customer for each in his] == ["C1.1001"]


async def test_a_change_and_what_is_told_of_it_are_one_write(store: Store) -> None:
    await store.registry.add_customer(customer(), happened(event="customer_registered"))
    assert not await store.registry.add_customer(customer("C9"), happened(event="never"))
    await store.registry.add_account(account(), lambda added: happened(sequence=added.sequence, event="added"))
    await store.registry.add_account(account(), lambda added: happened(event="never"))
    await store.registry.remove_account("C1", 1, lambda removed: happened(event="removed", reference=removed.account))
    await store.registry.remove_account("C1", 1, lambda removed: happened(event="never"))
    events = [
        each.event for each in await pages(store, HappeningSearch(customer="C1")) if isinstance(each, Interaction)
    ]
    assert events == ["removed", "added", "customer_registered"]


async def test_history_holds_no_account_number(store: Store) -> None:
    await store.registry.add_customer(customer())
    await store.registry.add_account(account(), lambda added: happened(sequence=added.sequence))
    assert ACCOUNT not in repr(await store.interactions.page(HappeningSearch(customer="C1")))
