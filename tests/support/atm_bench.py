"""A cash machine on a clock of its own, its file, and what it logged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from acquirer_host import AES_MASTER, CARD, PIN, TDES_MASTER, Acquirer

from tellerline.adapters.clock import SeededRandomness, SystemClock
from tellerline.simulators.atm.faults import Faults
from tellerline.simulators.atm.keys import MasterKey
from tellerline.simulators.atm.machine import CashMachine
from tellerline.simulators.atm.profile import Profile
from tellerline.simulators.atm.session import Place
from tellerline.simulators.atm.traffic import Traffic

PATIENCE = 20.0


class HastyClock(SystemClock):
    """Real time, in which waiting is fifty times shorter: a lost answer is missed in no time."""

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / 50)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds / 50, callback)


def a_place(acquirer: Acquirer, log: list[str] | None = None, **more: Any) -> Place:
    """An answer is waited for 0.4 s, unless ``more`` says otherwise."""
    lines = log if log is not None else []
    master = MasterKey(TDES_MASTER, aes=False) if acquirer.tdes else MasterKey(AES_MASTER, aes=True)
    fields: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": acquirer.port,
        "profile": Profile(terminal="ATM00001"),
        "master": master,
        "clock": HastyClock(),
        "randomness": SeededRandomness(1),
        "faults": Faults(),
        "traffic": Traffic(lines.append),
    }
    return Place(**(fields | more))


@asynccontextmanager
async def a_machine(place: Place, home: Path) -> AsyncIterator[CashMachine]:
    """Running, with a card and its PIN inside; off after the block."""
    machine = CashMachine(place, home)
    await machine.start()
    machine.insert(CARD)
    machine.enter_pin(PIN)
    try:
        yield machine
    finally:
        await machine.stop()


async def settled(machine: CashMachine) -> None:
    """Everything owed is answered for."""
    async with asyncio.timeout(PATIENCE):
        await machine.settled()
