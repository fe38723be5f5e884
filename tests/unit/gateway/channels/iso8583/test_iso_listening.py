"""Taking connections: one that cannot be taken ends by itself, and the next one is taken."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from tellerline.adapters.clock import VirtualClock
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.gateway.channels.iso8583.listening import Listener
from tellerline.gateway.channels.iso8583.settings import AtmSettings


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def writer(log_file: Path) -> Iterator[LogWriter]:
    descriptor = os.open(log_file, os.O_CREAT | os.O_WRONLY)
    yield LogWriter(descriptor)
    os.close(descriptor)


def lines_of(log_file: Path) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in log_file.read_bytes().splitlines()]


async def test_without_descriptors_it_says_so_once_waits_and_goes_on(log_file: Path, writer: LogWriter) -> None:
    clock, refusals = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC)), iter([True, True, False])
    tried: asyncio.Queue[bool] = asyncio.Queue()

    def protocol() -> asyncio.Protocol:
        refused = next(refusals)
        tried.put_nowait(refused)
        if refused:
            raise OSError(24, "Too many open files")
        return asyncio.Protocol()

    listener = Listener(AtmSettings(terminals=Path("terminals.toml")), clock, make_log(clock, writer))
    listener.serve(protocol)
    comers = [await asyncio.open_connection("127.0.0.1", listener.port) for _ in range(3)]
    async with asyncio.timeout(20):
        for reader, _ in comers[:2]:
            assert await reader.read() == b""
            assert await tried.get()
            await asyncio.sleep(0.05)
            assert tried.empty(), "it did not wait"
            await clock.advance(0.1)
        assert not await tried.get()
    for _, comer in comers:
        comer.close()
    listener.close()
    await asyncio.sleep(0)
    writer.close()
    lines = lines_of(log_file)
    assert [(line["event"], line["level"]) for line in lines] == [
        ("connections_not_taken", "error"),
        ("connections_taken_again", "info"),
    ]
    assert lines[0]["error"] == "Too many open files"
