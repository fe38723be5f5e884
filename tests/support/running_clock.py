"""A virtual clock that runs while something goes on that needs time to pass."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from tellerline.adapters.clock import VirtualClock

ResultT = TypeVar("ResultT")


def _as_the_real_one() -> float:
    return 1


@asynccontextmanager
async def running(
    clock: VirtualClock, step: float = 0.002, speed: Callable[[], float] = _as_the_real_one
) -> AsyncIterator[None]:
    """Let ``clock`` run ``speed()`` times as fast as the real one, or slower; ``step`` is in seconds."""

    async def run() -> None:
        while True:
            await asyncio.sleep(step)
            await clock.advance(step * speed())

    task = asyncio.get_running_loop().create_task(run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def passing(
    clock: VirtualClock, work: Awaitable[ResultT], step: float = 0.002, speed: Callable[[], float] = _as_the_real_one
) -> ResultT:
    """``running`` while ``work`` does."""
    async with running(clock, step, speed):
        return await work
