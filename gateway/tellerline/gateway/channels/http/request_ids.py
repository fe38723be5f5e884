"""What requests are called: in answers, in logs, and as serials of those that change nothing."""

from __future__ import annotations

from typing import Final

from tellerline.adapters.clock import Randomness

_PREFIX_BYTES: Final = 10
_LETTERS: Final = 0x00000000_A0000000_A000
"""Or-ed to a beginning, it makes the 9th and the 17th digit letters."""
_MOST_UNDER_ONE: Final = 1 << 16


class RequestIds:
    """24 hexadecimal digits each: a random beginning, and a number that counts on until the next one is drawn.

    Ids that follow each other stand side by side in an index: wholly random ones would each touch a page of their own.
    Each is given once, and none of them is a secret. None has more than eight decimal digits in a row: what masks
    customers' numbers in the log leaves it whole. For one thread, and not to be shared over a fork.
    """

    def __init__(self, randomness: Randomness) -> None:
        self._randomness = randomness
        self._prefix = ""
        self._given = _MOST_UNDER_ONE

    def next(self) -> str:
        if self._given >= _MOST_UNDER_ONE:
            drawn = int.from_bytes(self._randomness.bytes(_PREFIX_BYTES), "big")
            self._prefix = f"{drawn | _LETTERS:020x}"
            self._given = 0
        number = self._given
        self._given = number + 1
        return f"{self._prefix}{number:04x}"
