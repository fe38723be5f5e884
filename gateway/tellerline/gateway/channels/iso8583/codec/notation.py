"""The standard's own notation of a field (``n6``, ``ans..999``, ``b8``), read once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_NOTATION: Final = re.compile(r"(n|an|ans|z|x\+n|b)(\.\.)?([0-9]+)")
_TRACK: Final = re.compile(r"[0-9=D]+")


@dataclass(frozen=True, slots=True)
class FieldType:
    """One field. ``most`` counts characters, a sign (``x+n``) too, or bytes; ``prefix`` is its length's digits."""

    kind: str
    most: int
    prefix: int

    @property
    def binary(self) -> bool:
        return self.kind == "b"

    def accepts(self, value: str) -> bool:
        """Whether ``value`` has only what its kind allows: the decoder has seen to lengths, not to characters."""
        if self.kind == "n":
            return value.isascii() and value.isdigit()
        if self.kind == "an":
            return value.isascii() and value.replace(" ", "0").isalnum()
        if self.kind == "z":
            return _TRACK.fullmatch(value) is not None
        return self.binary or (value.isascii() and value.isprintable())


def field_type(notation: str) -> FieldType:
    """The type that ``notation`` names; ``ValueError`` for what is no notation."""
    found = _NOTATION.fullmatch(notation)
    if found is None:
        raise ValueError(f"not a field type: {notation!r}")
    kind, dots, most = found.groups()
    signed = kind == "x+n"
    return FieldType(kind=kind, most=int(most) + signed, prefix=len(most) if dots else 0)
