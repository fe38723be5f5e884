"""A contract's types as plain data: what the encoder, the decoder and their tests are compiled from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Leaf types that are compiled. Dates and instants travel through Python as ISO 8601 text."""

    TEXT = "text"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    INSTANT = "instant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """Restrictions of a named simple type, enforced on what is sent."""

    min_length: int = 0
    max_length: int | None = None
    pattern: str | None = None
    choices: frozenset[str] = frozenset()
    minimum: int | None = None
    maximum: int | None = None
    fraction_digits: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    kind: Kind
    facets: Facets = Facets()


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One element of a sequence. ``name`` is its key in Python, ``tag`` its Clark name on the wire."""

    name: str
    tag: str
    type: Leaf | Record
    optional: bool = False
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A complex type that is a plain sequence of elements without attributes."""

    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The element inside a SOAP body or a fault's detail."""

    tag: str
    record: Record
