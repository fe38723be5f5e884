"""A simulated bank behind its gateway, with cash machines of every kind."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from iso_terminal import IsoTerminal

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.cli.system.embedded import Books, EmbeddedSystem, start_embedded
from tellerline.gateway.channels.iso8583.codec.message import Layout
from tellerline.gateway.channels.iso8583.development import STANDARD, DevelopmentTerminal, make_terminals
from tellerline.gateway.settings import GatewaySettings
from tellerline.simulators.population import PIN

RICH = 1_000_000_00


@dataclass
class IsoBank:
    """``folder`` holds keys and log."""

    system: EmbeddedSystem
    folder: Path

    @property
    def target(self) -> str:
        return self.system.node.atm_target

    @property
    def pin(self) -> str:
        return PIN

    def card(self, number: int) -> str:
        """The card of one customer; he is rich."""
        assert self.system.population is not None
        return self.system.population.people[number].card

    def booked(self, card: str) -> int:
        """What the host has booked, in hundredths."""
        return self.system.bank.ledger.account(card).balance

    def terminal(self, name: str = "T0000001") -> IsoTerminal:
        made = next((each for each in STANDARD if each.id == name), None)
        layout = Layout(made.version, made.encoding) if made else None
        return IsoTerminal.of(self.target, self.folder / "keys", name, layout)

    def counted(self, name: str, **labels: str) -> float:
        """A metric of the gateway."""
        value = self.system.node.gateway.metrics.registry.get_sample_value(f"tellerline_{name}", labels)
        return value or 0.0

    def logged(self, event: str) -> list[dict[str, Any]]:
        """Lines of the gateway's log that say this, as far as they are written."""
        lines = (orjson.loads(line) for line in (self.folder / "gateway.log").read_bytes().splitlines())
        return [line for line in lines if line["event"] == event]


@asynccontextmanager
async def iso_bank(
    folder: Path, *, customers: int = 60, terminals: tuple[DevelopmentTerminal, ...] = STANDARD, **atm: Any
) -> AsyncIterator[IsoBank]:
    """``atm`` are settings of the channel."""
    made = make_terminals(folder / "keys", SystemRandomness(), terminals).model_copy(update=atm)
    settings = GatewaySettings.model_validate({"store": {"path": folder / "journal.db"}, "atm": made})
    log = os.open(folder / "gateway.log", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    books = Books(customers=customers, magic=False)
    system = await start_embedded(
        settings, books, clock=SystemClock(), randomness=SystemRandomness(), log_descriptor=log
    )
    for person in system.population.people if system.population else ():
        system.bank.core.host.branch.post(person.card, RICH, kind="CASH_DEPOSIT")
    try:
        yield IsoBank(system, folder)
    finally:
        await system.stop()
