"""A simulated bank behind its gateway, as self-service of the call centre sees it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import grpc.aio
from ivr_script import play
from running_clock import passing

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.callcenter.gateway_client import Asker, GatewayClient
from tellerline.callcenter.ivr.actions import Call
from tellerline.callcenter.ivr.inputs import Outcome
from tellerline.callcenter.ivr.library import load_flows
from tellerline.callcenter.ivr.rehearsal import Rehearsal
from tellerline.callcenter.ivr.script import read_script
from tellerline.callcenter.ivr.self_service import SelfService
from tellerline.callcenter.pin_seal import PinSeals
from tellerline.cli.system.embedded import Books, EmbeddedSystem, start_embedded
from tellerline.gateway.settings import GatewaySettings
from tellerline.simulators.faults import ActiveFault
from tellerline.simulators.population import Person

OFFICE_HOURS = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
CUSTOMERS, RICH = 40, 1_000_000_00
FLOWS = load_flows()


@dataclass
class IvrBank:
    """Plays scripts against the bank."""

    system: EmbeddedSystem
    clock: VirtualClock
    gateway: GatewayClient
    seals: PinSeals
    calls: count[int] = field(default_factory=lambda: count(1))

    def person(self, number: int, accounts: int = 1) -> Person:
        """The customer with this place among those who have so many accounts."""
        assert self.system.population is not None
        fitting = [each for each in self.system.population.people if len(each.accounts) == accounts]
        return fitting[number]

    def booked(self, person: Person) -> int:
        """What the host has booked on his card, in hundredths."""
        return self.system.bank.ledger.account(person.card).balance

    async def play(self, text: str, person: Person, fault: ActiveFault | None = None) -> Rehearsal:
        """A script, in a telephone call of its own, as this customer. Time flies once a ``fault`` has struck: what it
        took is waited for in vain."""
        name = f"call-{next(self.calls)}"
        script = read_script(text)
        script.begin.setdefault("customer", f"customers/{person.customer.number}")
        service = SelfService(self.gateway, name, language=script.values["language"])
        seal = await self.seals.seal(name)

        async def answers(call: Call) -> Outcome:
            return await passing(self.clock, service.perform(call), speed=lambda: 20 if fault and fault.injected else 1)

        return await play(FLOWS, script, seal, answers)


@asynccontextmanager
async def ivr_bank(folder: Path) -> AsyncIterator[IvrBank]:
    clock = VirtualClock(OFFICE_HOURS)
    settings = GatewaySettings.model_validate({"store": {"path": folder / "journal.db"}})
    log = os.open(folder / "gateway.log", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    books = Books(customers=CUSTOMERS, magic=False)
    system = await start_embedded(settings, books, clock=clock, randomness=SeededRandomness(1), log_descriptor=log)
    for person in system.population.people if system.population else ():
        system.bank.core.host.branch.post(person.card, RICH, kind="CASH_DEPOSIT")
    try:
        async with grpc.aio.insecure_channel(system.node.target) as channel:
            gateway = GatewayClient(channel)
            seals = PinSeals(lambda: gateway.pin_key(Asker(call="line", step="key")))
            yield IvrBank(system, clock, gateway, seals)
    finally:
        await system.stop()
        os.close(log)
