"""The log: one JSON object a line, in order, all of it there after a clean stop."""

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

START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def writer(file: Path) -> Iterator[LogWriter]:
    descriptor = os.open(file, os.O_CREAT | os.O_WRONLY)
    yield LogWriter(descriptor)
    os.close(descriptor)


def lines(file: Path) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in file.read_bytes().splitlines()]


async def test_nothing_is_lost_and_the_order_kept(writer: LogWriter, file: Path) -> None:
    log = make_log(VirtualClock(START), writer, instance="g1")
    for number in range(20_000):
        log.info("counted", number=number, filler="x" * 50)
        if number % 1000 == 0:
            await asyncio.sleep(0.001)
    writer.close()
    written = lines(file)
    assert [line["number"] for line in written] == list(range(20_000))
    assert written[0]["at"] == "2026-03-02T04:00:00+00:00"
    assert written[0]["instance"] == "g1"


async def test_lines_reach_the_file_by_themselves(writer: LogWriter, file: Path) -> None:
    make_log(VirtualClock(START), writer).warning("seen")
    await asyncio.sleep(0.3)
    assert lines(file)[0]["level"] == "warning"


def test_without_a_loop_lines_are_written_at_once(writer: LogWriter, file: Path) -> None:
    make_log(VirtualClock(START), writer).error("seen")
    assert lines(file)[0]["event"] == "seen"


async def test_what_is_below_the_level_is_not_made(writer: LogWriter, file: Path) -> None:
    log = make_log(VirtualClock(START), writer, level="warning")
    log.info("hidden")
    log.error("shown")
    writer.close()
    assert [line["event"] for line in lines(file)] == ["shown"]
