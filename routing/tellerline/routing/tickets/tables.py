"""TOML tables read key by key, so that every mistake is named with its place."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

WordT = TypeVar("WordT", bound=StrEnum)
ItemT = TypeVar("ItemT")


class Table:
    """One table of a file. Each reader takes its key away; ``close`` refuses what nobody asked for.

    Mistakes are raised as ``error``.
    """

    def __init__(self, value: object, place: str, error: type[ValueError]) -> None:
        if not isinstance(value, Mapping):
            raise error(f"{place}: must be a table")
        self._values: dict[str, Any] = dict(value)
        self._place = place
        self._error = error

    @classmethod
    def document(cls, text: str, error: type[ValueError]) -> Table:
        """A whole file; its numbers with a point are ``Decimal``."""
        try:
            return cls(tomllib.loads(text, parse_float=Decimal), "the file", error)
        except (ValueError, RecursionError) as mistake:
            raise error(f"not TOML: {mistake}") from None
        except InvalidOperation:
            raise error("not TOML: a number is out of all bounds") from None

    @property
    def keys(self) -> list[str]:
        return list(self._values)

    def fail(self, key: str, what: str) -> ValueError:
        return self._error(f"{self._place}: {key}: {what}")

    def take(self, key: str, kind: type[ItemT], what: str, default: ItemT | None = None) -> ItemT:
        value = self._values.pop(key, default)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.fail(key, f"must be {what}")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        value = self.take(key, str, "a text", default)
        if not value.strip() and default is None:
            raise self.fail(key, "must not be empty")
        return value

    def number(self, key: str, default: int | None = None) -> int:
        return self.take(key, int, "a whole number", default)

    def flag(self, key: str) -> bool:
        return self.take(key, bool, "true or false", False)

    def days(self, key: str) -> Decimal:
        """Working days; 0 where the key is absent."""
        value = self._values.pop(key, 0)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self.fail(key, "must be a number of working days")
        return Decimal(value)

    def texts(self, key: str) -> tuple[str, ...]:
        values = self.take(key, list, "a list of texts", [])
        if not all(isinstance(value, str) and value for value in values):
            raise self.fail(key, "must be a list of texts that are not empty")
        return tuple(values)

    def word(self, key: str, kind: type[WordT]) -> WordT:
        return self._word(key, self.text(key), kind)

    def words(self, key: str, kind: type[WordT]) -> tuple[WordT, ...]:
        return tuple(self._word(key, text, kind) for text in self.texts(key))

    def table(self, key: str) -> Table:
        return Table(self._values.pop(key, None), f"{self._place}: {key}", self._error)

    def tables(self, key: str, read: Callable[[Table], ItemT]) -> tuple[ItemT, ...]:
        """What ``read`` makes of each table of a list, every one closed behind it."""
        items = []
        for number, value in enumerate(self.take(key, list, "a list of tables", [])):
            part = Table(value, f"{self._place}: {key}[{number}]", self._error)
            items.append(read(part))
            part.close()
        return tuple(items)

    def close(self) -> None:
        for key in self._values:
            raise self.fail(key, "is not known")

    def _word(self, key: str, text: str, kind: type[WordT]) -> WordT:
        try:
            return kind(text)
        except ValueError:
            raise self.fail(key, f"{text!r} is none of {', '.join(kind)}") from None
