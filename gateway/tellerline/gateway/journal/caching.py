"""A memory of rows that are read far more often than they change."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

from cachetools import Cache as Memory
from cachetools import FIFOCache, TTLCache

from tellerline.adapters.clock import Clock

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")

_SECONDS = 1.0
_MOST = 10_000


class Cache(Generic[KeyT, ValueT]):
    """Remembers values for one second of the clock where the database is ``shared``, for other processes change it too;
    where it is ours alone, until ``clear``.

    What was read before a ``clear`` is not put in after it: take a ``ticket`` before reading.
    """

    def __init__(self, clock: Clock, *, shared: bool) -> None:
        self._values: Memory[KeyT, ValueT]
        self._values = TTLCache(_MOST, _SECONDS, timer=clock.monotonic) if shared else FIFOCache(_MOST)
        self._clears = 0

    def get(self, key: KeyT) -> ValueT | None:
        return self._values.get(key)

    def ticket(self) -> int:
        return self._clears

    def put(self, key: KeyT, value: ValueT, ticket: int) -> None:
        if ticket == self._clears:
            self._values[key] = value

    def clear(self) -> None:
        self._clears += 1
        self._values.clear()
