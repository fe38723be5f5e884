"""Connections: given to who serves them in turns by address, whatever becomes of one of them."""

from __future__ import annotations

import asyncio
import os
import resource
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from hand_clock import HandClock
from mq_worlds import eventually

from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.gateway.channels.iso8583.arrivals import Taken
from tellerline.gateway.channels.iso8583.listening import Listener
from tellerline.gateway.channels.iso8583.settings import AtmSettings

BURST, IN_VAIN_PAUSE = 20, 2 / 1500
NOT_TAKEN, TAKEN_AGAIN = ("connections_not_taken", "error"), ("connections_taken_again", "info")


class House:
    """Keeps what its listener gives it; a ``defect`` is raised instead, once."""

    def __init__(self, log_file: Path, *, connections: int = 2048) -> None:
        self.clock = HandClock(datetime(2026, 3, 2, tzinfo=UTC))
        self.came = list[socket.socket]()
        self.addresses = list[str]()
        self.refused = 0
        self.defect: Exception | None = None
        self._log_file = log_file
        self._writer = LogWriter(os.open(log_file, os.O_CREAT | os.O_WRONLY))
        settings = AtmSettings(terminals=Path("terminals.toml"), connections=connections, connections_per_second=BURST)
        self.listener = Listener(settings, self.clock, make_log(self.clock, self._writer))
        self.listener.serve(self._take, self._refused)

    def _take(self, connected: socket.socket, address: str) -> Taken:
        defect, self.defect = self.defect, None
        if defect is not None:
            raise defect
        self.came.append(connected)
        self.addresses.append(address)
        return Taken.IN

    def _refused(self) -> None:
        self.refused += 1

    def connect(self, source: str = "127.0.0.1") -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.listener.port), 60, (source, 0))

    def logged(self) -> list[dict[str, object]]:
        return [orjson.loads(line) for line in self._log_file.read_bytes().splitlines()]

    def close(self) -> None:
        self.listener.close()
        self._writer.close()
        for connected in self.came:
            connected.close()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path / "log")
    yield house
    house.close()


@contextmanager
def without_descriptors() -> Iterator[None]:
    """This process may open no more files than it has, for as long as the block lasts."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (_lowest_free(), limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def _lowest_free() -> int:
    """Files above a limit stay open; one more gets the lowest number that is free."""
    free = os.dup(0)
    os.close(free)
    return free


def name_of(comer: socket.socket) -> str:
    host, port = comer.getsockname()
    return f"{host}:{port}"


def is_reset(comer: socket.socket) -> bool:
    with suppress(ConnectionResetError):
        comer.recv(1)
        return False
    return True


async def test_without_descriptors_it_says_so_once_waits_and_goes_on(house: House) -> None:
    comer = socket.socket()
    with without_descriptors():
        comer.connect(("127.0.0.1", house.listener.port))
        for _ in range(3):
            await house.clock.awaited(0.1)
            await house.clock.advance(0.1)
        await house.clock.awaited(0.1)
        assert not house.came
    await asyncio.sleep(0.05)
    assert not house.came, "it did not wait"
    await house.clock.advance(0.1)
    await eventually(lambda: len(house.came) == 1)
    comer.close()
    house.close()
    lines = house.logged()
    assert [(line["event"], line["level"]) for line in lines] == [NOT_TAKEN, TAKEN_AGAIN]
    assert lines[0]["error"] == "Too many open files"


@pytest.mark.parametrize("defect", [MemoryError("no room for two frames"), OSError(12, "Cannot allocate memory")])
async def test_a_defect_costs_one_connection_and_is_logged(house: House, defect: Exception) -> None:
    house.defect = defect
    first, second = house.connect(), house.connect()
    await eventually(lambda: len(house.came) == 1)
    assert is_reset(first)
    assert house.addresses == [name_of(second)]
    house.close()
    [line] = house.logged()
    assert (line["event"], line["level"]) == ("connection_not_served", "error")
    assert type(defect).__name__ in str(line)


async def test_an_address_that_comes_too_fast_waits_and_others_do_not(house: House) -> None:
    flood = [house.connect("127.0.0.2") for _ in range(60)]
    await eventually(lambda: len(house.came) == BURST)
    honest = house.connect()
    await eventually(lambda: len(house.came) == BURST + 1)
    assert house.addresses[-1] == name_of(honest)
    await house.clock.advance(0.501)
    assert len(house.came) == BURST + 1 + 10
    house.listener.close()
    assert [is_reset(comer) for comer in flood[BURST + 10 :]] == [True] * 30
    assert house.refused == 0


async def test_when_too_many_wait_the_one_who_sends_most_is_refused(tmp_path: Path) -> None:
    house = House(tmp_path / "log", connections=10)
    flood = [house.connect("127.0.0.2") for _ in range(BURST + 15)]
    await eventually(lambda: house.refused == 5)
    assert [is_reset(comer) for comer in flood[-5:]] == [True] * 5
    honest = [house.connect() for _ in range(BURST + 3)]
    await eventually(lambda: house.refused == 8)
    await house.clock.advance(0.501)
    assert len(house.came) == 2 * BURST + 10
    assert {name_of(comer) for comer in honest} <= set(house.addresses)
    house.close()


async def test_who_hangs_up_while_he_waits_is_passed_over(house: House) -> None:
    flood = [house.connect() for _ in range(BURST + 200)]
    await eventually(lambda: len(house.came) == BURST)
    for comer in flood[BURST:]:
        comer.close()
    last = house.connect()
    await asyncio.sleep(0.05)
    for _ in range(10):
        await house.clock.advance(0.011)
    assert house.addresses[BURST:] == [name_of(last)]


async def test_of_those_who_come_in_vain_so_many_a_second_are_accepted(tmp_path: Path) -> None:
    house = House(tmp_path / "log", connections=1)
    comers = [house.connect() for _ in range(BURST + 1 + 300)]
    await house.clock.awaited(IN_VAIN_PAUSE)
    at_once = house.refused
    assert 150 <= at_once <= 151
    await house.clock.advance(IN_VAIN_PAUSE)
    await eventually(lambda: house.refused == at_once + 2)
    for comer in comers:
        comer.close()
    house.close()
