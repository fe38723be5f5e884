"""What was proved by PIN ends in the write that says that the PIN is another one."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from journal_rows import NOON, PENDING, acceptance, doubt, doubted, grant, settlement
from leaping_clock import LeapingClock

from tellerline.gateway.journal.access_records import AccessKind, AccessSearch, grant_id
from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.records import (
    Acceptance,
    CaseEnding,
    DoubtStage,
    Event,
    PinTries,
    ProofsEnd,
    Resolution,
    State,
)

LONG = NOON + timedelta(days=36_500)
OLD, KEPT, STRANGERS = grant(b"old", expires_at=LONG), grant(b"kept", expires_at=LONG), grant(b"other", customer="C2")
ENDS = ProofsEnd(customer="C1", kept=KEPT.token_hash, who="T1", why="pin_changed")


async def accepted(store: Store) -> Acceptance:
    row = acceptance()
    await store.journal.accept(row)
    for each in (OLD, KEPT, STRANGERS, grant(b"representative", customer="C1.01")):
        await store.grants.issue(each)
    return row


async def live(store: Store) -> set[bytes]:
    tokens = (OLD, KEPT, STRANGERS, grant(b"representative"))
    found = [await store.grants.grant(each.token_hash) for each in tokens]
    return {each.token_hash.rstrip(b".") for each in found if each is not None}


async def test_all_grants_but_the_one_that_is_kept_end_with_the_settlement(
    store: Store, other: Store, leaping: LeapingClock
) -> None:
    row = await accepted(store)
    assert await live(store) == await live(other) == {b"old", b"kept", b"other", b"representative"}
    assert await store.journal.settle(settlement(row.global_serial, proofs=ENDS), PENDING) is State.PENDING
    assert await live(store) == {b"kept", b"other", b"representative"}
    leaping.leap(1.0)
    assert await live(other) == {b"kept", b"other", b"representative"}
    revoked, *_ = await other.access_trail.newest(AccessSearch(customer="C1"))
    assert (revoked.kind, revoked.grant_id) == (AccessKind.REVOKED, grant_id(OLD.token_hash))
    assert (revoked.who, revoked.why) == ("T1", "pin_changed")


async def test_they_end_in_this_process_at_once_with_a_plan_too(store: Store) -> None:
    row = await accepted(store)
    assert await live(store) == {b"old", b"kept", b"other", b"representative"}
    over = settlement(row.global_serial, legs=(), proofs=ENDS)
    assert await store.journal.settle(over, PENDING) is State.PENDING
    assert await live(store) == {b"kept", b"other", b"representative"}


async def test_without_one_to_keep_all_of_them_end(store: Store) -> None:
    row = await accepted(store)
    ends = replace(ENDS, kept=b"")
    await store.journal.settle(settlement(row.global_serial, proofs=ends), PENDING)
    assert await live(store) == {b"other", b"representative"}


async def test_what_settles_nothing_ends_nothing(store: Store) -> None:
    row = await accepted(store)
    await store.journal.settle(settlement(row.global_serial), PENDING)
    assert await store.journal.settle(settlement(row.global_serial, proofs=ENDS), PENDING) is None
    assert await live(store) == {b"old", b"kept", b"other", b"representative"}


async def test_a_doubt_ends_them_too_and_once_more_with_its_own_end(store: Store) -> None:
    row = await accepted(store)
    assert await store.journal.settle(replace(doubted(row), proofs=ENDS), PENDING) is State.PENDING
    assert [each.global_serial for each in await store.journal.doubts()] == [row.global_serial]
    assert await live(store) == {b"kept", b"other", b"representative"}
    await store.grants.issue(OLD)
    done = settlement(row.global_serial, proofs=ENDS, events=(Event(at=NOON, kind="found"),))
    assert await store.journal.settle(done, PENDING | {State.IN_DOUBT}) is State.IN_DOUBT
    assert await live(store) == {b"other", b"representative"}
    assert not await store.journal.doubts()


async def test_of_two_settlements_at_once_one_ends_them(store: Store, other: Store) -> None:
    row = await accepted(store)
    await store.journal.settle(doubted(row), PENDING)
    done = settlement(row.global_serial, proofs=ENDS)
    in_doubt = frozenset({State.IN_DOUBT})
    ends = await asyncio.gather(*(each.journal.settle(done, in_doubt) for each in (store, other, store, other)))
    assert sorted(map(str, ends)) == ["IN_DOUBT", "None", "None", "None"]
    assert (await store.grants.pin_tries("C1")).ended == 1


async def test_what_two_people_confirm_ends_them_as_well(store: Store, other: Store) -> None:
    row = await accepted(store)
    await store.journal.settle(doubted(row), PENDING)
    manual = settlement(row.global_serial, State.MANUAL, doubt=doubt(row, stage=DoubtStage.MANUAL))
    await store.journal.settle(manual, frozenset({State.IN_DOUBT}))
    proposed = await store.cases.propose(
        Resolution(
            global_serial=row.global_serial,
            number=0,
            ending=CaseEnding.DONE,
            reason="changed",
            evidence="host journal",
            proposer="li.na",
            proposed_at=NOON,
        ),
        Event(at=NOON, kind="resolution_proposed"),
    )
    assert isinstance(proposed, Resolution)
    decided = replace(proposed, decider="wang.wei", decided_at=NOON, remark="")
    assert await live(store) == {b"old", b"kept", b"other", b"representative"}
    done = settlement(row.global_serial, proofs=replace(ENDS, kept=b""))
    assert await store.cases.confirm(decided, done, frozenset({State.MANUAL})) is State.MANUAL
    assert await live(store) == {b"other", b"representative"}


async def test_their_logins_end_with_them(store: Store, other: Store) -> None:
    row = await accepted(store)
    await store.grants.issue(grant(b"web", login="l1", expires_at=LONG))
    await store.journal.settle(settlement(row.global_serial, proofs=ENDS), PENDING)
    assert not await other.grants.issue(grant(b"again", login="l1"))
    assert await other.grants.issue(grant(b"new", login="l2"))


async def test_a_comparison_that_was_under_way_earns_nothing(store: Store, other: Store) -> None:
    row = await accepted(store)
    before = await other.grants.pin_failed("C1", NOON, 3, 600)
    await store.journal.settle(settlement(row.global_serial, proofs=ENDS), PENDING)
    assert not await other.grants.issue(grant(b"late"), proved=before.ended)
    assert await store.grants.grant(grant(b"late").token_hash) is None
    assert await store.grants.pin_tries("C1") == PinTries(failures=1, locked_until=None, ended=1)
    after = await other.grants.pin_failed("C1", NOON, 3, 600)
    assert await other.grants.issue(grant(b"new"), proved=after.ended)
    assert await store.grants.pin_tries("C1") == PinTries(failures=0, locked_until=None, ended=1)


async def test_a_grant_and_the_end_of_what_won_it_never_miss_each_other(store: Store, other: Store) -> None:
    for turn in range(20):
        row = acceptance(global_serial=f"G{turn}", channel_serial=f"S{turn}", amount=None, limited=None)
        await store.journal.accept(row)
        paid = await other.grants.pin_failed("C1", NOON, 100, 600)
        won = grant(f"won-{turn}".encode(), expires_at=LONG)
        issuing = other.grants.issue(won, proved=paid.ended)
        ending = store.journal.settle(settlement(row.global_serial, proofs=replace(ENDS, kept=b"")), PENDING)
        assert (await asyncio.gather(issuing, ending))[1] is State.PENDING
        assert await store.grants.grant(won.token_hash) is None
