"""Libraries' own log lines end up in ours: one JSON object each, masked."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from mq_worlds import eventually

from tellerline.adapters.clock import VirtualClock
from tellerline.adapters.telemetry import LibraryLines, LogWriter, make_log

LIBRARY = logging.getLogger("some.library")


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[Path]:
    descriptor = os.open(tmp_path / "log", os.O_CREAT | os.O_WRONLY)
    writer = LogWriter(descriptor)
    lines = LibraryLines(make_log(VirtualClock(datetime(2026, 3, 2, tzinfo=UTC)), writer))
    lines.start()
    yield tmp_path / "log"
    lines.stop()
    LIBRARY.error("after the end")
    writer.close()
    os.close(descriptor)
    assert "after the end" not in (tmp_path / "log").read_text()


def written(file: Path) -> list[dict[str, str]]:
    return [orjson.loads(line) for line in file.read_bytes().splitlines()]


async def test_a_librarys_error_is_one_masked_line(file: Path) -> None:
    try:
        raise OSError("no way to 6229990000000000167")
    except OSError:
        LIBRARY.exception("card %s", "6229990000000000167")
    LIBRARY.info("chatter")
    await eventually(lambda: file.read_bytes().endswith(b"\n"))
    (line,) = written(file)
    assert (line["event"], line["level"], line["library"]) == ("library", "error", "some.library")
    assert line["text"] == "card 622999*********0167"
    assert "OSError: no way to 622999*********0167" in line["exception"]


async def test_other_threads_report_too(file: Path) -> None:
    await asyncio.to_thread(LIBRARY.warning, "from afar")
    await eventually(lambda: file.read_bytes().endswith(b"\n"))
    (line,) = written(file)
    assert (line["level"], line["text"]) == ("warning", "from afar")
