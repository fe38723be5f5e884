"""A clock for tests beside real sockets and real threads, which take their own time."""

from __future__ import annotations

from mq_worlds import eventually

from tellerline.adapters.clock import VirtualClock

_ABOUT_S = 0.005


class HandClock(VirtualClock):
    """Can tell whether who is to wait on it has come so far."""

    async def awaited(self, seconds: float) -> None:
        """Return when a timer is due in about so many of this clock's seconds, however long that takes in real time."""
        await eventually(lambda: self._is_awaited(seconds))

    def _is_awaited(self, seconds: float) -> bool:
        due = self.monotonic() + seconds
        return any(not timer.cancelled and abs(at - due) < _ABOUT_S for at, _, timer in self._timers)
