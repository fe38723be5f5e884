"""Encoding and decoding field by field: slow, and exact about what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tellerline.adapters.copybook.charset import Alphabet
from tellerline.adapters.copybook.errors import CodecError
from tellerline.adapters.copybook.layout import Field, Group, Node, Usage
from tellerline.adapters.copybook.national import read_national, write_national
from tellerline.adapters.copybook.packed import pack, unpack


class Interpreter:
    """Encodes and decodes by walking the layout; what the compiled functions cannot do, it does or refuses by name."""

    def __init__(self, alphabet: Alphabet) -> None:
        self._alphabet = alphabet

    def encode(self, group: Group, values: object, prefix: str = "") -> bytes:
        """The bytes of one occurrence of ``group``; raises ``CodecError`` naming the first field that does not fit."""
        if not isinstance(values, Mapping):
            raise CodecError(prefix, "a group's values are a mapping")
        known = {child.name for child in group.children}
        for key in values:
            if key not in known:
                raise CodecError(f"{prefix}{key}", "there is no such field")
        return b"".join(self._encode_child(child, values, prefix) for child in group.children)

    def decode(self, group: Group, raw: bytes, start: int = 0, prefix: str = "") -> dict[str, Any]:
        """The values of one occurrence that begins at ``start``; raises ``CodecError`` naming the first wrong field."""
        values: dict[str, Any] = {}
        for child in group.children:
            if not (isinstance(child, Field) and child.filler):
                values[child.name] = self._decode_child(child, raw, start, prefix, values)
        return values

    def blank(self, node: Node) -> bytes:
        """One occurrence without values: spaces and zeros."""
        if isinstance(node, Group):
            return b"".join(self.blank(child) * child.occurs for child in node.children)
        if node.usage is Usage.TEXT:
            return self._alphabet.space * node.length
        if node.usage is Usage.NATIONAL:
            return write_national("", node.length)
        return self._encode_number(node, 0)

    def _encode_child(self, child: Node, values: Mapping[str, Any], prefix: str) -> bytes:
        name = f"{prefix}{child.name}"
        if isinstance(child, Field) and child.filler:
            return self.blank(child) * child.occurs
        if child.name not in values:
            raise CodecError(name, "missing")
        if not child.table:
            return self._encode_one(child, values[child.name], name)
        rows = values[child.name]
        if not isinstance(rows, Sequence) or isinstance(rows, str | bytes):
            raise CodecError(name, "a table's values are a sequence")
        expected = values.get(child.depending_on) if child.depending_on else child.occurs
        if len(rows) != expected or len(rows) > child.occurs:
            raise CodecError(name, f"{len(rows)} rows where {expected} of at most {child.occurs} belong")
        parts = [self._encode_one(child, row, f"{name}[{index}]") for index, row in enumerate(rows)]
        return b"".join(parts) + self.blank(child) * (child.occurs - len(rows))

    def _encode_one(self, child: Node, value: object, name: str) -> bytes:
        if isinstance(child, Group):
            return self.encode(child, value, f"{name}.")
        try:
            text = child.usage in (Usage.TEXT, Usage.NATIONAL)
            return self._encode_text(child, value) if text else self._encode_number(child, value)
        except (ValueError, TypeError) as error:
            raise CodecError(name, _why(error)) from None

    def _encode_text(self, field: Field, value: object) -> bytes:
        if not isinstance(value, str):
            raise TypeError("text was expected")
        if field.usage is Usage.NATIONAL:
            return write_national(value, field.length)
        encoded = value.encode(self._alphabet.codec)
        if len(encoded) > field.length:
            raise ValueError(f"{len(encoded)} bytes do not fit {field.length}")
        return encoded.ljust(field.length, self._alphabet.space)

    def _encode_number(self, field: Field, value: object) -> bytes:
        if not isinstance(value, int):
            raise TypeError("a whole number was expected")
        if field.usage is Usage.PACKED:
            return pack(value, field.digits, field.signed)
        if abs(value) >= 10**field.digits or (value < 0 and not field.signed):
            raise ValueError("number out of range")
        digits, sign = f"{abs(value):0{field.digits}d}", "-" if value < 0 else "+"
        forms = {Usage.DIGITS: digits, Usage.LEADING: sign + digits, Usage.TRAILING: digits + sign}
        return self._alphabet.number(forms[field.usage])

    def _decode_child(self, child: Node, raw: bytes, start: int, prefix: str, values: dict[str, Any]) -> Any:
        name = f"{prefix}{child.name}"
        if not child.table:
            return self._decode_one(child, raw, start + (child.offset if isinstance(child, Field) else 0), start, name)
        count = values[child.depending_on] if child.depending_on else child.occurs
        if count > child.occurs:
            raise CodecError(name, f"{count} rows where at most {child.occurs} fit", raw)
        first = start + child.offset
        return [
            self._decode_one(child, raw, at, at, f"{name}[{index}]")
            for index, at in enumerate(range(first, first + count * child.length, child.length))
        ]

    def _decode_one(self, child: Node, raw: bytes, at: int, start: int, name: str) -> Any:
        if isinstance(child, Group):
            return self.decode(child, raw, start, f"{name}.")
        part = raw[at : at + child.length]
        try:
            if child.usage is Usage.PACKED:
                return unpack(part, 10**child.digits, child.signed)
            if child.usage is Usage.NATIONAL:
                return read_national(part)
            text = part.decode(self._alphabet.codec)
            return text.rstrip(" ") if child.usage is Usage.TEXT else _read_number(child, text)
        except ValueError as error:
            raise CodecError(name, _why(error), raw) from None


def _read_number(field: Field, text: str) -> int:
    if field.usage is Usage.LEADING:
        sign, digits = text[:1], text[1:]
    elif field.usage is Usage.TRAILING:
        sign, digits = text[-1:], text[:-1]
    else:
        sign, digits = "+", text
    if sign not in ("+", "-") or len(digits) != field.digits or not (digits.isascii() and digits.isdigit()):
        raise ValueError("not a number")
    return int(sign + digits)


def _why(error: Exception) -> str:
    if isinstance(error, UnicodeEncodeError):
        return "a character that the record's character set lacks"
    if isinstance(error, UnicodeDecodeError):
        return "bytes that are no characters"
    return str(error) if str(error).isascii() and "invalid literal" not in str(error) else "not a number"
