"""The simulated bank's signed customers, registered as the counter would have done over the years."""

from __future__ import annotations

import asyncio

from tellerline.adapters.clock import Clock
from tellerline.gateway.journal.port import Registry
from tellerline.gateway.journal.records import Customer, RegisteredAccount
from tellerline.gateway.settings import GatewaySettings
from tellerline.simulators.population import Person, Population

_TOGETHER = 200
_TIERS = ("STANDARD", "STANDARD", "STANDARD", "GROUP", "VIP")


async def register_population(
    registry: Registry, population: Population, clock: Clock, settings: GatewaySettings
) -> None:
    """Register everybody under the host's own customer number, with the standard limits; those known are left alone."""
    at_once = asyncio.Semaphore(_TOGETHER)
    limits = settings.limits.standard.limits()

    async def register(person: Person) -> None:
        async with at_once:
            customer = Customer(
                number=person.customer.number,
                name=person.customer.name,
                identity_document=person.customer.identity_document,
                tier=_TIERS[int(person.customer.number) % len(_TIERS)],
                registered_at=clock.now(),
                mobile=person.mobile,
            )
            if not await registry.add_customer(customer):
                return
            for account in person.accounts:
                await registry.add_account(
                    RegisteredAccount(
                        customer=customer.number,
                        sequence=0,
                        account=account.number,
                        host="core",
                        kind=account.kind.value,
                        currency=account.currency,
                        limits=limits,
                        registered_at=clock.now(),
                    )
                )

    await asyncio.gather(*(register(person) for person in population.people))
