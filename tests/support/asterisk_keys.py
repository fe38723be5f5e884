"""What Asterisk 22 tells of keys, by the rules of its ``__ast_read``: when it puts one off, and so tells it twice."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

_GAP = 45
_SHORTEST = 80
_SOUND = 20


@dataclass(frozen=True, slots=True)
class Press:
    """A key, held for ``length``, ``gap`` after the one before was released. Milliseconds."""

    key: str
    length: int
    gap: int


@dataclass(frozen=True, slots=True)
class Told:
    """``key`` by its place among those pressed."""

    at: int
    press: int
    length: int


@dataclass(slots=True)
class Channel:
    """Reads what came of one caller."""

    told: list[Told] = field(default_factory=list)
    off: deque[tuple[int, int]] = field(default_factory=deque)
    inside: bool = False
    making: int = 0
    marked: int = -10_000

    def read(self, now: int, arrived: deque[tuple[int, str, int, int]]) -> None:
        """Everything that may be read by now."""
        while True:
            if self.off:
                if self.making or now - self.marked < _GAP:
                    self._sound(now)
                    return
                self._end(now, *self.off.popleft())
            elif arrived and arrived[0][0] <= now:
                _, kind, press, length = arrived.popleft()
                if kind == "begin":
                    self._begin(now)
                elif kind == "end":
                    self._end(now, press, length)
                else:
                    self._sound(now)
            else:
                return

    def _begin(self, now: int) -> None:
        if not self.making and now - self.marked >= _GAP:
            self.inside, self.marked = True, now

    def _end(self, now: int, press: int, length: int) -> None:
        self.told.append(Told(now, press, length))
        if self.making:
            self.off.append((press, length))
        elif not self.inside:
            if now - self.marked < _GAP:
                self.off.append((press, length))
            else:
                self.making, self.marked = max(length, _SHORTEST), now
        else:
            self.inside = False
            real = now - self.marked if now - self.marked < _SHORTEST else length
            if real < _SHORTEST:
                self.making = _SHORTEST - real
            else:
                self.marked = now

    def _sound(self, now: int) -> None:
        if self.making and now - self.marked >= self.making:
            self.making, self.marked = 0, now


def told(presses: Sequence[Press], stalls: Iterable[tuple[int, int]] = ()) -> list[Told]:
    """Every report, where the channel is not read from the first to the second of each of ``stalls``."""
    arrived: deque[tuple[int, str, int, int]] = deque()
    now = 1000
    for place, press in enumerate(presses):
        arrived += [(at, "sound", 0, 0) for at in range(now, now + press.gap, _SOUND)]
        now += press.gap
        arrived.append((now, "begin", place, 0))
        arrived += [(at, "more", 0, 0) for at in range(now + _SOUND, now + press.length, _SOUND)]
        now += press.length
        arrived.append((now, "end", place, press.length))
    arrived += [(at, "sound", 0, 0) for at in range(now, now + 1000, _SOUND)]
    pauses, channel = tuple(stalls), Channel()
    for at in range(1000, now + 3000):
        if not any(first <= at < last for first, last in pauses):
            channel.read(at, arrived)
    return channel.told
