"""An end to handlers that do not keep their deadline: one timer for all of them."""

from __future__ import annotations

import asyncio
from typing import Any

from tellerline.adapters.clock import Clock, Timer

_EARLY_S = 0.001
"""How much earlier than asked for a loop may call."""
Task = asyncio.Task[Any]


class OverdueTasks:
    """Cancels tasks that are not done ``seconds`` after their beginning. For one event loop.

    All have the same time, so that they are due in the order in which they began. The timer that waits for the first of
    them outlives it: while tasks end in time, there is one timer in ``seconds``, not one for each task.
    """

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._due: dict[Task, float] = {}
        self._timer: Timer | None = None

    def watch(self, task: Task) -> float:
        """Its time begins now; returns that reading of the clock's ``monotonic``."""
        now = self._clock.monotonic()
        self._due[task] = now + self._seconds
        if self._timer is None:
            self._timer = self._clock.call_later(self._seconds, self._look)
        return now

    def let_go(self, task: Task) -> bool:
        """Watch it no longer; False when it has been cancelled meanwhile, or let go before."""
        return self._due.pop(task, None) is not None

    def _look(self) -> None:
        self._timer = None
        now = self._clock.monotonic()
        for task, due in tuple(self._due.items()):
            if due > now + _EARLY_S:
                self._timer = self._clock.call_later(due - now, self._look)
                return
            del self._due[task]
            task.cancel()
