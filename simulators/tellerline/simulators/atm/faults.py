"""What can go wrong at a machine, each a number of times, when its turn comes."""

from __future__ import annotations

import enum
from collections import Counter


class Fault(enum.StrEnum):
    LOSE_REPLY = "lose-reply"
    """The acquirer's next answer to what moves money, or to an advice, never arrives."""
    LATE_REPLY = "late-reply"
    """It arrives when the machine has given up."""
    GARBLE_REPLY = "garble-reply"
    """A byte of it has changed on the way."""
    CUT_LINE = "cut-line"
    """The connection breaks as soon as the request has left."""
    BAD_MAC = "bad-mac"
    """The next request's MAC is not of its message."""
    GARBAGE = "garbage"
    """Nonsense leaves before the next request."""
    JAM = "jam"
    """The dispenser presents nothing."""
    SHORT = "short"
    """The dispenser presents one note and jams."""
    POWER_BEFORE_DISPENSE = "power-before-dispense"
    """Power is lost when the withdrawal is approved and no note is out."""
    POWER_AFTER_DISPENSE = "power-after-dispense"
    """Power is lost when the notes are out and nobody has written that down."""


class PowerCutError(BaseException):
    """The machine is without power: nothing of it runs on, its files are all that is left."""


class Faults:
    """Armed faults, each used up by the occasion it waited for."""

    def __init__(self) -> None:
        self._armed: Counter[Fault] = Counter()

    def arm(self, fault: Fault, times: int = 1) -> None:
        self._armed[fault] += times

    def strikes(self, fault: Fault) -> bool:
        """Whether it happens now; then it is one time less."""
        if self._armed[fault] <= 0:
            return False
        self._armed[fault] -= 1
        return True
