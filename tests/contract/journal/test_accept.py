"""Accepting: durable, once per channel serial, within the limits, as if callers had come one after the other."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from journal_rows import ACCOUNT, DAY, acceptance, account, cny, customer, enquiry, pending

from tellerline.gateway.journal.port import Journal, Store
from tellerline.gateway.journal.records import Accepted, Duplicate, LimitChange, Limits, LimitUsage, OverLimit, State
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Effect


async def test_an_accepted_row_is_there_as_it_was_given(journal: Journal, other: Store) -> None:
    wanted = acceptance()
    assert await journal.accept(wanted) == Accepted()
    assert await journal.get(wanted.global_serial) == pending(wanted)
    assert await other.journal.find(wanted.channel, wanted.channel_serial) == pending(wanted)


async def test_a_row_without_amount_agent_and_limits_is_kept_too(journal: Journal) -> None:
    bare = acceptance(amount=None, limited=None, effect=Effect.STATE, agent="", call="", trace="")
    assert await journal.accept(bare) == Accepted()
    assert await journal.get(bare.global_serial) == pending(bare)
    assert await journal.limit_usage(ACCOUNT, DAY) == LimitUsage(total=0, count=0)


async def test_a_taken_serial_answers_with_the_first_row_whatever_the_payload(journal: Journal, other: Store) -> None:
    first = acceptance()
    await journal.accept(first)
    again = acceptance(channel_serial=first.channel_serial, payload_hash=b"\x02" * 32, amount=cny(99_00))
    assert await other.journal.accept(again) == Duplicate(record=pending(first))
    assert await journal.get(again.global_serial) is None
    assert await journal.limit_usage(ACCOUNT, DAY) == LimitUsage(total=10_000, count=1)


async def test_a_taken_serial_wins_over_a_spent_limit(journal: Journal) -> None:
    rows = [acceptance() for _ in range(3)]
    for row in rows:
        await journal.accept(row)
    again = replace(rows[0], global_serial="G-again")
    assert await journal.accept(again) == Duplicate(record=pending(rows[0]))


async def test_serials_belong_to_their_channel_and_enquiries_do_not_take_them(journal: Journal) -> None:
    first = acceptance()
    asked = enquiry(channel_serial=first.channel_serial)
    journal.audit(asked)
    assert await journal.get(asked.global_serial) == asked
    assert await journal.accept(first) == Accepted()
    assert await journal.accept(acceptance(channel="atm", channel_serial=first.channel_serial)) == Accepted()
    found = await journal.find(first.channel, first.channel_serial)
    assert found is not None
    assert found.global_serial == first.global_serial


@pytest.mark.parametrize(
    ("amounts", "code"),
    [
        ([2_000_001], Code.LIMIT_SINGLE_EXCEEDED),
        ([2_000_000, 2_000_000, 1_000_001], Code.LIMIT_DAILY_EXCEEDED),
        ([1, 1, 1, 1], Code.LIMIT_COUNT_EXCEEDED),
    ],
)
async def test_each_default_limit_refuses_the_transfer_that_breaks_it(
    journal: Journal, amounts: list[int], code: Code
) -> None:
    *within, over = [acceptance(amount=cny(minor), limited=cny(minor)) for minor in amounts]
    for row in within:
        assert await journal.accept(row) == Accepted()
    used = LimitUsage(total=sum(amounts[:-1]), count=len(within))
    refused = OverLimit(code=code, limits=Limits(single=2_000_000, daily=5_000_000, count=3), usage=used)
    assert await journal.accept(over) == refused
    assert await journal.get(over.global_serial) is None
    assert await journal.limit_usage(ACCOUNT, DAY) == used


async def test_the_exact_daily_total_is_within_the_limit(journal: Journal) -> None:
    for minor in (2_000_000, 2_000_000, 1_000_000):
        assert await journal.accept(acceptance(limited=cny(minor))) == Accepted()


async def test_limits_are_counted_per_account_and_day(journal: Journal) -> None:
    rows = [acceptance() for _ in range(3)]
    rows += [acceptance(account="other") for _ in range(3)]
    rows += [acceptance(limit_day="2026-03-03") for _ in range(3)]
    assert [await journal.accept(row) for row in rows] == [Accepted()] * 9


async def test_a_registered_accounts_own_limits_hold_from_the_next_acceptance(store: Store, other: Store) -> None:
    await store.registry.add_customer(customer())
    await store.registry.add_account(account())
    big = acceptance(limited=cny(1_000_001))
    refused = await other.journal.accept(big)
    assert isinstance(refused, OverLimit)
    assert refused.code is Code.LIMIT_SINGLE_EXCEEDED
    lowered = Limits(single=500, daily=600, count=1)
    assert await store.registry.update_limits(ACCOUNT, LimitChange(single=500, daily=600, count=1)) == lowered
    assert await other.journal.accept(acceptance(limited=cny(501))) == OverLimit(
        code=Code.LIMIT_SINGLE_EXCEEDED, limits=lowered, usage=LimitUsage(total=0, count=0)
    )


async def test_200_at_once_with_room_for_3_accept_exactly_3(stores: Sequence[Store]) -> None:
    rows = [acceptance() for _ in range(200)]
    answers = await asyncio.gather(*(stores[n % len(stores)].journal.accept(row) for n, row in enumerate(rows)))
    assert Counter(type(answer) for answer in answers) == {Accepted: 3, OverLimit: 197}
    assert {answer.code for answer in answers if isinstance(answer, OverLimit)} == {Code.LIMIT_COUNT_EXCEEDED}
    assert await stores[0].journal.limit_usage(ACCOUNT, DAY) == LimitUsage(total=30_000, count=3)


async def test_1000_serials_times_20_duplicates_are_1000_rows_and_identical_answers(stores: Sequence[Store]) -> None:
    firsts = [acceptance(limited=cny(1), account=f"A{n}") for n in range(1000)]
    calls = [
        stores[copy % len(stores)].journal.accept(replace(first, global_serial=f"{first.global_serial}-{copy}"))
        for first in firsts
        for copy in range(20)
    ]
    answers = await asyncio.gather(*calls)
    for number, first in enumerate(firsts):
        of_serial = answers[20 * number : 20 * number + 20]
        kept = await stores[0].journal.find(first.channel, first.channel_serial)
        assert kept is not None
        assert of_serial.count(Accepted()) == 1
        assert of_serial.count(Duplicate(record=kept)) == 19
        assert kept.state is State.PENDING
        assert await stores[0].journal.limit_usage(first.account, DAY) == LimitUsage(total=1, count=1)
