"""Signed customers and registered accounts over a database: what both stores share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tellerline.adapters.store.statements import every, first
from tellerline.gateway.journal import registrations, rows
from tellerline.gateway.journal.caching import Cache
from tellerline.gateway.journal.customer_port import TellAccount, TellCustomer, TellLimits
from tellerline.gateway.journal.customer_records import Interaction
from tellerline.gateway.journal.database import Database
from tellerline.gateway.journal.records import Customer, CustomerChange, LimitChange, Limits, RegisteredAccount


class StoredRegistry:
    """Keeps the promises of ``port.Registry``. Only ``account`` answers from the cache."""

    def __init__(self, database: Database, cache: Cache[tuple[str, int], RegisteredAccount]) -> None:
        self._database = database
        self._cache = cache

    async def add_customer(self, customer: Customer, told: Interaction | None = None) -> bool:
        return await self._database.write(registrations.add_customer, customer, told)

    async def customer(self, number: str) -> Customer | None:
        row = await self._database.look(first, registrations.CUSTOMER, number)
        return None if row is None else rows.customer(row)

    async def customers_of(self, mobile: str, limit: int) -> Sequence[Customer]:
        found = await self._database.look(every, registrations.OF_MOBILE, mobile, limit)
        return [rows.customer(row) for row in found]

    async def update_customer(
        self, number: str, change: CustomerChange, tell: TellCustomer | None = None
    ) -> Customer | None:
        return await self._database.write(registrations.update_customer, number, change, tell)

    async def add_account(
        self, account: RegisteredAccount, tell: TellAccount | None = None
    ) -> RegisteredAccount | None:
        sequence = await self._database.write(registrations.add_account, account, tell)
        return None if sequence is None else replace(account, sequence=sequence)

    async def remove_account(
        self, customer: str, sequence: int, tell: TellAccount | None = None
    ) -> RegisteredAccount | None:
        try:
            return await self._database.write(registrations.remove_account, customer, sequence, tell)
        finally:
            self._cache.clear()

    async def account(self, customer: str, sequence: int) -> RegisteredAccount | None:
        key = (customer, sequence)
        cached = self._cache.get(key)
        if cached is not None:
            return cached
        ticket = self._cache.ticket()
        row = await self._database.look(first, registrations.BY_SEQUENCE, customer, sequence)
        if row is None:
            return None
        found = rows.account(row)
        self._cache.put(key, found, ticket)
        return found

    async def find_account(self, account: str) -> RegisteredAccount | None:
        row = await self._database.look(first, registrations.BY_ACCOUNT, account)
        return None if row is None else rows.account(row)

    async def accounts(self, customer: str) -> Sequence[RegisteredAccount]:
        return [rows.account(row) for row in await self._database.look(every, registrations.OF_CUSTOMER, customer)]

    async def update_limits(self, account: str, change: LimitChange, tell: TellLimits | None = None) -> Limits | None:
        limits = await self._database.write(registrations.update_limits, account, change, tell)
        self._cache.clear()
        return limits
