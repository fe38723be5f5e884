"""One message on the wire: type, bitmaps, data elements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from tellerline.simulators.atm.fields import FIELDS_1987, Layout

Value = str | bytes
_BITMAP = 8
_TYPE = 4


class MessageError(ValueError):
    """The bytes are no message, or the message has no bytes; says where. Holds no value of any element."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How characters are written: ``charset`` is ``ascii`` or an EBCDIC code page such as ``cp037``."""

    charset: str = "ascii"
    fields: Mapping[int, Layout] = field(default_factory=lambda: FIELDS_1987)


ASCII = Dialect()


@dataclass(frozen=True, slots=True)
class Message:
    """``type`` is four digits; ``fields`` by number, text as ``str`` and binary elements as ``bytes``."""

    type: str
    fields: Mapping[int, Value]

    def text(self, number: int) -> str:
        """An element of characters; empty when it is absent."""
        value = self.fields.get(number, "")
        return value if isinstance(value, str) else ""

    def binary(self, number: int) -> bytes:
        value = self.fields.get(number, b"")
        return value if isinstance(value, bytes) else b""

    def with_fields(self, fields: Mapping[int, Value]) -> Self:
        return replace(self, fields={**self.fields, **fields})


def encode(message: Message, dialect: Dialect = ASCII) -> bytes:
    """The message's bytes, without length header. Raises ``MessageError`` for a value that does not fit."""
    numbers = sorted(message.fields)
    extended = bool(numbers) and numbers[-1] > 64
    bits = bytearray(_BITMAP * (2 if extended else 1))
    if extended:
        bits[0] |= 0x80
    body = bytearray()
    for number in numbers:
        layout, value = dialect.fields.get(number), message.fields[number]
        if layout is None or not layout.fits(value):
            raise MessageError(f"element {number} does not fit")
        bits[(number - 1) // 8] |= 0x80 >> (number - 1) % 8
        if layout.prefix:
            body += f"{len(value):0{layout.prefix}d}".encode(dialect.charset)
        body += value if isinstance(value, bytes) else value.encode(dialect.charset)
    return message.type.encode(dialect.charset) + bytes(bits) + bytes(body)


def decode(data: bytes, dialect: Dialect = ASCII) -> Message:
    """The message that ``data`` is, to its last byte; else raises ``MessageError``."""
    reader = _Reader(data, dialect.charset)
    kind = reader.digits(_TYPE, "type")
    bitmap = reader.take(_BITMAP, "bitmap")
    if bitmap[0] & 0x80:
        bitmap += reader.take(_BITMAP, "second bitmap")
    fields: dict[int, Value] = {}
    for number in _numbers(bitmap):
        layout = dialect.fields.get(number)
        if layout is None:
            raise MessageError(f"element {number} is unknown")
        fields[number] = reader.element(number, layout)
    reader.end()
    return Message(kind, fields)


def _numbers(bitmap: bytes) -> list[int]:
    return [position + 1 for position in range(1, len(bitmap) * 8) if bitmap[position // 8] & (0x80 >> position % 8)]


class _Reader:
    """Takes bytes in order."""

    def __init__(self, data: bytes, charset: str) -> None:
        self._data = data
        self._charset = charset
        self._at = 0

    def take(self, count: int, what: str) -> bytes:
        taken = self._data[self._at : self._at + count]
        if len(taken) != count:
            raise MessageError(f"{what} is cut off at byte {len(self._data)}")
        self._at += count
        return taken

    def digits(self, count: int, what: str) -> str:
        text = self._characters(count, what)
        if not (text.isascii() and text.isdigit()):
            raise MessageError(f"{what} is not of digits")
        return text

    def element(self, number: int, layout: Layout) -> Value:
        what = f"element {number}"
        length = int(self.digits(layout.prefix, f"length of {what}")) if layout.prefix else layout.length
        if length > layout.length:
            raise MessageError(f"{what} is longer than {layout.length}")
        value = self.take(length, what) if layout.binary else self._characters(length, what)
        if not layout.fits(value):
            raise MessageError(f"{what} does not fit")
        return value

    def end(self) -> None:
        if self._at != len(self._data):
            raise MessageError(f"{len(self._data) - self._at} bytes too many")

    def _characters(self, count: int, what: str) -> str:
        try:
            return self.take(count, what).decode(self._charset)
        except UnicodeDecodeError:
            raise MessageError(f"{what} is not of {self._charset}") from None
