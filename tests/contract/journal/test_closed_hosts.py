"""What waits for a closed host, in order and once; and what such a host said last."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from journal_rows import ACCOUNT, NOON, acceptance, cny, pending, settlement

from tellerline.gateway.journal.port import Journal, Store
from tellerline.gateway.journal.records import Acceptance, Accepted, Duplicate, Event, LastKnown, State
from tellerline.routing.model.accounts import Balance
from tellerline.routing.model.command import Effect
from tellerline.routing.model.outcome import Done

OPERATION = "accounts.ReportLoss"
BALANCE = "accounts.GetBalance"
QUEUED = Event(at=NOON, kind="queued", detail=b'{"host":"core"}')


def loss(seconds: float = 0, **changes: object) -> Acceptance:
    report = acceptance(operation=OPERATION, effect=Effect.STATE, amount=None, limited=None)
    return replace(report, accepted_at=NOON + timedelta(seconds=seconds), **changes)  # type: ignore[arg-type]


def reading(seconds: float = 0, minor: int = 1) -> LastKnown:
    balance = Balance(account=ACCOUNT, ledger=cny(minor), available=cny(minor), as_of="2026-03-02T12:00:00+08:00")
    read_at = NOON + timedelta(seconds=seconds)
    return LastKnown(operation=BALANCE, account=ACCOUNT, answer=Done(result=balance), read_at=read_at)


async def test_what_waits_is_there_with_its_event_and_closes_its_account(store: Store, other: Store) -> None:
    report = loss()
    assert await store.closed_hosts.accept(report, QUEUED) == Accepted()
    row = replace(pending(report), state=State.QUEUED)
    assert await other.journal.get(report.global_serial) == row
    assert list(await other.journal.history(report.global_serial)) == [QUEUED]
    assert list(await other.journal.unfinished(OPERATION)) == [row]
    assert list(await other.journal.claim_overdue("anybody", NOON + timedelta(days=9), 10)) == []
    assert list(await store.journal.reclaim(report.owner)) == []


async def test_a_serial_is_accepted_once_however_it_comes(store: Store, other: Store) -> None:
    report = loss()
    await store.closed_hosts.accept(report, QUEUED)
    again = loss(channel_serial=report.channel_serial)
    assert await other.closed_hosts.accept(again, QUEUED) == Duplicate(
        record=replace(pending(report), state=State.QUEUED)
    )
    assert await other.journal.accept(again) == Duplicate(record=replace(pending(report), state=State.QUEUED))
    sent = loss()
    await store.journal.accept(sent)
    late = loss(channel_serial=sent.channel_serial)
    assert await other.closed_hosts.accept(late, QUEUED) == Duplicate(record=pending(sent))
    assert list(await other.journal.history(late.global_serial)) == []


async def test_a_hosts_queue_is_in_the_order_of_acceptance(store: Store, other: Store) -> None:
    reports = [loss(3), loss(1), loss(2)]
    for report in (*reports, loss(host="credit")):
        await store.closed_hosts.accept(report, QUEUED)
    await store.journal.accept(loss())
    waiting = await other.closed_hosts.queued("core")
    ordered = [reports[1], reports[2], reports[0]]
    assert [row.global_serial for row in waiting] == [report.global_serial for report in ordered]
    assert len(await other.closed_hosts.queued("core", limit=2)) == 2
    assert list(await other.closed_hosts.awaited()) == ["core", "credit"]


async def test_what_waits_is_sent_by_one_gateway(store: Store, other: Store) -> None:
    report = loss()
    await store.closed_hosts.accept(report, QUEUED)
    claim = store.closed_hosts.claim
    assert await claim(report.global_serial, "one", NOON)
    assert not await other.closed_hosts.claim(report.global_serial, "two", NOON + timedelta(seconds=29))
    assert await claim(report.global_serial, "one", NOON + timedelta(seconds=29))
    assert await other.closed_hosts.claim(report.global_serial, "two", NOON + timedelta(seconds=60))
    done = settlement(report.global_serial)
    assert await store.journal.settle(done, frozenset({State.QUEUED})) is State.QUEUED
    assert not await claim(report.global_serial, "two", NOON + timedelta(seconds=61))
    assert list(await other.closed_hosts.queued("core")) == []


async def test_a_pending_row_may_be_queued_with_an_event(store: Store) -> None:
    report = loss()
    await store.journal.accept(report)
    queued = settlement(report.global_serial, State.QUEUED, events=(QUEUED,))
    assert await store.journal.settle(queued, frozenset({State.PENDING})) is State.PENDING
    [row] = await store.closed_hosts.queued("core")
    assert (row.state, row.settled_at) == (State.QUEUED, None)


async def test_what_was_said_last_is_kept_for_every_gateway(store: Store, other: Store, journal: Journal) -> None:
    assert await store.closed_hosts.recall(BALANCE, ACCOUNT) is None
    store.closed_hosts.remember(reading(1, minor=1))
    assert await store.closed_hosts.recall(BALANCE, ACCOUNT) == reading(1, minor=1)
    assert await other.closed_hosts.recall(BALANCE, ACCOUNT) == reading(1, minor=1)
    assert await other.closed_hosts.recall("accounts.GetLossReport", ACCOUNT) is None


async def test_an_older_reading_never_takes_the_place_of_a_newer_one(store: Store, other: Store) -> None:
    store.closed_hosts.remember(reading(2, minor=2))
    await store.closed_hosts.recall(BALANCE, ACCOUNT)
    other.closed_hosts.remember(reading(1, minor=1))
    assert await other.closed_hosts.recall(BALANCE, ACCOUNT) == reading(2, minor=2)


async def test_what_must_not_be_told_any_more_is_gone(store: Store, other: Store) -> None:
    store.closed_hosts.remember(reading(1))
    await store.closed_hosts.recall(BALANCE, ACCOUNT)
    store.closed_hosts.forget(BALANCE, ACCOUNT, NOON)
    assert await store.closed_hosts.recall(BALANCE, ACCOUNT) is None
    assert await other.closed_hosts.recall(BALANCE, ACCOUNT) is None


async def test_an_enquirys_event_is_written_down_without_being_waited_for(store: Store) -> None:
    store.closed_hosts.note("G1", QUEUED)
    await store.closed_hosts.recall(BALANCE, ACCOUNT)
    assert list(await store.journal.history("G1")) == [QUEUED]


async def test_a_balance_is_not_told_after_its_accounts_loss_was_reported(store: Store, other: Store) -> None:
    store.closed_hosts.remember(reading())
    report = loss(5)
    await store.journal.accept(report)
    known = await other.closed_hosts.recall(BALANCE, ACCOUNT, closed_by=OPERATION)
    assert known is None or known.answer is None
    assert await store.closed_hosts.recall(BALANCE, ACCOUNT, closed_by=OPERATION) == replace(reading(), answer=None)
    assert await store.closed_hosts.recall(BALANCE, ACCOUNT) == reading()
    await store.journal.settle(settlement(report.global_serial, State.REJECTED), frozenset({State.PENDING}))
    assert await store.closed_hosts.recall(BALANCE, ACCOUNT, closed_by=OPERATION) == reading()


async def test_a_balance_read_after_the_report_was_lifted_is_told_again(store: Store) -> None:
    report = loss()
    await store.journal.accept(report)
    await store.journal.settle(settlement(report.global_serial), frozenset({State.PENDING}))
    store.closed_hosts.remember(reading(3600))
    assert await store.closed_hosts.recall(BALANCE, ACCOUNT, closed_by=OPERATION) == reading(3600)
