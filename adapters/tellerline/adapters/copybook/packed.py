"""Packed decimal numbers (COMP-3): two digits a byte, the last half byte is the sign."""

from __future__ import annotations

_POSITIVE, _NEGATIVE, _UNSIGNED = "c", "d", "f"
_PLUS = _POSITIVE + _UNSIGNED


def pack(value: int, digits: int, signed: bool) -> bytes:
    """The ``digits // 2 + 1`` bytes of ``value``; raises ``ValueError`` if it does not fit."""
    if abs(value) >= 10**digits or (value < 0 and not signed):
        raise ValueError("number out of range")
    sign = _UNSIGNED if not signed else _NEGATIVE if value < 0 else _POSITIVE
    return bytes.fromhex(f"{abs(value):0{digits // 2 * 2 + 1}d}{sign}")


def unpack(raw: bytes, limit: int, signed: bool) -> int:
    """The number in ``raw``; raises ``ValueError`` for what is none, or not below ``limit``.

    A positive or absent sign is accepted for both kinds.
    """
    text = raw.hex()
    value, sign = int(text[:-1]), text[-1]
    if value < limit:
        if sign in _PLUS:
            return value
        if sign == _NEGATIVE and signed:
            return -value
    raise ValueError("not a packed number")
