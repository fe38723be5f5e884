"""TOML tables read key by key, so that every complaint names the file and the key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ManifestError(Exception):
    """A manifest cannot be used; the message names the file, the key and what is wrong with it."""

    def __init__(self, file: str, key: str, why: str) -> None:
        super().__init__(f"{file}: {key + ': ' if key else ''}{why}")
        self.file = file
        self.key = key


class Table:
    """One table. Every reader takes its key off; ``done`` complains about keys that nobody took.

    A reader with a default returns it for a missing key; without one the key is required.
    """

    def __init__(self, file: str, path: str, values: Mapping[str, Any]) -> None:
        self._file = file
        self._path = path
        self._values = values
        self._left = set(values)

    def __bool__(self) -> bool:
        """Whether it says anything."""
        return bool(self._values)

    def names(self) -> list[str]:
        return list(self._values)

    def error(self, key: str, why: str) -> ManifestError:
        return ManifestError(self._file, f"{self._path}.{key}" if self._path else key, why)

    def done(self) -> None:
        for key in sorted(self._left):
            raise self.error(key, "is not known")

    def text(self, key: str, default: str | None = None) -> str:
        value = self._take(key, default)
        if not isinstance(value, str) or (not value and default is None):
            raise self.error(key, "must be a text that is not empty")
        return value

    def flag(self, key: str, default: bool) -> bool:
        value = self._take(key, default)
        if not isinstance(value, bool):
            raise self.error(key, "must be true or false")
        return value

    def whole(self, key: str, default: int | None = None) -> int:
        value = self._take(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self.error(key, "must be a whole number above 0")
        return value

    def number(self, key: str, default: float | None = None) -> float:
        value = self._take(key, default)
        if not isinstance(value, int | float) or isinstance(value, bool) or value <= 0:
            raise self.error(key, "must be a number above 0")
        return float(value)

    def delays(self, key: str, default: tuple[float, ...]) -> tuple[float, ...]:
        """A list of seconds that is not empty."""
        value = self._take(key, list(default))
        if (
            not isinstance(value, list)
            or not value
            or not all(type(item) in (int, float) and item > 0 for item in value)
        ):
            raise self.error(key, "must be a list of numbers above 0")
        return tuple(float(item) for item in value)

    def numbers(self) -> dict[str, float]:
        """The whole table as numbers above 0."""
        return {key: self.number(key) for key in list(self._values)}

    def texts(self) -> dict[str, str]:
        """The whole table as texts."""
        return {key: self.text(key) for key in list(self._values)}

    def words(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of texts that are not empty; empty itself only by default."""
        value = self._take(key, None if default is None else list(default))
        texts = isinstance(value, list) and all(isinstance(item, str) and item for item in value)
        if not texts or (not value and default is None):
            raise self.error(key, "must be a list of texts")
        return tuple(value)

    def table(self, key: str) -> Table:
        """A table of this table; an absent one is empty."""
        value = self._take(key, {})
        if not isinstance(value, dict):
            raise self.error(key, "must be a table")
        return Table(self._file, f"{self._path}.{key}" if self._path else key, value)

    def list_of_tables(self, key: str) -> list[Table]:
        """A list of tables; an absent one is empty. Complaints count them from 1."""
        values = self._take(key, [])
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            raise self.error(key, "must be a list of tables")
        path = f"{self._path}.{key}" if self._path else key
        return [Table(self._file, f"{path}[{number}]", value) for number, value in enumerate(values, 1)]

    def tables(self) -> dict[str, Table]:
        """Every key of this table, each a table of its own."""
        return {key: self.table(key) for key in list(self._values)}

    def _take(self, key: str, default: object) -> Any:
        self._left.discard(key)
        value = self._values.get(key, default)
        if value is None:
            raise self.error(key, "is missing")
        return value
