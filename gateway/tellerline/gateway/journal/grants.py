"""Grants and PIN tries over a database: what both stores share."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime
from typing import Any

from tellerline.adapters.clock import Clock
from tellerline.adapters.store.statements import first
from tellerline.gateway.journal import proofs, rows
from tellerline.gateway.journal.caching import Cache
from tellerline.gateway.journal.database import Database
from tellerline.gateway.journal.records import Grant, PinTries


class StoredGrants:
    """Keeps the promises of ``port.Grants``. Only ``grant`` answers from the cache."""

    def __init__(self, database: Database, cache: Cache[bytes, Grant], clock: Clock) -> None:
        self._database = database
        self._cache = cache
        self._clock = clock
        self._revoking: set[asyncio.Task[int]] = set()

    async def issue(self, grant: Grant, *, who: str = "", why: str = "", proved: int | None = None) -> bool:
        return await self._database.write(proofs.issue, grant, who, why, proved)

    async def grant(self, token_hash: bytes) -> Grant | None:
        cached = self._cache.get(token_hash)
        if cached is not None:
            return cached
        ticket = self._cache.ticket()
        row = await self._database.look(first, proofs.GRANT, token_hash)
        if row is None:
            return None
        found = rows.grant(row)
        self._cache.put(token_hash, found, ticket)
        return found

    def forget(self) -> None:
        """Answer from the database again: grants were revoked beside something else."""
        self._cache.clear()

    async def revoke(
        self,
        *,
        token_hash: bytes | None = None,
        call: str = "",
        customer: str = "",
        who: str = "",
        why: str = "revoked",
    ) -> int:
        target = proofs.Target(token_hash, call, customer)
        return await self._surely(self._database.write(proofs.revoke, target, self._clock.now(), who, why))

    async def end_login(self, login: str, *, until: datetime, who: str, why: str) -> int:
        return await self._surely(self._database.write(proofs.end_login, login, self._clock.now(), until, who, why))

    async def _surely(self, writing: Coroutine[Any, Any, int]) -> int:
        """A caller who leaves does not take it back."""
        revoking = asyncio.get_running_loop().create_task(self._revoke(writing))
        self._revoking.add(revoking)
        revoking.add_done_callback(self._revoking.discard)
        return await asyncio.shield(revoking)

    async def _revoke(self, writing: Coroutine[Any, Any, int]) -> int:
        try:
            return await writing
        finally:
            self._cache.clear()

    async def pin_tries(self, customer: str) -> PinTries:
        row = await self._database.look(first, proofs.TRIES, customer)
        return PinTries(failures=0, locked_until=None) if row is None else _tries(*row)

    async def pin_failed(self, customer: str, now: datetime, lock_after: int, lock_seconds: int) -> PinTries:
        """Also locks again at each further failure: only success ends the row."""
        tries = await self._database.write(proofs.pin_failed, customer, rows.micros(now), lock_after, lock_seconds)
        return _tries(*tries)

    async def pin_succeeded(self, customer: str) -> None:
        await self._database.write(proofs.pin_succeeded, customer)


def _tries(failures: int, locked_until: int | None, ended: int) -> PinTries:
    until = None if locked_until is None else rows.instant(locked_until)
    return PinTries(failures=failures, locked_until=until, ended=ended)
