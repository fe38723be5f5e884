"""Taking connections: one that cannot be taken ends by itself, and the next one is taken."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from tellerline.adapters.clock import VirtualClock
from tellerline.gateway.channels.iso8583.listening import Listener
from tellerline.gateway.channels.iso8583.settings import AtmSettings


async def test_without_descriptors_it_waits_and_goes_on() -> None:
    clock, refusals = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC)), iter([True, False])
    taken = asyncio.Event()

    def protocol() -> asyncio.Protocol:
        if next(refusals):
            raise OSError(24, "Too many open files")
        taken.set()
        return asyncio.Protocol()

    listener = Listener(AtmSettings(terminals=Path("terminals.toml")), clock)
    listener.serve(protocol)
    reader, first = await asyncio.open_connection("127.0.0.1", listener.port)
    async with asyncio.timeout(10):
        assert await reader.read() == b""
    _, second = await asyncio.open_connection("127.0.0.1", listener.port)
    await asyncio.sleep(0.05)
    assert not taken.is_set()
    await clock.advance(0.2)
    async with asyncio.timeout(10):
        await taken.wait()
    for writer in (first, second):
        writer.close()
    listener.close()
    await asyncio.sleep(0)
