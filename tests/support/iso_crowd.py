"""Many cash machines at once, some of them hostile, and how long the others wait for their answers.

The hostile ones are in a process of their own (``python iso_crowd.py TARGET KEYS hostile|flood NAME…``, until its
standard input ends) and have what nobody else wants of the machine, so that what they cost at their own end delays
nobody: at the lowest priority alone they would still keep a core for some milliseconds.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from subprocess import PIPE, Popen

from iso_platform import PIN, card
from iso_server import IsoServer
from iso_terminal import IsoTerminal

from tellerline.adapters.clock import Randomness, SeededRandomness

TOGETHER_A_SECOND = 100
_MOST_HELD = 4000
Hostility = Callable[[IsoTerminal, Randomness], Awaitable[None]]


async def honest(terminals: list[IsoTerminal], seconds: float) -> list[float]:
    """The terminals ask for a hundred balances a second together; how long each answer took."""
    chance, took = SeededRandomness(1), list[float]()
    pause = len(terminals) / TOGETHER_A_SECOND
    until = time.perf_counter() + seconds

    async def customer(number: int, terminal: IsoTerminal) -> None:
        await asyncio.sleep(chance.fraction() * pause)
        while time.perf_counter() < until:
            message = terminal.request("100", "310000", {2: card(number), **terminal.pin_fields(PIN, card(number))})
            frame = terminal.frame(message)
            began = time.perf_counter()
            answer = await terminal.ask_raw(frame)
            took.append(time.perf_counter() - began)
            assert terminal.believed(answer).get(39) == "00"
            await asyncio.sleep(pause)

    await asyncio.gather(*(customer(*each) for each in enumerate(terminals)))
    return took


async def signing_on(target: str, keys: Path, names: list[str], seconds: float) -> list[float]:
    """The terminals come, sign on and go, ten a second together; how long it took from the first packet on."""
    took = list[float]()
    until = time.perf_counter() + seconds

    async def terminal(number: int, name: str) -> None:
        await asyncio.sleep(number / 10)
        while time.perf_counter() < until:
            began = time.perf_counter()
            async with asyncio.timeout(60):
                ready = await IsoTerminal.of(target, keys, name).ready()
            took.append(time.perf_counter() - began)
            await ready.close()
            await asyncio.sleep(len(names) / 10)

    await asyncio.gather(*(terminal(*each) for each in enumerate(names)))
    return took


def hostile(server: IsoServer, names: list[str]) -> AbstractContextManager[None]:
    """The named terminals misbehave, each in its way and from its address, for as long as the block lasts."""
    return _attacked(server, "hostile", names)


def flooded(server: IsoServer, name: str) -> AbstractContextManager[None]:
    """Somebody connects from one address as fast as he can, for as long as the block lasts."""
    return _attacked(server, "flood", [name])


@contextmanager
def _attacked(server: IsoServer, how: str, names: list[str]) -> Iterator[None]:
    paths = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    command = [sys.executable, __file__, server.target, str(server.keys), how, *names]
    with Popen(command, stdin=PIPE, env=os.environ | {"PYTHONPATH": paths}) as process:
        assert process.stdin is not None
        try:
            yield
        finally:
            process.stdin.close()
            process.wait(300)


def p99(took: list[float]) -> float:
    return sorted(took)[int(len(took) * 0.99)]


async def _attack(target: str, keys: Path, how: str, names: list[str]) -> None:
    hostilities = (_only_connects,) if how == "flood" else HOSTILITIES
    attackers = [
        asyncio.ensure_future(
            _again_and_again(target, keys, name, f"127.0.1.{number + 1}", hostilities[number % len(hostilities)])
        )
        for number, name in enumerate(names)
    ]
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    for attacker in attackers:
        attacker.cancel()
    await asyncio.gather(*attackers, return_exceptions=True)


async def _again_and_again(target: str, keys: Path, name: str, source: str, hostility: Hostility) -> None:
    chance = SeededRandomness(name)
    while True:
        terminal = IsoTerminal.of(target, keys, name)
        terminal.source = source
        with suppress(OSError, asyncio.IncompleteReadError, TimeoutError, AssertionError):
            await hostility(terminal, chance)
        with suppress(AttributeError):
            terminal.writer.transport.abort()


async def _garbage(terminal: IsoTerminal, chance: Randomness) -> None:
    await terminal.connect()
    terminal.send_raw(chance.bytes(4096))
    await terminal.closed()


async def _half_frames(terminal: IsoTerminal, chance: Randomness) -> None:
    await terminal.connect()
    terminal.send_raw(b"\x04\x00" + chance.bytes(100))
    while not (terminal.reader.at_eof() or terminal.writer.is_closing()):
        terminal.send_raw(chance.bytes(1))
        await asyncio.sleep(0.05)


async def _comes_and_goes(terminal: IsoTerminal, chance: Randomness) -> None:
    await terminal.connect()
    terminal.send_raw(chance.bytes(64))
    await asyncio.sleep(0)


async def _wrong_macs(terminal: IsoTerminal, chance: Randomness) -> None:
    await terminal.ready()
    frame = terminal.frame(terminal.network_message("echo"))[:-8]
    while True:
        await terminal.ask_raw(frame + chance.bytes(8))


async def _never_reads(terminal: IsoTerminal, chance: Randomness) -> None:
    await terminal.ready()
    terminal.writer.transport.pause_reading()  # type: ignore[attr-defined]
    frame = terminal.frame(terminal.network_message("echo"))
    while True:
        terminal.send_raw((len(frame).to_bytes(2, "big") + frame) * 20)
        await terminal.writer.drain()


async def _floods(terminal: IsoTerminal, chance: Randomness) -> None:
    await terminal.ready()
    while True:
        await terminal.network("echo")


async def _only_connects(terminal: IsoTerminal, chance: Randomness) -> None:
    """As fast as it can, and holds on to all that it can."""
    host, _, port = terminal.target.rpartition(":")
    held = deque[socket.socket]()
    try:
        while True:
            held.append(socket.socket())
            held[-1].setblocking(False)
            held[-1].bind((terminal.source, 0))
            with suppress(BlockingIOError):
                held[-1].connect((host, int(port)))
            if len(held) > _MOST_HELD:
                held.popleft().close()
            await asyncio.sleep(0)
    finally:
        for each in held:
            each.close()


HOSTILITIES: tuple[Hostility, ...] = (
    _wrong_macs,
    _comes_and_goes,
    _garbage,
    _half_frames,
    _never_reads,
    _floods,
)


if __name__ == "__main__":
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    asyncio.run(_attack(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4:]))
