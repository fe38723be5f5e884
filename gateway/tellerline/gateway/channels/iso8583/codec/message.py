"""One message: its type and fields, read from bytes and written to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import iso8583

from tellerline.gateway.channels.iso8583.codec import quick
from tellerline.gateway.channels.iso8583.codec.notation import FieldType
from tellerline.gateway.channels.iso8583.codec.tables import FIELDS

MAC_BYTES: Final = 8
_BITMAP_AT: Final = 4
_SECOND_AT: Final = 12
_FIRST_BIT: Final = 0x80
_MAC_FIELDS: Final = (64, 128)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a frame's fields are laid out. ``encoding`` is ``ascii``, ``cp037`` or ``cp500``."""

    version: str
    encoding: str


_LAYOUTS: Final = {
    0x30: Layout("1987", "ascii"),
    0xF0: Layout("1987", "cp037"),
    0x31: Layout("1993", "ascii"),
    0xF1: Layout("1993", "cp037"),
}


@dataclass(slots=True)
class Message:
    """``mti`` with the fields by number: text as text, binary fields as upper-case hexadecimal digits.

    Those of a message that was read are in the order in which they stand.
    Shown without its values: cards, PINs and keys are among them.
    """

    mti: str
    fields: dict[int, str] = field(repr=False)

    def get(self, number: int) -> str:
        """The field's value; empty where the message has no such field."""
        return self.fields.get(number, "")

    @property
    def mac_field(self) -> int:
        """Where its MAC belongs."""
        return 128 if self.fields and max(self.fields) > 64 else 64


def stated_mac(message: Message) -> bytes:
    """The MAC of a message that was read: its last field, if that is one; else nothing."""
    last = next(reversed(message.fields), 0)
    return bytes.fromhex(message.fields[last]) if last in _MAC_FIELDS else b""


class BadFrameError(Exception):
    """Bytes that are no message. ``partly`` is what could be read before ``at``, the field that could not."""

    def __init__(self, at: str, partly: Message) -> None:
        super().__init__(f"field {at}")
        self.at = at
        self.partly = partly


def layout_of(frame: bytes) -> Layout | None:
    """What the first byte of the message type tells; None when it begins no message. EBCDIC is taken for cp037."""
    return _LAYOUTS.get(frame[0]) if frame else None


def decode(frame: bytes, layout: Layout) -> Message:
    """The message in ``frame``, which holds nothing else. Raises ``BadFrameError``, and nothing else."""
    found = quick.read(frame, layout.version, layout.encoding)
    return decode_by_library(frame, layout) if found is None else Message(*found)


def encode(message: Message, layout: Layout) -> bytes:
    """The message's bytes. ``ValueError`` for a value that its field cannot hold."""
    made = quick.write(message.mti, message.fields, layout.version, layout.encoding)
    return encode_by_library(message, layout) if made is None else made


def decode_by_library(frame: bytes, layout: Layout) -> Message:
    """As ``decode``, at several times its cost."""
    if _has_third_bitmap(frame):
        raise BadFrameError("65", _message({"t": frame[:_BITMAP_AT].decode(layout.encoding, "replace")}))
    try:
        texts, _ = iso8583.decode(frame, _specification(layout))
    except iso8583.DecodeError as error:
        raise BadFrameError(error.field, _message(error.doc_dec, skip=error.field)) from None
    message = _message(texts)
    types = FIELDS[layout.version]
    if not (message.mti.isascii() and message.mti.isdigit()):
        raise BadFrameError("t", Message("", {}))
    for number, value in message.fields.items():
        if not types[number].accepts(value):
            rest = {other: text for other, text in message.fields.items() if types[other].accepts(text)}
            raise BadFrameError(str(number), Message(message.mti, rest))
    return message


def encode_by_library(message: Message, layout: Layout) -> bytes:
    """As ``encode``, at several times its cost."""
    texts = {str(number): value for number, value in message.fields.items()}
    texts["t"] = message.mti
    return bytes(iso8583.encode(texts, _specification(layout))[0])


def _has_third_bitmap(frame: bytes) -> bool:
    """The decoder would take it for granted; in no version of ours is there one."""
    return len(frame) > _SECOND_AT and frame[_BITMAP_AT] & frame[_SECOND_AT] & _FIRST_BIT != 0


def _message(texts: Mapping[str, str], skip: str = "") -> Message:
    mti = texts.get("t", "")
    readable = mti if mti.isascii() and mti.isdigit() else ""
    fields = {int(name): value for name, value in texts.items() if name.isdigit() and name not in ("1", skip)}
    return Message(readable, fields)


@cache
def _specification(layout: Layout) -> dict[str, dict[str, Any]]:
    head = {
        "h": _entry("ascii", 0, 0),
        "t": _entry(layout.encoding, 0, 4),
        "p": _entry("b", 0, 8),
        "1": _entry("b", 0, 8),
    }
    return head | {str(number): _field(kind, layout.encoding) for number, kind in FIELDS[layout.version].items()}


def _field(kind: FieldType, encoding: str) -> dict[str, Any]:
    return _entry("b" if kind.binary else encoding, kind.prefix, kind.most, encoding)


def _entry(data: str, prefix: int, most: int, length: str = "ascii") -> dict[str, Any]:
    return {"data_enc": data, "len_enc": length, "len_type": prefix, "max_len": most}
