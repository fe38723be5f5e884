"""What misconduct costs at the port: time of whoever misbehaves, and of nobody else."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hand_clock import HandClock
from iso_hsm import FailingHsm
from iso_platform import MemoryBooks, MemoryRegistry, MemoryServices
from iso_terminal import IsoTerminal
from mq_worlds import eventually

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.adapters.telemetry import LogWriter, Metrics, make_log
from tellerline.gateway.channels.iso8583.arrivals import Taken
from tellerline.gateway.channels.iso8583.building import Ground, build_front
from tellerline.gateway.channels.iso8583.development import DevelopmentTerminal, make_terminals
from tellerline.gateway.channels.iso8583.misconduct import Misconduct
from tellerline.gateway.channels.iso8583.server import Iso8583Front
from tellerline.gateway.channels.iso8583.settings import AtmSettings

HONEST, HOSTILE = "T0000001", "T0000002"
REFUSAL_PAUSE, CUT_OFF_PAUSE = 0.1, 1.0
WHILE = 0.05
"""Seconds of this machine in which what must not come has time to."""


@dataclass
class Port:
    """Terminals are real connections; time is by hand."""

    front: Iso8583Front
    clock: HandClock
    metrics: Metrics
    keys: Path
    number: int

    def terminal(self, name: str) -> IsoTerminal:
        return IsoTerminal.of(f"127.0.0.1:{self.number}", self.keys, name)

    async def ready(self, name: str) -> IsoTerminal:
        return await self.terminal(name).ready()

    async def after(self, seconds: float, coming: Awaitable[Any]) -> Any:
        """What comes after so long, and not before."""
        task = asyncio.ensure_future(coming)
        await self.clock.awaited(seconds)
        await self.clock.advance(seconds - 0.02)
        await asyncio.sleep(WHILE)
        assert not task.done(), "it comes too early"
        await self.clock.advance(0.021)
        return await task

    def ended(self, why: str) -> float:
        return self.metrics.registry.get_sample_value("tellerline_atm_connections_ended_total", {"why": why}) or 0.0


@asynccontextmanager
async def _port(folder: Path, **settings: Any) -> AsyncIterator[Port]:
    clock, metrics = HandClock(SystemClock().now()), Metrics()
    made = make_terminals(folder, SystemRandomness(), (DevelopmentTerminal(HONEST), DevelopmentTerminal(HOSTILE)))
    with (folder / "log").open("wb") as log:
        ground = Ground(
            services=MemoryServices(clock).services(),
            registry=MemoryRegistry(clock),
            books=MemoryBooks(),
            clock=clock,
            randomness=SystemRandomness(),
            log=make_log(clock, LogWriter(os.dup(log.fileno()))),
            metrics=metrics,
            zone=ZoneInfo("Asia/Shanghai"),
        )
        front = build_front(made.model_copy(update=settings), ground)
        yield Port(front, clock, metrics, folder, await front.start())
        draining = asyncio.ensure_future(front.drain(1))
        await asyncio.sleep(0)
        await clock.advance(3)
        await draining


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[Port]:
    async with _port(tmp_path) as port:
        yield port


def _with_a_wrong_mac(terminal: IsoTerminal) -> bytes:
    return terminal.frame(terminal.network_message("echo"))[:-8] + bytes(8)


async def _echo(terminal: IsoTerminal) -> str:
    return (await terminal.network("echo")).get(39)


async def test_each_refusal_in_a_row_is_waited_for_twice_as_long_as_the_one_before(port: Port) -> None:
    honest, hostile = await port.ready(HONEST), await port.ready(HOSTILE)
    for wait in (0, 0.1, 0.2, 0.4, 0.8):
        asking = hostile.ask_raw(_with_a_wrong_mac(hostile))
        answer = await (port.after(wait, asking) if wait else asking)
        assert hostile.believed(answer).get(39) == "63"
        assert await _echo(honest) == "00"
    assert await port.after(CUT_OFF_PAUSE, hostile.closed())
    assert port.ended("too_many_refusals") == 1


def test_the_longest_wait_is_six_doublings() -> None:
    misconduct, pauses = Misconduct(AtmSettings(terminals=Path("terminals.toml"), strikes=10)), []
    while not misconduct.refused():
        pauses.append(misconduct.pause())
    assert pauses == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 6.4, 6.4])


async def test_a_frame_in_order_is_a_new_beginning(port: Port) -> None:
    terminal = await port.ready(HOSTILE)
    for _ in range(6):
        await terminal.ask_raw(_with_a_wrong_mac(terminal))
        assert await port.after(REFUSAL_PAUSE, _echo(terminal)) == "00"
        assert await _echo(terminal) == "00"


async def test_a_module_that_fails_is_not_the_terminals_fault(tmp_path: Path) -> None:
    async with _port(tmp_path, hsm="iso_hsm:make") as port:
        terminal = await port.ready(HONEST)
        FailingHsm.fails = True
        try:
            for _ in range(7):
                assert await _echo(terminal) == "91"
        finally:
            FailingHsm.fails = False
        assert await _echo(terminal) == "00"


@pytest.mark.parametrize("sent", [b"\xff\xff", b"\x00\x10GET / HTTP/1.1\r\n", b"\x00\x040210"])
async def test_who_is_cut_off_hears_so_late(port: Port, sent: bytes) -> None:
    honest, hostile = await port.ready(HONEST), await port.terminal(HOSTILE).connect()
    hostile.send_raw(sent)
    ending = port.after(CUT_OFF_PAUSE, hostile.closed())
    assert await _echo(honest) == "00"
    assert await ending


async def test_who_sends_half_a_frame_hears_late_that_he_is_cut_off(tmp_path: Path) -> None:
    async with _port(tmp_path, frame=5.0) as port:
        hostile = await port.terminal(HOSTILE).connect()
        hostile.send_raw(b"\x00\x40half")
        await port.clock.awaited(5.0)
        await port.clock.advance(5.0)
        await eventually(lambda: port.ended("half_frame") == 1)
        assert await port.after(CUT_OFF_PAUSE, hostile.closed())


async def test_what_is_sent_meanwhile_is_not_read(port: Port) -> None:
    hostile = await port.terminal(HOSTILE).connect()
    hostile.send_raw(b"\xff\xff" + b"x" * 10_000_000)
    await asyncio.sleep(WHILE)
    assert hostile.writer.transport.get_write_buffer_size() > 0
    assert await port.after(CUT_OFF_PAUSE, hostile.closed())


async def test_nobody_is_held_by_a_gateway_that_stops(port: Port) -> None:
    hostile = await port.terminal(HOSTILE).connect()
    hostile.send_raw(b"\xff\xff")
    await eventually(lambda: port.ended("bad_length") == 1)
    await port.front.drain(1)
    assert await hostile.closed()


@pytest.mark.parametrize("begin", [IsoTerminal.connect, IsoTerminal.ready])
async def test_who_is_held_gives_way_to_who_comes(
    tmp_path: Path, begin: Callable[[IsoTerminal], Awaitable[IsoTerminal]]
) -> None:
    async with _port(tmp_path, connections=1) as port:
        hostile = await begin(port.terminal(HOSTILE))
        hostile.send_raw(b"\xff\xff")
        await eventually(lambda: port.ended("bad_length") == 1)
        honest = await port.ready(HONEST)
        assert await hostile.closed()
        assert await _echo(honest) == "00"


async def test_a_terminal_that_comes_again_is_not_held_by_its_old_connection(port: Port) -> None:
    old = await port.ready(HONEST)
    old.send_raw(b"\xff\xff")
    await eventually(lambda: port.ended("bad_length") == 1)
    new = await port.ready(HONEST)
    assert await old.closed()
    assert await _echo(new) == "00"


@asynccontextmanager
async def _slow_module() -> AsyncIterator[asyncio.Event]:
    FailingHsm.ready = ready = asyncio.Event()
    try:
        yield ready
    finally:
        ready.set()
        FailingHsm.ready = None


async def _ask_for_keys(terminal: IsoTerminal) -> None:
    await terminal.connect()
    frame = terminal.frame(terminal.network_message("keys"), mac=False)
    terminal.send_raw(len(frame).to_bytes(2, "big") + frame)


@pytest.mark.parametrize(("addresses", "waiting"), [(1, 5), (14, 4)], ids=["one address", "an address each"])
async def test_connections_are_a_bound_also_while_the_module_takes_its_time(
    tmp_path: Path, addresses: int, waiting: int
) -> None:
    async with _port(tmp_path, hsm="iso_hsm:make", connections=5) as port, _slow_module() as ready:
        ready.set()
        honest, crowd = await port.ready(HONEST), [port.terminal(HOSTILE) for _ in range(14)]
        ready.clear()
        for number, each in enumerate(crowd):
            each.source = f"127.0.0.{2 + number % addresses}"
        for number, each in enumerate(crowd[: 4 + waiting]):
            await _ask_for_keys(each)
            await eventually(lambda number=number: _connections(port) == min(5, number + 2))  # type: ignore[misc]
        for number, each in enumerate(crowd[4 + waiting :]):
            with suppress(ConnectionResetError):
                await _ask_for_keys(each)
                assert await each.closed()
            assert (_connections(port), port.ended("no_room")) == (5, number + 1)
        ready.set()
        for each in crowd[: 4 + waiting]:
            assert (await each.receive())[:4] == b"0810"
        for each in crowd[:waiting]:
            assert await each.closed()
        assert await _echo(honest) == "00"
        assert (_connections(port), port.ended("gave_way")) == (5, waiting)


async def test_new_connections_are_taken_at_a_pace_and_harm_nobody(port: Port) -> None:
    honest = await port.ready(HONEST)
    crowd = [await port.terminal(HOSTILE).connect() for _ in range(60)]
    for taken in (25, 25 + 25):
        await eventually(lambda taken=taken: _connections(port) == taken)  # type: ignore[misc]
        await asyncio.sleep(WHILE)
        assert _connections(port) == taken
        assert await _echo(honest) == "00"
        await port.clock.advance(1)
    for each in crowd:
        each.writer.transport.abort()


def _connections(port: Port) -> float:
    return port.metrics.registry.get_sample_value("tellerline_atm_connections") or 0.0


async def test_a_connection_that_cannot_be_served_is_closed_and_the_others_go_on(port: Port) -> None:
    honest = await port.ready(HONEST)
    not_a_stream, peer = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with peer:
        assert port.front._take(not_a_stream, "127.0.0.1:1") is Taken.IN
        assert _connections(port) == 2
        await eventually(lambda: _connections(port) == 1)
        assert not_a_stream.fileno() < 0, "its descriptor is given back"
    await eventually(lambda: b'"call_failed"' in (port.keys / "log").read_bytes())
    assert await _echo(honest) == "00"
    assert await _echo(await port.ready(HOSTILE)) == "00"
