"""Packed decimal numbers (COMP-3): two digits a byte, the last half byte is the sign."""

from __future__ import annotations

_POSITIVE, _NEGATIVE, _UNSIGNED = "c", "d", "f"


def pack(value: int, digits: int, signed: bool) -> bytes:
    """The ``digits // 2 + 1`` bytes of ``value``; raises ``ValueError`` if it does not fit."""
    if abs(value) >= 10**digits or (value < 0 and not signed):
        raise ValueError("number out of range")
    sign = _UNSIGNED if not signed else _NEGATIVE if value < 0 else _POSITIVE
    return bytes.fromhex(f"{abs(value):0{digits // 2 * 2 + 1}d}{sign}")


def unpack(raw: bytes, digits: int, signed: bool) -> int:
    """The number in ``raw``; raises ``ValueError`` for what is none. A positive or absent sign is accepted for both."""
    text = raw.hex()
    sign = text[-1]
    value = int(text[:-1])
    if value >= 10**digits or sign not in "cdf" or (sign == _NEGATIVE and not signed):
        raise ValueError("not a packed number")
    return -value if sign == _NEGATIVE else value
