"""Messages whose every field is as it should be, read and written by a plan made once for each set of fields.

What is not plainly right is None here: the library reads it again, and says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from tellerline.gateway.channels.iso8583.codec.notation import FieldType
from tellerline.gateway.channels.iso8583.codec.tables import FIELDS

_PLANS: Final = 1024
_TYPE: Final = 4
_SECOND_AT: Final = 12
_HEAD: Final = {False: 12, True: 20}
_FIRST_BIT: Final = 0x80
_OWN_LETTERS: Final[Mapping[str, bytes | None]] = {
    "ascii": None,
    **{page: bytes(range(256)).decode(page).encode("latin-1") for page in ("cp037", "cp500")},
}
"""Each byte of a page as the byte that Latin-1 has for its character; both pages have just its 256."""

Plan = tuple[tuple[int, FieldType, bool, bool], ...]
WrittenField = tuple[int, bool, int, int]
"""Number, whether binary, the most that it holds, and the digits of its length."""


def read(frame: bytes, version: str, encoding: str) -> tuple[str, dict[int, str]] | None:
    """The message's type and its fields by number, as ``Message`` has them."""
    table = _OWN_LETTERS[encoding]
    plain = frame if table is None else frame.translate(table)
    if len(frame) <= _SECOND_AT or not plain[:_TYPE].isdigit():
        return None
    at = _HEAD[frame[_TYPE] >= _FIRST_BIT]
    plan = _reading_plan(version, frame[_TYPE:at])
    if plan is None:
        return None
    fields: dict[int, str] = {}
    for number, kind, binary, digits in plan:
        length = kind.most
        if kind.prefix:
            stated = plain[at : at + kind.prefix]
            if not stated.isdigit() or not 0 < int(stated) <= length:
                return None
            length = int(stated)
            at += kind.prefix
        end = at + length
        part = plain[at:end]
        if binary:
            fields[number] = frame[at:end].hex().upper()
        elif part.isdigit() if digits else kind.accepts(part.decode("latin-1")):
            fields[number] = part.decode("latin-1")
        else:
            return None
        at = end
    return (plain[:_TYPE].decode("ascii"), fields) if at == len(frame) else None


def write(mti: str, fields: Mapping[int, str], version: str, encoding: str) -> bytes | None:
    """The message's bytes."""
    plan = _writing_plan(version, tuple(fields))
    if plan is None or len(mti) != _TYPE or not (mti.isascii() and mti.isdigit()):
        return None
    parts, texts = [mti.encode(encoding), plan[0]], list[str]()
    try:
        for number, binary, most, prefix in plan[1]:
            value = fields[number]
            length = len(value) // 2 if binary else len(value)
            if not (0 < length <= most if prefix else length == most):
                return None
            if prefix:
                texts.append(f"{length:0{prefix}d}")
            if not binary:
                texts.append(value)
                continue
            data = bytes.fromhex(value)
            if len(data) * 2 != len(value):
                return None
            parts += "".join(texts).encode(encoding), data
            texts.clear()
        parts.append("".join(texts).encode(encoding))
    except ValueError:
        return None
    return b"".join(parts)


@lru_cache(_PLANS)
def _reading_plan(version: str, bitmaps: bytes) -> Plan | None:
    """How to read the fields that are there; None where one is not of this version, or the bitmaps are cut short."""
    bits = int.from_bytes(bitmaps, "big")
    most = 8 * len(bitmaps)
    numbers = [number for number in range(2, most + 1) if bits >> (most - number) & 1]
    kinds = FIELDS[version]
    if len(bitmaps) not in (8, 16) or any(number not in kinds for number in numbers):
        return None
    return tuple((number, kinds[number], kinds[number].binary, kinds[number].kind == "n") for number in numbers)


@lru_cache(_PLANS)
def _writing_plan(version: str, numbers: tuple[int, ...]) -> tuple[bytes, tuple[WrittenField, ...]] | None:
    """The bitmaps of these fields, with the fields in their order; None where one is not of this version."""
    kinds = FIELDS[version]
    if any(number not in kinds for number in numbers):
        return None
    most = 128 if max(numbers, default=0) > 64 else 64
    bits = sum(1 << (most - number) for number in numbers) | (1 << most - 1 if most > 64 else 0)
    fields = ((number, kinds[number]) for number in sorted(numbers))
    return bits.to_bytes(most // 8, "big"), tuple((n, kind.binary, kind.most, kind.prefix) for n, kind in fields)
