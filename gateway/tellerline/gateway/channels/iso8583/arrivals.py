"""Who comes and may not come in yet: a line for each address, and no line waits for another."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from enum import Enum
from typing import Final, Generic, TypeVar

from tellerline.adapters.clock import Clock, Timer
from tellerline.gateway.channels.iso8583.pace import Pace

_EARLY_S: Final = 0.001
"""How much earlier than asked for a clock may call."""
_AT_ONCE: Final = 4
"""Turns in one go: whoever is served meanwhile waits for all of them."""
Comer = TypeVar("Comer")


class Taken(Enum):
    """What became of one whose turn it was."""

    IN = "in"
    """He is in, or was refused: his turn is over."""
    GONE = "gone"
    """He had left: it is the next one's turn."""
    LATER = "later"
    """He comes first when ``Arrivals.room`` says that there is room."""


class _Line(Generic[Comer]):
    """The comers of one address, in order. ``timer`` is for the first one's turn, or for forgetting the address."""

    __slots__ = ("pace", "timer", "waiting")

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.waiting: deque[Comer] = deque()
        self.timer: Timer | None = None


class Arrivals(Generic[Comer]):
    """Gives each comer his turn: each address's at ``per_second`` a second, ``burst`` seconds' worth at once.

    No more than ``most`` wait, all addresses together: beyond that the newest of the address with the most is refused.
    Nothing is kept of an address whose last comer's turn is long over. Both callbacks must not raise.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        per_second: float,
        burst: float,
        most: int,
        take: Callable[[Comer], Taken],
        refuse: Callable[[Comer], None],
    ) -> None:
        self._clock = clock
        self._per_second = per_second
        self._burst = burst
        self._most = most
        self._take = take
        self._refuse = refuse
        self._lines: dict[str, _Line[Comer]] = {}
        self._waiting = 0
        self._for_room: dict[str, _Line[Comer]] = {}

    def __len__(self) -> int:
        """How many addresses are known."""
        return len(self._lines)

    def come(self, address: str, comer: Comer) -> None:
        """It is his turn now, or he waits for it. Returns at once."""
        line = self._lines.get(address)
        if line is None:
            line = self._lines[address] = _Line(Pace(self._clock, self._per_second, self._burst))
        line.waiting.append(comer)
        self._waiting += 1
        if len(line.waiting) == 1:
            self._advance(address, line)
        if self._waiting > self._most:
            self._refuse_one()

    def room(self) -> None:
        """One of those who were to come ``LATER`` may come now: of the address that has waited for longest."""
        for address, line in tuple(self._for_room.items()):
            del self._for_room[address]
            if self._advance(address, line):
                break

    def close(self) -> list[Comer]:
        """Return all who wait, and forget everybody."""
        waiting = list[Comer]()
        for line in self._lines.values():
            _stop(line)
            waiting += line.waiting
        self._lines.clear()
        self._for_room.clear()
        self._waiting = 0
        return waiting

    def _advance(self, address: str, line: _Line[Comer]) -> bool:
        """Take whose turn it is, and set the timer for what is next. Whether anybody was taken."""
        _stop(line)
        anybody, wait = False, 0.0
        for _ in range(_AT_ONCE):
            wait = line.pace.wait()
            if not line.waiting or wait > _EARLY_S:
                break
            taken = self._take(line.waiting[0])
            if taken is Taken.LATER:
                self._for_room[address] = line
                return anybody
            line.waiting.popleft()
            self._waiting -= 1
            if taken is Taken.IN:
                line.pace.take()
                anybody = True
        if line.waiting:
            line.timer = self._clock.call_later(wait, lambda: self._on_turn(address, line))
        else:
            self._forget(address, line)
        return anybody

    def _on_turn(self, address: str, line: _Line[Comer]) -> None:
        self._advance(address, line)

    def _forget(self, address: str, line: _Line[Comer]) -> None:
        """Now, if it makes no difference, else as soon as it makes none."""
        rested = line.pace.rested()
        if rested > _EARLY_S:
            line.timer = self._clock.call_later(rested, lambda: self._forget(address, line))
        else:
            del self._lines[address]

    def _refuse_one(self) -> None:
        address, line = max(reversed(self._lines.items()), key=lambda each: len(each[1].waiting))
        comer = line.waiting.pop()
        self._waiting -= 1
        if not line.waiting:
            _stop(line)
            self._for_room.pop(address, None)
            self._forget(address, line)
        self._refuse(comer)


def _stop(line: _Line[Comer]) -> None:
    if line.timer is not None:
        line.timer.cancel()
        line.timer = None
