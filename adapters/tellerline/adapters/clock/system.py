"""The machine's clock behind the seam that every part is given."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol


class Timer(Protocol):
    """A pending callback. Cancelling one that has run or was cancelled does nothing."""

    def cancel(self) -> None: ...


class Clock(Protocol):
    """Civil time, elapsed time and waiting, from one source.

    ``now`` may jump (an operator sets the clock); ``monotonic`` never goes back, and every deadline is a reading of it.
    Waiting is measured on ``monotonic``.
    """

    def now(self) -> datetime:
        """The instant, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary origin; never decreases."""

    async def sleep(self, seconds: float) -> None:
        """Return after ``seconds`` of this clock's time; zero or less yields to the loop once."""

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """Run ``callback`` on the loop after ``seconds`` of this clock's time."""


class SystemClock:
    """Real time. Must be used on the loop's own thread for waiting; readings are safe anywhere."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # clock-seam

    def monotonic(self) -> float:
        return time.monotonic()  # clock-seam

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        return asyncio.get_running_loop().call_later(seconds, callback)
