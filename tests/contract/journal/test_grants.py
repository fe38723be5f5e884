"""Grants and PIN tries."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from journal_rows import NOON, grant
from journal_stores import until
from leaping_clock import LeapingClock

from tellerline.gateway.journal.access_records import AccessEvent, AccessKind, AccessSearch, grant_id
from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.records import PinTries


async def test_a_grant_is_kept_as_given(store: Store, other: Store) -> None:
    bound, free = grant(b"1"), grant(b"2", accounts=(), operations=(), call="", agent="")
    await store.grants.issue(bound)
    await store.grants.issue(free)
    assert await other.grants.grant(bound.token_hash) == bound
    assert await other.grants.grant(free.token_hash) == free
    assert await store.grants.grant(b"unknown") is None


async def test_a_revoked_token_is_gone_at_once(store: Store) -> None:
    kept, gone = grant(b"1"), grant(b"2")
    for each in (kept, gone):
        await store.grants.issue(each)
        assert await store.grants.grant(each.token_hash) == each
    assert await store.grants.revoke(token_hash=gone.token_hash) == 1
    assert await store.grants.grant(gone.token_hash) is None
    assert await store.grants.grant(kept.token_hash) == kept
    assert await store.grants.revoke(token_hash=gone.token_hash) == 0


async def test_hanging_up_revokes_all_of_the_call(store: Store) -> None:
    for token in (b"1", b"2"):
        await store.grants.issue(grant(token, call="call-1"))
    await store.grants.issue(grant(b"3", call="call-2"))
    await store.grants.issue(grant(b"4", call=""))
    assert await store.grants.revoke(call="call-1") == 2
    assert await store.grants.grant(grant(b"1").token_hash) is None
    assert await store.grants.grant(grant(b"3").token_hash) is not None
    assert await store.grants.grant(grant(b"4").token_hash) is not None
    assert await store.grants.revoke() == 0


async def has_revoked(store: Store) -> bool:
    """Whether a revocation is in the database, be it of what had expired."""
    return any(each.kind is not AccessKind.ISSUED for each in await store.access_trail.newest(AccessSearch()))


async def test_a_revocation_whose_caller_left_is_in_force_all_the_same(store: Store) -> None:
    issued = grant()
    await store.grants.issue(issued)
    revoking = asyncio.get_running_loop().create_task(store.grants.revoke(token_hash=issued.token_hash))
    await asyncio.sleep(0)
    revoking.cancel()
    await asyncio.gather(revoking, return_exceptions=True)
    await store.grants.grant(issued.token_hash)
    await until(lambda: has_revoked(store))
    await asyncio.sleep(0.1)
    assert await store.grants.grant(issued.token_hash) is None


async def test_a_revocation_elsewhere_is_seen_within_a_second(
    store: Store, other: Store, leaping: LeapingClock
) -> None:
    issued = grant()
    await store.grants.issue(issued)
    assert await other.grants.grant(issued.token_hash) == issued
    await store.grants.revoke(call=issued.call)
    leaping.leap(1.0)
    assert await other.grants.grant(issued.token_hash) is None


async def test_grants_long_expired_are_forgotten(store: Store) -> None:
    old = grant(b"1")
    await store.grants.issue(old)
    await store.grants.issue(grant(b"2", issued_at=NOON + timedelta(days=2), expires_at=NOON + timedelta(days=3)))
    assert await store.grants.revoke(token_hash=old.token_hash) == 0


async def test_the_third_wrong_pin_in_a_row_locks(store: Store, other: Store) -> None:
    assert await store.grants.pin_tries("C1") == PinTries(failures=0, locked_until=None)
    assert await store.grants.pin_failed("C1", NOON, 3, 600) == PinTries(failures=1, locked_until=None)
    assert await other.grants.pin_failed("C1", NOON, 3, 600) == PinTries(failures=2, locked_until=None)
    locked = PinTries(failures=3, locked_until=NOON + timedelta(seconds=600))
    assert await store.grants.pin_failed("C1", NOON, 3, 600) == locked
    assert await other.grants.pin_tries("C1") == locked
    assert await store.grants.pin_tries("C2") == PinTries(failures=0, locked_until=None)


async def test_success_clears_the_tries(store: Store) -> None:
    for _ in range(2):
        await store.grants.pin_failed("C1", NOON, 3, 600)
    await store.grants.pin_succeeded("C1")
    assert await store.grants.pin_failed("C1", NOON, 3, 600) == PinTries(failures=1, locked_until=None)


async def test_a_wrong_pin_after_the_lock_locks_again(store: Store) -> None:
    for _ in range(3):
        await store.grants.pin_failed("C1", NOON, 3, 600)
    later = NOON + timedelta(hours=1)
    again = PinTries(failures=4, locked_until=later + timedelta(seconds=600))
    assert await store.grants.pin_failed("C1", later, 3, 600) == again


async def test_failures_at_once_are_all_counted(stores: Sequence[Store]) -> None:
    tries = await asyncio.gather(*(stores[n % len(stores)].grants.pin_failed("C1", NOON, 3, 600) for n in range(20)))
    assert sorted(each.failures for each in tries) == list(range(1, 21))
    assert sum(each.locked_until is None for each in tries) == 2


async def test_what_becomes_of_a_grant_is_in_the_trail(store: Store, other: Store) -> None:
    given_back = grant(b"1", terminal="T1", expires_at=NOON + timedelta(days=20_000))
    forgotten = grant(b"2", call="call-2")
    later = grant(b"3", call="call-3", issued_at=forgotten.expires_at, expires_at=NOON + timedelta(days=1))
    await store.grants.issue(given_back, who="8001", why="pin_verified")
    await store.grants.issue(forgotten, who="IVR", why="pin_verified")
    await store.grants.revoke(call="call-1", who="IVR", why="call_left")
    await store.grants.issue(later)
    told = list(reversed(await other.access_trail.newest(AccessSearch(customer="C1"))))
    first, second, third = (grant_id(each.token_hash) for each in (given_back, forgotten, later))
    assert [(each.kind, each.grant_id, each.who, each.why) for each in told] == [
        (AccessKind.ISSUED, first, "8001", "pin_verified"),
        (AccessKind.ISSUED, second, "IVR", "pin_verified"),
        (AccessKind.REVOKED, first, "IVR", "call_left"),
        (AccessKind.EXPIRED, second, "", "expired"),
        (AccessKind.ISSUED, third, "", ""),
    ]
    assert (told[0].terminal, told[0].expires_at, told[3].at) == ("T1", given_back.expires_at, forgotten.expires_at)


async def test_what_is_revoked_after_its_time_had_expired(store: Store) -> None:
    await store.grants.issue(grant(b"1"))
    await store.grants.revoke(call="call-1", who="IVR", why="call_left")
    newest, *_ = await store.access_trail.newest(AccessSearch())
    assert (newest.kind, newest.why) == (AccessKind.EXPIRED, "expired")


async def test_the_trail_is_found_by_customer_call_and_agent(store: Store) -> None:
    for token, call, agent in ((b"1", "call-1", "8001"), (b"2", "call-1", "8002"), (b"3", "call-2", "8001")):
        await store.grants.issue(grant(token, call=call, agent=agent))

    async def found(**wanted: Any) -> list[tuple[str, str]]:
        return [(each.call, each.agent) for each in await store.access_trail.newest(AccessSearch(**wanted))]

    assert await found(call="call-1") == [("call-1", "8002"), ("call-1", "8001")]
    assert await found(agent="8001", customer="C1") == [("call-2", "8001"), ("call-1", "8001")]
    assert await found(customer="C2") == []
    newest, *_ = await store.access_trail.newest(AccessSearch(limit=1))
    assert (await found(before=newest.number)) == [("call-1", "8002"), ("call-1", "8001")]


async def test_a_refusal_is_kept_with_what_was_refused(store: Store) -> None:
    refused = AccessEvent(
        at=NOON,
        kind=AccessKind.REFUSED,
        customer="C1",
        channel="AGENT",
        agent="8001",
        operations=("accounts.GetAccountNumber",),
        who="8001",
        why="GRANT_MISSING",
    )
    number = await store.access_trail.add(refused)
    assert list(await store.access_trail.newest(AccessSearch())) == [replace(refused, number=number)]


async def test_the_end_of_a_login_is_seen_by_every_gateway(store: Store, other: Store) -> None:
    long = NOON + timedelta(days=36_500)
    here, there = grant(b"1", login="l1", expires_at=long), grant(b"2", login="l1", expires_at=long)
    assert await store.grants.issue(here)
    assert await other.grants.issue(there)
    ends: Any = {"until": NOON + timedelta(days=1), "who": "web", "why": "session_ended"}
    assert await store.grants.end_login("l1", **ends) == 2
    assert await store.grants.end_login("l1", **ends) == 0
    assert not await other.grants.issue(grant(b"4", login="l1"))
    assert await other.grants.grant(grant(b"4", login="l1").token_hash) is None
    assert await other.grants.issue(grant(b"3", login="l2"))
    trail = await store.access_trail.newest(AccessSearch())
    assert [(each.kind, each.who, each.why) for each in trail if each.kind is AccessKind.REVOKED] == [
        (AccessKind.REVOKED, "web", "session_ended")
    ] * 2


async def test_a_grant_and_the_end_of_its_login_never_miss_each_other(store: Store, other: Store) -> None:
    for turn in range(20):
        login, token = f"race-{turn}", f"r{turn}".encode()
        issuing = other.grants.issue(grant(token, login=login))
        ending = store.grants.end_login(login, until=NOON + timedelta(days=1), who="web", why="session_ended")
        issued, revoked = await asyncio.gather(issuing, ending)
        assert issued == bool(revoked), "either nothing was issued, or it was taken away"
        assert await store.grants.grant(grant(token).token_hash) is None


async def test_ends_of_logins_are_forgotten_when_no_token_of_theirs_can_be_left(store: Store) -> None:
    await store.grants.end_login("l1", until=NOON + timedelta(hours=1), who="web", why="session_ended")
    early, late = NOON + timedelta(minutes=59), NOON + timedelta(minutes=61)
    assert not await store.grants.issue(grant(b"1", login="l1", issued_at=early, expires_at=late))
    assert await store.grants.issue(grant(b"2", login="l1", issued_at=late, expires_at=late + timedelta(hours=1)))


async def test_who_loses_all_grants_is_logged_out(store: Store, other: Store) -> None:
    await store.grants.issue(grant(b"1", customer="C1", login="l1"))
    await store.grants.issue(grant(b"2", customer="C2", login="l2"))
    assert await store.grants.revoke(customer="C1", who="agent", why="account_removed") == 1
    assert not await other.grants.issue(grant(b"3", customer="C1", login="l1"))
    assert await other.grants.issue(grant(b"4", customer="C2", login="l2"))
