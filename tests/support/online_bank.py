"""A simulated bank with online banking open, and the development issuer beside it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tellerline.adapters.clock import Clock, SystemClock, SystemRandomness
from tellerline.cli.system.embedded import Books, EmbeddedSystem, start_embedded
from tellerline.cli.system.online_banking import GatewayProof
from tellerline.connectors.discovery import discover
from tellerline.gateway.settings import GatewaySettings
from tellerline.simulators.issuer import IssuerRules, IssuerServer
from tellerline.simulators.population import Person
from tellerline.simulators.servers.ports import free_port

CUSTOMERS = 60
PLENTY_OF_MONEY = 20_000_00
PLENTY_OF_REQUESTS = 100_000
TOKEN_SECONDS = 900


@dataclass
class OnlineBank:
    """``home`` is the address of the page."""

    system: EmbeddedSystem
    home: str
    _given: set[str] = field(default_factory=set)

    def person(self, accounts: int = 2) -> Person:
        """A customer with so many accounts in yuan, and plenty on the card, whom nobody got before."""
        assert self.system.population is not None
        for person in self.system.population.people[:CUSTOMERS]:
            fits = [account.currency for account in person.accounts] == ["CNY"] * accounts
            if fits and person.card not in self._given and self.booked(person.card) > PLENTY_OF_MONEY:
                self._given.add(person.card)
                return person
        raise LookupError("everybody who fits was given away")

    def booked(self, number: str) -> int:
        """What the host has booked on an account, in hundredths."""
        return self.system.bank.ledger.account(number).balance

    def debits(self, number: str, amount: int) -> int:
        """How often the host has taken ``amount`` hundredths from an account, with effect."""
        entries = self.system.bank.ledger.account(number).entries
        return sum(entry.amount == -amount and entry.transaction.effective for entry in entries)


def _core(folder: Path, patience: int) -> Path:
    """The core host's manifest, by which a transfer counts as in doubt after ``patience`` seconds."""
    core = next(each for each in discover() if each.manifest.name == "core")
    manifest = folder / "core.toml"
    usual = (core.path / "host.toml").read_text()
    manifest.write_text(usual.replace('"transfers.CreateTransfer" = 10', f'"transfers.CreateTransfer" = {patience}'))
    return manifest


@asynccontextmanager
async def online_bank(folder: Path, *, patience: int = 2, clock: Clock | None = None) -> AsyncIterator[OnlineBank]:
    """On the running loop, on loopback; limits of requests are far away, and a lost reply is missed soon.

    ``clock`` is the bank's, its gateway's and the issuer's; the real one unless given.
    """
    clock, randomness = clock or SystemClock(), SystemRandomness()
    port = free_port()
    home = f"http://127.0.0.1:{port}/online-banking/"
    proof = GatewayProof(randomness)
    rules = IssuerRules(redirects=(home,), token_seconds=TOKEN_SECONDS)
    issuer = IssuerServer(rules, proof, clock=clock, randomness=randomness)
    url = await issuer.start()
    http = {"mode": "development", "port": port, "issuer": url, "jwks": f"{url}/jwks"}
    rates = {"per_address": PLENTY_OF_REQUESTS, "per_customer": PLENTY_OF_REQUESTS}
    settings = GatewaySettings.model_validate(
        {
            "store": {"path": folder / "journal.db"},
            "http": {**http, "rates": rates},
            "hosts": {"core": {"url": "http://127.0.0.1", "manifest": _core(folder, patience)}},
        }
    )
    log = os.open(folder / "gateway.log", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    books = Books(customers=CUSTOMERS)
    system = await start_embedded(settings, books, clock=clock, randomness=randomness, log_descriptor=log)
    proof.target = system.node.target
    try:
        yield OnlineBank(system, home)
    finally:
        await system.stop()
        await issuer.close()
        os.close(log)
