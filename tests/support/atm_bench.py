"""A cash machine on a clock of its own, its file, and what it logged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from acquirer_host import AES_MASTER, CARD, PIN, TDES_MASTER, Acquirer

from tellerline.adapters.clock import SeededRandomness, SystemClock
from tellerline.simulators.atm.capture import Capture
from tellerline.simulators.atm.faults import Faults
from tellerline.simulators.atm.keys import MasterKey
from tellerline.simulators.atm.machine import CashMachine
from tellerline.simulators.atm.message import Message
from tellerline.simulators.atm.profile import Profile
from tellerline.simulators.atm.session import Place
from tellerline.simulators.atm.traffic import Traffic

PATIENCE = 60.0


class HastyClock(SystemClock):
    """Real time, in which waiting is fifty times shorter; ``expire`` ends what is waited for at once."""

    def __init__(self) -> None:
        self._due: dict[asyncio.TimerHandle, Callable[[], None]] = {}

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / 50)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        timer = asyncio.get_running_loop().call_later(seconds / 50, callback)
        self._due[timer] = callback
        return timer

    def expire(self) -> None:
        """As if all the time had passed for which anybody waits now."""
        due, self._due = self._due, {}
        for timer, callback in due.items():
            if not timer.cancelled():
                timer.cancel()
                callback()


class Heard(Traffic):
    """The log; an answer that cannot arrive any more is not waited for."""

    def __init__(self, clock: HastyClock, log: Callable[[str], None] | None, capture: Capture | None = None) -> None:
        super().__init__(log, capture)
        self._clock = clock

    def message(self, message: Message, *, outgoing: bool, note: str = "") -> None:
        super().message(message, outgoing=outgoing, note=note)
        if note and "late" not in note:
            self._clock.expire()

    def remark(self, text: str) -> None:
        super().remark(text)
        if "held up" in text:
            self._clock.expire()


def a_place(acquirer: Acquirer, log: list[str] | None = None, **more: Any) -> Place:
    """An answer is waited for 20 s of ours, or until it is clear that none comes."""
    clock = HastyClock()
    acquirer.mute = clock.expire
    fields: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": acquirer.port,
        "profile": Profile(terminal="ATM00001"),
        "master": MasterKey(TDES_MASTER, aes=False) if acquirer.tdes else MasterKey(AES_MASTER, aes=True),
        "clock": clock,
        "randomness": SeededRandomness(1),
        "faults": Faults(),
        "traffic": Heard(clock, log.append if log is not None else None),
        "reply_seconds": 1000.0,
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
