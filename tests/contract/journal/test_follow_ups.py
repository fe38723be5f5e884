"""What a channel says afterwards: written whole or not at all, once for each serial, by what it was read with."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from journal_rows import NOON, PENDING, acceptance, doubt, settlement

from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.records import Acceptance, DoubtStage, Duplicate, Event, State
from tellerline.gateway.journal.sayings import About, Addition, Said, Saying
from tellerline.routing.model.command import Effect

KIND = "dispensed"


async def done(store: Store) -> Acceptance:
    """A withdrawal that the host has booked."""
    row = acceptance(operation="cash.WithdrawCash", limited=None)
    await store.journal.accept(row)
    await store.journal.settle(settlement(row.global_serial, outcome=b'{"kind":"DONE"}', host_serial="H1"), PENDING)
    return row


def addition(state: State = State.DONE, **changes: Any) -> Addition:
    row = acceptance(operation="cash.ReverseWithdrawal", effect=Effect.STATE, limited=None, host="", **changes)
    return Addition(acceptance=row, settlement=settlement(row.global_serial, state))


def about(row: Acceptance, *, stood: State = State.DONE, heard: int = 0, **changes: Any) -> About:
    event = Event(at=NOON, kind=KIND, detail=b'{"minor":0}')
    return replace(About(global_serial=row.global_serial, stood=stood, kind=KIND, heard=heard, event=event), **changes)


def taking_back(row: Acceptance) -> About:
    change = settlement(row.global_serial, State.IN_DOUBT, doubt=doubt(row, stage=DoubtStage.REVERSE))
    return about(row, change=change)


async def test_a_saying_is_a_row_and_an_event_of_what_it_is_about(store: Store, other: Store) -> None:
    row, saying = await done(store), addition()
    assert await store.follow_ups.say(Saying(row=saying, about=about(row))) is Said.WRITTEN
    found = await other.journal.find(saying.acceptance.channel, saying.acceptance.channel_serial)
    assert found is not None
    assert (found.state, found.operation, found.settled_at) == (
        State.DONE,
        "cash.ReverseWithdrawal",
        saying.settlement.at,
    )
    assert [event.kind for event in await other.journal.history(row.global_serial)] == [KIND]
    assert list(await other.journal.reclaim("gateway-1")) == []


async def test_a_done_transaction_is_taken_back_and_keeps_what_the_host_said(store: Store, other: Store) -> None:
    row = await done(store)
    assert await store.follow_ups.say(Saying(row=addition(), about=taking_back(row))) is Said.WRITTEN
    found = await other.journal.get(row.global_serial)
    assert found is not None
    assert (found.state, found.host_serial, found.settled_at) == (State.IN_DOUBT, "H1", None)
    (opened,) = await other.journal.claim_doubts("two", NOON, 9)
    assert (opened.global_serial, opened.stage) == (row.global_serial, DoubtStage.REVERSE)


async def test_another_row_may_follow_from_it(store: Store, other: Store) -> None:
    row, rest = await done(store), acceptance(operation="cash.ReturnCash", limited=None)
    opened = settlement(rest.global_serial, State.IN_DOUBT, doubt=doubt(rest))
    others = (Addition(acceptance=rest, settlement=opened),)
    assert await store.follow_ups.say(Saying(row=addition(), about=about(row), others=others)) is Said.WRITTEN
    (due,) = await other.journal.claim_doubts("two", NOON, 9)
    assert due.global_serial == rest.global_serial


async def test_nothing_is_written_about_what_has_changed_since(store: Store, other: Store) -> None:
    row = await done(store)
    await other.journal.note(row.global_serial, Event(at=NOON, kind=KIND))
    for outdated in (about(row), about(row, heard=2), about(row, stood=State.PENDING, heard=1)):
        saying = addition()
        rest = addition()
        assert await store.follow_ups.say(Saying(row=saying, about=outdated, others=(rest,))) is Said.OUTDATED
        assert await store.journal.get(saying.acceptance.global_serial) is None
        assert await store.journal.get(rest.acceptance.global_serial) is None
    assert len(await store.journal.history(row.global_serial)) == 1
    assert await store.follow_ups.say(Saying(row=addition(), about=about(row, heard=1))) is Said.WRITTEN


async def test_a_serial_says_one_thing(store: Store, other: Store) -> None:
    row, saying = await done(store), addition()
    await store.follow_ups.say(Saying(row=saying, about=about(row)))
    serial = saying.acceptance.channel_serial
    again = await other.follow_ups.say(Saying(row=addition(channel_serial=serial), about=taking_back(row)))
    assert isinstance(again, Duplicate)
    assert again.record.global_serial == saying.acceptance.global_serial
    found = await store.journal.get(row.global_serial)
    assert found is not None
    assert found.state is State.DONE


async def test_what_is_not_there_yet_can_never_come(store: Store, other: Store) -> None:
    late = acceptance(operation="cash.WithdrawCash", limited=None)
    tombstone = addition(State.REVERSED, channel_serial=late.channel_serial)
    assert await store.follow_ups.say(Saying(row=addition(), about=None, others=(tombstone,))) is Said.WRITTEN
    verdict = await other.journal.accept(late)
    assert isinstance(verdict, Duplicate)
    assert (verdict.record.global_serial, verdict.record.state) == (tombstone.acceptance.global_serial, State.REVERSED)


async def test_a_transaction_that_comes_first_is_seen(store: Store, other: Store) -> None:
    row, saying = acceptance(operation="cash.WithdrawCash", limited=None), addition()
    await other.journal.accept(row)
    tombstone = addition(State.REVERSED, channel_serial=row.channel_serial)
    assert await store.follow_ups.say(Saying(row=saying, about=None, others=(tombstone,))) is Said.OUTDATED
    assert await store.journal.get(saying.acceptance.global_serial) is None


async def test_of_many_at_once_one_is_the_first(store: Store, other: Store) -> None:
    row = await done(store)
    sayings = [Saying(row=addition(), about=taking_back(row)) for _ in range(10)]
    verdicts = await asyncio.gather(
        *((store, other)[place % 2].follow_ups.say(saying) for place, saying in enumerate(sayings))
    )
    assert sorted(map(str, verdicts)) == [Said.OUTDATED] * 9 + [Said.WRITTEN]


async def test_of_a_transaction_and_its_tombstone_one_gets_the_serial(store: Store, other: Store) -> None:
    for _ in range(10):
        row = acceptance(operation="cash.WithdrawCash", limited=None)
        tombstone = addition(State.REVERSED, channel_serial=row.channel_serial)
        saying = Saying(row=addition(), about=None, others=(tombstone,))
        said, accepted = await asyncio.gather(store.follow_ups.say(saying), other.journal.accept(row))
        assert (said is Said.WRITTEN) == isinstance(accepted, Duplicate)


async def test_a_pending_transaction_is_taken_back_under_whoever_works_on_it(store: Store, other: Store) -> None:
    row = acceptance(operation="cash.WithdrawCash", limited=None)
    await store.journal.accept(row)
    saying = Saying(row=addition(), about=replace(taking_back(row), stood=State.PENDING))
    assert await other.follow_ups.say(saying) is Said.WRITTEN
    late = settlement(row.global_serial, before_reversal=True)
    assert await store.journal.settle(late, frozenset({State.PENDING, State.IN_DOUBT})) is None


async def test_nothing_stays_of_a_saying_whose_serials_are_not_all_free(store: Store, other: Store) -> None:
    """Its own serial is taken after it was looked for, by somebody at the same moment."""
    first, word = addition(), addition()
    taken = replace(word, acceptance=replace(addition().acceptance, channel_serial=word.acceptance.channel_serial))
    assert await store.follow_ups.say(Saying(row=word, about=None, others=(first, taken))) is Said.OUTDATED
    for each in (first, word, taken):
        assert await other.journal.get(each.acceptance.global_serial) is None
