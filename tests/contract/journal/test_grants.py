"""Grants and PIN tries."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from journal_rows import NOON, grant

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


async def test_a_revocation_whose_caller_left_is_in_force_all_the_same(store: Store) -> None:
    issued = grant()
    await store.grants.issue(issued)
    revoking = asyncio.get_running_loop().create_task(store.grants.revoke(token_hash=issued.token_hash))
    await asyncio.sleep(0)
    revoking.cancel()
    await asyncio.gather(revoking, return_exceptions=True)
    await store.grants.grant(issued.token_hash)
    await store.grants.pin_succeeded("nobody")
    await asyncio.sleep(0.1)
    assert await store.grants.grant(issued.token_hash) is None


async def test_a_revocation_elsewhere_is_seen_within_a_second(store: Store, other: Store) -> None:
    issued = grant()
    await store.grants.issue(issued)
    assert await other.grants.grant(issued.token_hash) == issued
    await store.grants.revoke(call=issued.call)
    async with asyncio.timeout(1.5):
        while await other.grants.grant(issued.token_hash) is not None:  # noqa: ASYNC110 another process: nothing to wait on
            await asyncio.sleep(0.05)


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
