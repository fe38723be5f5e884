"""A document read key by key, gathering every mistake with its place instead of stopping at the first."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import time
from typing import Any


class Reader:
    """One table. Each reading takes its key away; ``close`` objects to what is left.

    A reading that fails notes why and returns a harmless value, so that the rest is still looked at.
    """

    def __init__(self, value: object, place: str, mistakes: list[str]) -> None:
        self.place = place
        self.mistakes = mistakes
        if not isinstance(value, Mapping):
            self.note("", "must be a table")
            value = {}
        self._values: dict[str, Any] = dict(value)

    def note(self, key: str, what: str) -> None:
        where = ".".join(part for part in (self.place, key) if part)
        self.mistakes.append(f"{where}: {what}" if where else what)

    def number(self, key: str, default: float | None = None, least: float = 0) -> float:
        value = self._values.pop(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < least:
            self.note(key, f"must be a number, {least:g} or more")
            return least
        return value

    def whole(self, key: str, default: int | None, least: int, greatest: int | None = None) -> int:
        value = self._values.pop(key, default)
        fits = isinstance(value, int) and not isinstance(value, bool) and value >= least
        if not fits or (greatest is not None and value > greatest):
            upper = " or more" if greatest is None else f" to {greatest}"
            self.note(key, f"must be a whole number, {least}{upper}")
            return least
        return int(value)

    @property
    def names(self) -> tuple[str, ...]:
        """Keys that nobody has read yet."""
        return tuple(self._values)

    def has(self, key: str) -> bool:
        return key in self._values

    def word(self, key: str, among: Iterable[str], default: str | None = None) -> str:
        """One of ``among``."""
        value = self._values.pop(key, default)
        known = list(among)
        if value not in known:
            self.note(key, f"{value!r} is none of {', '.join(known) or 'none'}")
            return known[0] if known else ""
        return str(value)

    def words(self, key: str, among: Iterable[str] | None = None) -> tuple[str, ...]:
        """A list of words, each once, each one of ``among`` if that is given; without the key none."""
        values = self._values.pop(key, [])
        if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
            self.note(key, "must be a list of words")
            return ()
        if len(set(values)) < len(values):
            self.note(key, "names one twice")
        known = None if among is None else set(among)
        for value in values:
            if known is not None and value not in known:
                self.note(key, f"{value!r} is not known")
        return tuple(values)

    def text(self, key: str, default: str | None = None) -> str:
        if default is not None and key not in self._values:
            return default
        value = self._values.pop(key, None)
        if not isinstance(value, str) or not value.strip():
            self.note(key, "must be a text")
            return ""
        return value

    def flag(self, key: str, default: bool) -> bool:
        value = self._values.pop(key, default)
        if not isinstance(value, bool):
            self.note(key, "must be true or false")
            return default
        return value

    def wall_time(self, key: str) -> time:
        """A time of day without a zone; midnight in its place if there is none."""
        value = self._values.pop(key, None)
        if not isinstance(value, time):
            self.note(key, "must be a time of day, such as 08:30:00")
            return time()
        return value

    def texts(self, key: str) -> dict[str, str]:
        """A table of texts by name; without the key none."""
        inner = Reader(self._values.pop(key, {}), self._below(key), self.mistakes)
        return {name: inner.text(name) for name in inner.names}

    def table(self, key: str) -> Reader:
        return Reader(self._values.pop(key, None), self._below(key), self.mistakes)

    def named_tables(self, key: str) -> Iterator[tuple[str, Reader]]:
        """Each table below ``key`` with its name, closed behind the reader; without the key none."""
        outer = Reader(self._values.pop(key, {}), self._below(key), self.mistakes)
        for name in outer._values:
            inner = outer._part(outer._values[name], name)
            yield name, inner
            inner.close()

    def listed_tables(self, key: str) -> Iterator[Reader]:
        """Each table of the list below ``key``, closed behind the reader; its place counts from 1."""
        values = self._values.pop(key, [])
        if not isinstance(values, list):
            self.note(key, "must be a list of tables")
            return
        for number, value in enumerate(values, 1):
            inner = self._part(value, f"{key}[{number}]")
            yield inner
            inner.close()

    def close(self) -> None:
        for key in self._values:
            self.note(key, "is not known")

    def _part(self, value: object, name: str) -> Reader:
        return Reader(value, self._below(name), self.mistakes)

    def _below(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key
