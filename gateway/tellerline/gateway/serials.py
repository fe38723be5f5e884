"""Global serials: 26 characters that sort by time and never repeat."""

from __future__ import annotations

from datetime import datetime

from tellerline.adapters.clock import Clock, Randomness

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = tuple(a + b for a in _ALPHABET for b in _ALPHABET)
_PAIR_BITS = 10
_LAST_PAIR = len(_PAIRS) - 1
_RANDOM_BITS = 80
_UPPER_BITS = _RANDOM_BITS - _PAIR_BITS
_RANDOM_BYTES = _RANDOM_BITS // 8
_DRAWN_TOGETHER = 64 * _RANDOM_BYTES
_TIME_SHIFTS = (40, 30, 20, 10, 0)
_UPPER_SHIFTS = tuple(range(_UPPER_BITS - _PAIR_BITS, -1, -_PAIR_BITS))


def _crockford(value: int, shifts: tuple[int, ...]) -> str:
    return "".join([_PAIRS[(value >> shift) & _LAST_PAIR] for shift in shifts])


class Serials:
    """ULIDs, strictly increasing within a process even when the clock is set back. Not thread-safe.

    What two serials of a millisecond have in common is written once: only the last two characters count on, and carry
    into the rest of the random part when they are used up.
    """

    __slots__ = ("_clock", "_drawn", "_last", "_milliseconds", "_prefix", "_randomness", "_time", "_upper")

    def __init__(self, clock: Clock, randomness: Randomness) -> None:
        self._clock = clock
        self._randomness = randomness
        self._milliseconds = -1
        self._upper = self._last = 0
        self._drawn = b""
        self._time = self._prefix = ""

    def next(self, now: datetime | None = None) -> str:
        """The next serial: 26 characters of Crockford's base 32. ``now`` is the clock's reading, if known."""
        milliseconds = int((now or self._clock.now()).timestamp() * 1000)
        if milliseconds > self._milliseconds:
            self._begin(milliseconds)
        elif self._last < _LAST_PAIR:
            self._last += 1
        else:
            self._count_from(self._upper + 1, 0)
        return self._prefix + _PAIRS[self._last]

    def _begin(self, milliseconds: int) -> None:
        self._milliseconds = milliseconds
        self._time = _crockford(milliseconds, _TIME_SHIFTS)
        if not self._drawn:
            self._drawn = self._randomness.bytes(_DRAWN_TOGETHER)
        drawn, self._drawn = self._drawn[:_RANDOM_BYTES], self._drawn[_RANDOM_BYTES:]
        # The top bit stays clear: there is room to count on, for more than any machine can draw.
        random = int.from_bytes(drawn, "big") >> 1
        self._count_from(random >> _PAIR_BITS, random & _LAST_PAIR)

    def _count_from(self, upper: int, last: int) -> None:
        self._upper, self._last = upper, last
        self._prefix = self._time + _crockford(upper, _UPPER_SHIFTS)
