"""Search: every filter, newest first, page by page; and the enquiries that are written behind."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from journal_rows import NOON, PENDING, acceptance, doubted, enquiry, pending, settlement
from journal_stores import until

from tellerline.gateway.journal.port import Journal, Store
from tellerline.gateway.journal.records import Acceptance, Record, Search, State
from tellerline.routing.model.command import Effect


async def accepted(journal: Journal, count: int) -> list[Acceptance]:
    """Rows accepted pairwise at the same instant, oldest first."""
    rows = [acceptance(limited=None, accepted_at=NOON + timedelta(seconds=n // 2)) for n in range(count)]
    await asyncio.gather(*(journal.accept(row) for row in rows))
    return rows


def serials(rows: Sequence[Acceptance | Record]) -> list[str]:
    return [row.global_serial for row in rows]


async def test_pages_are_newest_first_without_gap_or_repetition(journal: Journal, other: Store) -> None:
    rows = await accepted(journal, 25)
    seen: list[str] = []
    while page := await other.journal.search(Search(after=seen[-1] if seen else "", limit=7)):
        assert len(page) <= 7
        seen += serials(page)
    assert seen == serials(rows)[::-1]
    assert list(await journal.search(Search(after="nowhere"))) == []


@pytest.mark.parametrize(
    "name", ["global_serial", "channel", "channel_serial", "customer", "account", "operation", "host", "call"]
)
async def test_each_field_filters(journal: Journal, name: str) -> None:
    await accepted(journal, 2)
    wanted = acceptance(**{name: "the-one"})
    await journal.accept(wanted)
    wanted_field: Any = {name: "the-one"}
    found = await journal.search(Search(**wanted_field))
    assert serials(found) == [wanted.global_serial]


async def test_states_host_serial_and_time_filter_together(journal: Journal) -> None:
    rows = await accepted(journal, 6)
    for row in rows[1:]:
        state = State.REJECTED if row is rows[4] else State.DONE
        await journal.settle(settlement(row.global_serial, state, host_serial=f"H{row.global_serial}"), PENDING)
    final = Search(states=(State.DONE, State.REJECTED), accepted_from=NOON, accepted_before=NOON + timedelta(seconds=2))
    assert serials(await journal.search(final)) == serials([rows[3], rows[2], rows[1]])
    late = replace(final, accepted_from=NOON + timedelta(seconds=2), accepted_before=None)
    assert serials(await journal.search(late)) == serials([rows[5], rows[4]])
    assert serials(await journal.search(Search(host_serial=f"H{rows[2].global_serial}"))) == [rows[2].global_serial]


async def test_rows_of_several_states_are_one_list_in_order_of_time(journal: Journal, other: Store) -> None:
    rows = await accepted(journal, 24)
    ends = [State.DONE, State.REJECTED, State.MANUAL, State.NOT_SENT, None, State.REVERSED]
    for row, end in zip(rows, ends * 4, strict=True):
        if end:
            await journal.settle(settlement(row.global_serial, end), PENDING)
    rare = Search(states=(State.REVERSED, State.PENDING, State.MANUAL, State.REJECTED), limit=3)
    wanted = [row for row, end in zip(rows, ends * 4, strict=True) if end not in (State.DONE, State.NOT_SENT)][::-1]
    seen: list[str] = []
    while page := await other.journal.search(replace(rare, after=seen[-1] if seen else "")):
        seen += serials(page)
    assert seen == serials(wanted)
    since = replace(
        rare, accepted_from=NOON + timedelta(seconds=4), accepted_before=NOON + timedelta(seconds=8), limit=9
    )
    assert serials(await journal.search(since)) == serials([row for row in wanted if row in rows[8:16]])


async def test_a_channel_serial_finds_transactions_and_enquiries_of_every_channel(journal: Journal) -> None:
    asked = enquiry(channel_serial="S1", accepted_at=NOON + timedelta(seconds=1))
    journal.audit(asked)
    rows = [acceptance(channel_serial="S1", channel=channel, limited=None) for channel in ("ivr", "agent")]
    for row in [*rows, acceptance(limited=None)]:
        await journal.accept(row)
    found = serials(await journal.search(Search(channel_serial="S1")))
    assert found[0] == asked.global_serial
    assert sorted(found[1:]) == sorted(serials(rows))
    assert serials(await journal.search(Search(channel="agent", channel_serial="S1"))) == serials(rows[1:])


async def test_audited_enquiries_are_found_but_never_by_their_channel_serial_alone(journal: Journal) -> None:
    asked = [enquiry() for _ in range(3)]
    for each in asked:
        journal.audit(each)
    assert sorted(serials(await journal.search(Search()))) == sorted(serials(asked))
    assert await journal.get(asked[0].global_serial) == asked[0]
    assert await journal.find(asked[0].channel, asked[0].channel_serial) is None


async def test_an_audited_enquiry_is_visible_to_others_soon(journal: Journal, other: Store) -> None:
    asked = enquiry()
    journal.audit(asked)

    async def visible() -> bool:
        return await other.journal.get(asked.global_serial) == asked

    await until(visible)


async def test_many_enquiries_at_once_are_all_written(journal: Journal) -> None:
    asked = [enquiry(accepted_at=NOON + timedelta(seconds=n)) for n in range(1700)]
    for each in asked:
        journal.audit(each)
    assert serials(await journal.search(Search(limit=2000))) == serials(asked)[::-1]


async def audited_of_an_account(journal: Journal) -> list[Record]:
    """Of three customers, of nobody, and a transfer; with others' in between, two at each instant; oldest first."""
    wanted: list[Record] = []
    for n, customer in enumerate(["C1", "C2", "", "C1", "", "C3", "C2", "C1"]):
        at = NOON + timedelta(seconds=n // 2)
        state = State.REJECTED if n % 3 == 0 else State.DONE
        wanted.append(enquiry(customer=customer, account="A1", accepted_at=at, state=state))
        for other in (wanted[-1], enquiry(customer=customer, account="A2", accepted_at=at)):
            journal.audit(other)
    paid = acceptance(customer="C2", account="A1", limited=None, accepted_at=NOON + timedelta(seconds=3))
    await journal.accept(paid)
    return [*wanted, pending(paid)]


async def test_an_account_finds_what_anybody_enquired_about_it(journal: Journal, other: Store) -> None:
    wanted = await audited_of_an_account(journal)
    await journal.search(Search(limit=1))
    seen: list[Record] = []
    while page := await other.journal.search(
        Search(account="A1", after=seen[-1].global_serial if seen else "", limit=2)
    ):
        assert len(page) <= 2
        seen += page
    assert seen == wanted[::-1]
    assert await other.journal.search(Search(account="A3")) == []


async def test_an_account_is_narrowed_by_everything_else(journal: Journal) -> None:
    wanted = await audited_of_an_account(journal)

    async def found(**more: Any) -> list[Record]:
        return list(await journal.search(Search(account="A1", **more)))[::-1]

    second, third = NOON + timedelta(seconds=1), NOON + timedelta(seconds=2)
    assert await found(customer="C2") == [row for row in wanted if row.customer == "C2"]
    assert await found(states=(State.DONE,)) == [row for row in wanted if row.state is State.DONE]
    assert await found(states=(State.PENDING,)) == wanted[-1:]
    assert await found(accepted_from=second, accepted_before=third) == wanted[2:4]
    for row in wanted:
        assert await found(channel_serial=row.channel_serial) == [row]
        assert await found(global_serial=row.global_serial) == [row]
    assert await found(call=wanted[0].call, operation="accounts.GetBalance") == wanted[:-1]


async def test_unfinished_state_changes_are_paged_and_nothing_else_is_among_them(journal: Journal) -> None:
    wanted = [acceptance(limited=None, effect=Effect.STATE, operation="accounts.ReportLoss") for _ in range(5)]
    others = [acceptance(limited=None), acceptance(limited=None, effect=Effect.STATE)]
    for row in [*wanted, *others]:
        await journal.accept(row)
    await journal.settle(settlement(wanted[0].global_serial), PENDING)
    await journal.settle(doubted(wanted[1]), PENDING)
    await journal.settle(settlement(wanted[2].global_serial, State.MANUAL), PENDING)
    seen: list[str] = []
    while page := await journal.unfinished("accounts.ReportLoss", after=seen[-1] if seen else "", limit=2):
        seen += serials(page)
    assert seen == serials(wanted[1:])


async def test_what_does_not_exist_is_none(journal: Journal) -> None:
    assert await journal.get("nowhere") is None
    assert await journal.find("ivr", "nowhere") is None
