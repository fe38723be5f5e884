"""A virtual clock that runs while something goes on that needs time to pass."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import TypeVar

from tellerline.adapters.clock import VirtualClock

ResultT = TypeVar("ResultT")


async def passing(clock: VirtualClock, work: Awaitable[ResultT], step: float = 0.002, speed: float = 1) -> ResultT:
    """Let ``clock`` run ``speed`` times as fast as the real one, or slower, while ``work`` does; ``step`` is in
    seconds."""

    async def run() -> None:
        while True:
            await asyncio.sleep(step)
            await clock.advance(step * speed)

    running = asyncio.get_running_loop().create_task(run())
    try:
        return await work
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
