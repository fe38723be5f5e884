"""Customers and their accounts, registered at the counter."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection

from tellerline.cli.replay.desk import COUNTER, Desk
from tellerline.cli.replay.holders import Holder

_AT_ONCE = 48
_SERVICE = "customers.v1.CustomerService"


async def register(desk: Desk, holders: Collection[Holder], progress: Callable[[int, int], None]) -> dict[str, str]:
    """Register every holder with the account; returns the accounts' resource names by the file's numbers.

    Raises ``CanonicalError`` at the first that is refused.
    """
    names: dict[str, str] = {}
    places = asyncio.Semaphore(_AT_ONCE)

    async def register_one(holder: Holder) -> None:
        async with places:
            who = holder.customer
            wished = {"display_name": who.name, "identity_document": who.identity_document}
            customer = await desk.send(f"{_SERVICE}/RegisterCustomer", COUNTER, customer=wished)
            account = await desk.send(
                f"{_SERVICE}/RegisterAccount", COUNTER, parent=customer.name, account_number=holder.number
            )
            names[holder.account] = account.name
            progress(len(names), len(holders))

    async with asyncio.TaskGroup() as group:
        for holder in holders:
            group.create_task(register_one(holder))
    return names
