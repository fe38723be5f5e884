"""Where every field of a record lies: offsets and lengths in bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Usage(Enum):
    """How a field's bytes carry its value."""

    TEXT = "text"
    """``X(n)``: n bytes of text, spaces on the right."""
    NATIONAL = "national"
    """``N(n)``: n positions of two bytes, UTF-16 with the big end first, whatever the record's character set."""
    DIGITS = "digits"
    """``9(n)``: unsigned, one character a digit."""
    LEADING = "leading"
    """``S9(n) SIGN LEADING SEPARATE``: ``+`` or ``-``, then the digits."""
    TRAILING = "trailing"
    """``S9(n) SIGN TRAILING SEPARATE``: the digits, then ``+`` or ``-``."""
    PACKED = "packed"
    """``COMP-3``: two digits a byte, the sign in the last half byte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A level-88 name for one or more values of the field above it."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """An elementary item. ``digits`` counts all digits, ``scale`` of them behind the implied point.

    Numbers are whole: the value of ``S9(5)V99`` counts hundredths. ``offset`` is from the start of the enclosing
    repeated group, or of the record. ``occurs`` is 1 for a field that is not a table.
    """

    name: str
    usage: Usage
    offset: int
    length: int
    digits: int = 0
    scale: int = 0
    signed: bool = False
    filler: bool = False
    occurs: int = 1
    table: bool = False
    depending_on: str = ""
    conditions: tuple[Condition, ...] = ()

    @property
    def total(self) -> int:
        """Bytes of all its occurrences."""
        return self.length * self.occurs


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group item: a record (level 01), a part of one, or a table row. ``length`` is that of one occurrence."""

    name: str
    offset: int
    length: int
    children: tuple[Node, ...]
    occurs: int = 1
    table: bool = False
    depending_on: str = ""

    @property
    def total(self) -> int:
        """Bytes of all its occurrences."""
        return self.length * self.occurs

    def fields(self, prefix: str = "") -> Iterator[tuple[str, Field]]:
        """Every elementary item below, with its dotted name, in order."""
        for child in self.children:
            name = f"{prefix}{child.name}"
            if isinstance(child, Field):
                yield name, child
            else:
                yield from child.fields(f"{name}.")


Node = Field | Group
