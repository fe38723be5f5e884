"""National text (``PIC N``): two bytes a position whatever the record's character set, for names in Chinese."""

from __future__ import annotations

_SPACE = " ".encode("utf-16-be")
WIDTH = len(_SPACE)
"""Bytes of one position. A character outside of Unicode's first plane takes two positions."""


def write_national(text: str, length: int) -> bytes:
    """``length`` bytes of UTF-16, big end first, spaces on the right; raises ``ValueError`` for what does not fit."""
    raw = text.encode("utf-16-be")
    if len(raw) > length:
        raise ValueError(f"{len(raw)} bytes do not fit {length}")
    return raw + _SPACE * ((length - len(raw)) // WIDTH)


def read_national(raw: bytes) -> str:
    """The text without the spaces on its right; raises ``ValueError`` for half a character."""
    return raw.decode("utf-16-be").rstrip(" ")
