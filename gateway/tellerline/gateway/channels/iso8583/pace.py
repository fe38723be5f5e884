"""How fast something may come, so that a flood takes no more than this from others."""

from __future__ import annotations

from tellerline.adapters.clock import Clock


class Pace:
    """A bucket that fills with ``per_second`` and holds ``seconds``' worth, one at least."""

    __slots__ = ("_clock", "_left", "_most", "_per_second", "_seen_at")

    def __init__(self, clock: Clock, per_second: float, seconds: float) -> None:
        self._clock = clock
        self._per_second = per_second
        self._left = self._most = max(1.0, seconds * per_second)
        self._seen_at = clock.monotonic()

    def take(self) -> float:
        """Take one, and return for how many seconds to wait before it may be used."""
        self._fill()
        self._left -= 1
        return 0.0 if self._left >= 0 else -self._left / self._per_second

    def wait(self) -> float:
        """For how many seconds there is none to take."""
        return self._until(1.0)

    def rested(self) -> float:
        """In how many seconds nothing is left of what was taken."""
        return self._until(self._most)

    def _until(self, left: float) -> float:
        self._fill()
        return max(0.0, left - self._left) / self._per_second

    def _fill(self) -> None:
        now = self._clock.monotonic()
        self._left = min(self._most, self._left + (now - self._seen_at) * self._per_second)
        self._seen_at = now
