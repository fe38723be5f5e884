"""Tries at a secret: each is paid for before it is made, and after too many in a row there are none."""

from __future__ import annotations

from dataclasses import dataclass

from tellerline.adapters.clock import Clock
from tellerline.gateway.journal.port import Grants
from tellerline.gateway.journal.records import PinTries
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code


@dataclass(frozen=True, slots=True, kw_only=True)
class TryRules:
    """``lock_after`` failures in a row lock for ``lock_seconds``; so does each further one after that."""

    lock_after: int = 3
    lock_seconds: int = 24 * 3600


async def pay_for_try(grants: Grants, clock: Clock, whose: str, rules: TryRules, locked: Code) -> PinTries:
    """Count a failure of ``whose``, durably, before the secret is compared; success is the caller's to tell the store.

    Raises ``locked`` where nothing may be compared. Of many at the same moment no more get through than one after the
    other would.
    """
    now = clock.now()
    before = await grants.pin_tries(whose)
    if before.locked_until is not None and before.locked_until > now:
        raise RefusalError(locked)
    counted = await grants.pin_failed(whose, now, rules.lock_after, rules.lock_seconds)
    within_row = counted.failures <= rules.lock_after
    first_after_lock = counted.failures == before.failures + 1
    if not (within_row or first_after_lock):
        raise RefusalError(locked)
    return counted
