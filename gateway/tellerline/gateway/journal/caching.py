"""A second's memory of rows that other processes may change."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

from cachetools import TTLCache

from tellerline.adapters.clock import Clock

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")

_SECONDS = 1.0
_MOST = 10_000


class Cache(Generic[KeyT, ValueT]):
    """Remembers values for one second of the clock; switched off, it remembers nothing.

    What was read before a ``clear`` is not put in after it: take a ``ticket`` before reading.
    """

    def __init__(self, clock: Clock, *, on: bool) -> None:
        self._values: TTLCache[KeyT, ValueT] | None = TTLCache(_MOST, _SECONDS, timer=clock.monotonic) if on else None
        self._clears = 0

    def get(self, key: KeyT) -> ValueT | None:
        return None if self._values is None else self._values.get(key)

    def ticket(self) -> int:
        return self._clears

    def put(self, key: KeyT, value: ValueT, ticket: int) -> None:
        if self._values is not None and ticket == self._clears:
            self._values[key] = value

    def clear(self) -> None:
        self._clears += 1
        if self._values is not None:
            self._values.clear()
