"""What requests are called: in answers, in logs, and as serials of those that change nothing."""

from __future__ import annotations

from tellerline.adapters.clock import Randomness

_BYTES = 12
_DRAWN_TOGETHER = 256 * _BYTES


class RequestIds:
    """24 hexadecimal digits each, drawn many at a time: every draw asks the system. Each is given once, and none of
    them is a secret. For one thread, and not to be shared over a fork.
    """

    def __init__(self, randomness: Randomness) -> None:
        self._randomness = randomness
        self._drawn: list[str] = []

    def next(self) -> str:
        if not self._drawn:
            digits = self._randomness.bytes(_DRAWN_TOGETHER).hex()
            self._drawn = [digits[place : place + 2 * _BYTES] for place in range(0, len(digits), 2 * _BYTES)]
        return self._drawn.pop()
