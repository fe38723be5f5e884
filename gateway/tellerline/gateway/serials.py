"""Global serials: 26 characters that sort by time and never repeat."""

from __future__ import annotations

from datetime import datetime

from tellerline.adapters.clock import Clock, Randomness

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = tuple(a + b for a in _ALPHABET for b in _ALPHABET)
_RANDOM_BITS = 80
_RANDOM_LIMIT = 1 << _RANDOM_BITS
_RANDOM_BYTES = _RANDOM_BITS // 8
_DRAWN_TOGETHER = 64 * _RANDOM_BYTES
_SHIFTS = tuple(range(_RANDOM_BITS - 10, -1, -10))


def _crockford(value: int, shifts: tuple[int, ...]) -> str:
    return "".join([_PAIRS[(value >> shift) & 1023] for shift in shifts])


class Serials:
    """ULIDs, strictly increasing within a process even when the clock is set back. Not thread-safe."""

    __slots__ = ("_clock", "_drawn", "_milliseconds", "_prefix", "_random", "_randomness")

    def __init__(self, clock: Clock, randomness: Randomness) -> None:
        self._clock = clock
        self._randomness = randomness
        self._milliseconds = -1
        self._random = 0
        self._drawn = b""
        self._prefix = ""

    def next(self, now: datetime | None = None) -> str:
        """The next serial: 26 characters of Crockford's base 32. ``now`` is the clock's reading, if known."""
        milliseconds = int((now or self._clock.now()).timestamp() * 1000)
        if milliseconds > self._milliseconds:
            self._begin(milliseconds)
        else:
            self._random += 1
            if self._random >= _RANDOM_LIMIT:
                self._begin(self._milliseconds + 1)
        return self._prefix + _crockford(self._random, _SHIFTS)

    def _begin(self, milliseconds: int) -> None:
        self._milliseconds = milliseconds
        self._prefix = _crockford(milliseconds, (40, 30, 20, 10, 0))
        if not self._drawn:
            self._drawn = self._randomness.bytes(_DRAWN_TOGETHER)
        drawn, self._drawn = self._drawn[:_RANDOM_BYTES], self._drawn[_RANDOM_BYTES:]
        # The top bit stays clear, so that counting on within a millisecond has room.
        self._random = int.from_bytes(drawn, "big") >> 1
