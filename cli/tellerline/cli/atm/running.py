"""A machine switched on for as long as a command runs."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.cli.atm.telling import Telling
from tellerline.simulators.atm.capture import open_capture
from tellerline.simulators.atm.files import AppendFile
from tellerline.simulators.atm.keys import MasterKey
from tellerline.simulators.atm.machine import CashMachine
from tellerline.simulators.atm.profile import Profile
from tellerline.simulators.atm.script import Player, Step
from tellerline.simulators.atm.session import Place
from tellerline.simulators.atm.traffic import Traffic

_OWED_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Where a machine stands and what it is connected to; ``capture`` takes its raw frames."""

    home: Path
    address: str
    profile: Profile
    master: MasterKey
    reply_seconds: float
    capture: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """``settled``: nothing is owed. ``known``: the customer was told the outcome of everything that he asked."""

    settled: bool
    known: bool


@asynccontextmanager
async def machine_on(installed: Installation, telling: Telling | None = None) -> AsyncIterator[CashMachine]:
    """The machine with power; its messages, secrets left out, go to ``messages`` in its home and to ``telling``.

    Raises ``OSError`` when a file cannot be had or is damaged, ``InUseError`` when another process has them.
    """
    clock = SystemClock()
    host, _, port = installed.address.rpartition(":")
    installed.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    log = AppendFile(installed.home / "messages")
    capture = open_capture(installed.capture, clock) if installed.capture else None

    def note(line: str) -> None:
        log.add(f"{clock.now().isoformat()} {line}".encode())
        if telling is not None:
            telling.message(line)

    place = Place(
        host=host,
        port=int(port),
        profile=installed.profile,
        master=installed.master,
        clock=clock,
        randomness=SystemRandomness(),
        traffic=Traffic(note, capture),
        reply_seconds=installed.reply_seconds,
    )
    machine = CashMachine(place, installed.home, power_cut=_die)
    try:
        await machine.start()
        yield machine
    finally:
        await machine.stop()
        log.close()
        if capture is not None:
            capture.close()


async def play(machine: CashMachine, telling: Telling, steps: Sequence[Step]) -> Ending:
    """Play the steps, then wait for what is owed. Raises ``ScriptError``."""
    player = Player(machine, telling)
    for step in steps:
        await player.play(step)
    try:
        async with asyncio.timeout(_OWED_SECONDS):
            await machine.settled()
    except TimeoutError:
        return Ending(settled=False, known=not player.unknown)
    return Ending(settled=True, known=not player.unknown)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
