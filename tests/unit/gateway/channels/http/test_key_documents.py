"""A key set in a file: read anew, bounded, and no reason to wait for a file system that does not answer."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tellerline.adapters.clock import VirtualClock
from tellerline.gateway.channels.http.key_documents import KeyFile

START = datetime(2026, 3, 2, tzinfo=UTC)
GUARD_S = 120


class Readings:
    """The threads that read keys and were not there before: those of another test may still be ending."""

    def __init__(self) -> None:
        self._before = self._all()

    def left(self) -> set[threading.Thread]:
        return self._all() - self._before

    def _all(self) -> set[threading.Thread]:
        return {thread for thread in threading.enumerate() if thread.name == "issuer-keys"}


@pytest.fixture
def readings() -> Readings:
    return Readings()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START)


@pytest.fixture
def hung(tmp_path: Path) -> Path:
    """Opening it waits until somebody writes: what a file system does that has gone away."""
    path = tmp_path / "hung.json"
    os.mkfifo(path)
    return path


async def test_a_key_file_is_read_anew(tmp_path: Path, clock: VirtualClock) -> None:
    file = tmp_path / "keys.json"
    document = KeyFile(file, clock)
    for content in (b"1", b"2", b"x" * 65_536):
        file.write_bytes(content)
        assert await document.read() == content


async def test_a_key_file_is_of_a_key_sets_size(tmp_path: Path, clock: VirtualClock) -> None:
    (tmp_path / "keys.json").write_bytes(b"x" * 65_537)
    for path in (tmp_path / "keys.json", Path("/dev/zero")):
        with pytest.raises(OSError, match="more than 65536 bytes"):
            await KeyFile(path, clock).read()


async def test_what_cannot_be_read_is_said(tmp_path: Path, clock: VirtualClock) -> None:
    for path in (tmp_path, tmp_path / "nothing.json"):
        with pytest.raises(OSError, match=str(path)):
            await KeyFile(path, clock).read()


async def test_a_file_that_hangs_is_waited_for_so_long_and_by_one_thread(
    hung: Path, clock: VirtualClock, readings: Readings
) -> None:
    document = KeyFile(hung, clock)
    reading = asyncio.create_task(document.read())
    await clock.advance(14.9)
    assert not reading.done()
    await clock.advance(0.2)
    with pytest.raises(TimeoutError, match="15 s"):
        await reading
    for _ in range(50):
        with pytest.raises(OSError, match="holds up"):
            await document.read()
    (left,) = readings.left()
    await asyncio.to_thread(hung.write_bytes, b"late")  # the thread left behind reads it
    await asyncio.to_thread(left.join, GUARD_S)
    assert not left.is_alive()
    reading = asyncio.create_task(document.read())
    await asyncio.to_thread(hung.write_bytes, b"anew")
    assert await reading == b"anew"


async def test_a_reading_that_is_given_up_is_not_waited_for(
    hung: Path, clock: VirtualClock, readings: Readings
) -> None:
    reading = asyncio.create_task(KeyFile(hung, clock).read())
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    (left,) = readings.left()
    await asyncio.to_thread(hung.write_bytes, b"")
    await asyncio.to_thread(left.join, GUARD_S)
    assert not left.is_alive()


def test_a_file_that_hangs_keeps_no_process_from_ending(hung: Path) -> None:
    program = f"""
import asyncio
from pathlib import Path
from tellerline.adapters.clock import SystemClock
from tellerline.gateway.channels.http.key_documents import KeyFile

async def main():
    reading = asyncio.create_task(KeyFile(Path({str(hung)!r}), SystemClock()).read())
    await asyncio.sleep(0)
    reading.cancel()

asyncio.run(main())
print("ended")
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=GUARD_S)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "ended\n", "")
