"""A memory of rows that are read far more often than they change."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

from cachetools import Cache as Memory
from cachetools import FIFOCache, TTLCache

from tellerline.adapters.clock import Clock

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")

_MOST = 10_000


class Cache(Generic[KeyT, ValueT]):
    """Remembers values for ``seconds`` of the clock, as other processes may change them; with None until ``clear``.

    What was read before a ``clear`` is not put in after it: take a ``ticket`` before reading.
    """

    def __init__(self, clock: Clock, *, seconds: float | None) -> None:
        self._values: Memory[KeyT, ValueT]
        self._values = FIFOCache(_MOST) if seconds is None else TTLCache(_MOST, seconds, timer=clock.monotonic)
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
