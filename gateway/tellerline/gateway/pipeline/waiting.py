"""Waiting for work that must go on when the one who waits for it has left."""

from __future__ import annotations

import asyncio

from tellerline.adapters.clock import Clock


async def done_by(task: asyncio.Task[object], deadline: float, clock: Clock) -> bool:
    """Whether ``task`` is done by ``deadline``. Neither the deadline nor a cancelled waiter cancels the task."""
    if task.done():
        return True
    waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def wake(_done: object = None) -> None:
        if not waiter.done():
            waiter.set_result(None)

    task.add_done_callback(wake)
    timer = clock.call_later(deadline - clock.monotonic(), wake)
    try:
        await waiter
    finally:
        timer.cancel()
        task.remove_done_callback(wake)
    return task.done()
