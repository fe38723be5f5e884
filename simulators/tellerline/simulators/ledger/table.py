"""A keyed store of immutable values that can go back to its last snapshot in the time its changes take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Table(Generic[K, V]):
    """Values must not be changed in place: ``put`` a new one.

    ``snapshot`` takes constant time, ``reset`` as long as the number of keys written since. A second ``reset`` returns
    to the same snapshot; without one, to the empty table.
    """

    def __init__(self) -> None:
        self._rows: dict[K, V] = {}
        self._before: dict[K, V | None] = {}

    def put(self, key: K, value: V) -> None:
        if key not in self._before:
            self._before[key] = self._rows.get(key)
        self._rows[key] = value

    def drop(self, key: K) -> None:
        """Remove a key; ``KeyError`` when it is not there."""
        if key not in self._before:
            self._before[key] = self._rows[key]
        del self._rows[key]

    def get(self, key: K) -> V | None:
        return self._rows.get(key)

    def __contains__(self, key: K) -> bool:
        return key in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def items(self) -> Iterator[tuple[K, V]]:
        return iter(self._rows.items())

    def values(self) -> Iterator[V]:
        return iter(self._rows.values())

    def snapshot(self) -> None:
        self._before = {}

    def reset(self) -> None:
        for key, value in self._before.items():
            if value is None:
                self._rows.pop(key, None)
            else:
                self._rows[key] = value
        self._before = {}
