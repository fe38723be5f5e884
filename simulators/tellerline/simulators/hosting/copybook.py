"""Reads and writes fixed-length records straight from a copybook's text: small, slow and on its own.

Covers what the hosts' copybooks use: 01 records of groups and fields, ``PIC X(n)``, ``PIC N(n) USAGE NATIONAL``,
``PIC 9(n)``, ``PIC S9(n)V99 SIGN LEADING SEPARATE``, ``PIC S9(n)V99 COMP-3`` and ``OCCURS n TIMES``; anything else is a
``CopybookError``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Value = str | int | Sequence[Mapping[str, "Value"]]
Row = Mapping[str, Value]

_PICTURE = re.compile(r"^(S?)(X|N|9)\((\d+)\)(V99)?$")
_NATIONAL = "utf-16-be"
_SIGNS = {"c": 1, "d": -1, "f": 1}


class CopybookError(Exception):
    """The copybook has a clause that is not understood."""


class RecordError(Exception):
    """Bytes that are no such record, or a value that does not fit its field; the message names the field."""


@dataclass(slots=True)
class _Item:
    """An elementary field (``width`` bytes), or a group of items repeated ``times``.

    ``kind`` is X text, N national text, 9 digits, S digits behind a sign, P packed digits; empty for a group.
    """

    name: str
    level: int
    kind: str = ""
    width: int = 0
    digits: int = 0
    signed: bool = False
    times: int = 1
    repeated: bool = False
    items: list[_Item] = field(default_factory=list)

    @property
    def size(self) -> int:
        return self.times * (self.width if self.kind else sum(item.size for item in self.items))


class Record:
    """One 01 record. Groups that are not repeated are flattened: field names are unique within a record."""

    def __init__(self, item: _Item, encoding: str) -> None:
        self.name = item.name
        self.size = item.size
        self._items = item.items
        self._wire = _Wire(encoding)

    def decode(self, data: bytes) -> dict[str, Value]:
        """Text without its padding, numbers in minor units; ``RecordError`` for a wrong length or a bad digit."""
        if len(data) != self.size:
            raise RecordError(f"{self.name}: {len(data)} bytes instead of {self.size}")
        row: dict[str, Value] = {}
        self._wire.read(self._items, data, 0, row)
        return row

    def encode(self, row: Row) -> bytes:
        """Fields that ``row`` lacks are spaces or zeros; text is cut at its field's end, never inside a character."""
        return b"".join(self._wire.write(item, row) for item in self._items)


def read_copybook(text: str, encoding: str) -> dict[str, Record]:
    """The records of a copybook in fixed format, by name; ``encoding`` is Python's name of their character set."""
    lines = [line[7:72] for line in text.splitlines() if len(line) > 7 and line[6] != "*"]
    records: dict[str, Record] = {}
    roots: list[_Item] = []
    open_groups: list[_Item] = []
    for sentence in " ".join(lines).split("."):
        words = sentence.split()
        if not words:
            continue
        item = _item(words)
        while open_groups and open_groups[-1].level >= item.level:
            open_groups.pop()
        (open_groups[-1].items if open_groups else roots).append(item)
        open_groups.append(item)
    for root in roots:
        records[root.name] = Record(root, encoding)
    return records


def _item(words: list[str]) -> _Item:
    item = _Item(words[1], int(words[0]))
    rest = words[2:]
    while rest:
        if rest[0] == "PIC":
            _picture(item, rest[1])
            rest = rest[2:]
        elif rest[:3] == ["SIGN", "LEADING", "SEPARATE"] and item.kind == "S":
            rest = rest[3:]
        elif rest[0] == "COMP-3" and item.kind in ("9", "S"):
            item.kind, item.width = "P", item.digits // 2 + 1
            rest = rest[1:]
        elif rest[:2] == ["USAGE", "NATIONAL"] and item.kind == "N":
            rest = rest[2:]
        elif rest[0] == "OCCURS" and rest[2:3] == ["TIMES"]:
            item.times, item.repeated = int(rest[1]), True
            rest = rest[3:]
        else:
            raise CopybookError(" ".join(words))
    return item


def _picture(item: _Item, picture: str) -> None:
    match = _PICTURE.match(picture)
    if match is None:
        raise CopybookError(picture)
    sign, kind, count, decimals = match.groups()
    item.kind = "S" if sign else kind
    item.signed = bool(sign)
    item.digits = int(count) + (2 if decimals else 0)
    item.width = {"X": int(count), "N": 2 * int(count), "9": item.digits, "S": 1 + item.digits}[item.kind]


class _Wire:
    """Values to bytes and back, in one character set."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._plus, self._minus, self._space = (sign.encode(encoding) for sign in "+- ")

    def read(self, items: Sequence[_Item], data: bytes, offset: int, row: dict[str, Value]) -> int:
        """Fill ``row`` from ``offset`` on; returns where the last item ends."""
        for item in items:
            if item.repeated:
                rows: list[Mapping[str, Value]] = []
                for _ in range(item.times):
                    inner: dict[str, Value] = {}
                    offset = self.read(item.items, data, offset, inner)
                    rows.append(inner)
                row[item.name] = rows
            elif not item.kind:
                offset = self.read(item.items, data, offset, row)
            else:
                row[item.name] = self._parse(item, data[offset : offset + item.width])
                offset += item.width
        return offset

    def write(self, item: _Item, row: Row) -> bytes:
        if item.repeated:
            rows = row.get(item.name, ())
            if isinstance(rows, (str, int)) or len(rows) > item.times:
                raise RecordError(f"{item.name}: at most {item.times} rows")
            filled: list[Row] = [*rows, *({} for _ in range(item.times - len(rows)))]
            return b"".join(self.write(inner, each) for each in filled for inner in item.items)
        if not item.kind:
            return b"".join(self.write(inner, row) for inner in item.items)
        value = row.get(item.name, "" if item.kind in "XN" else 0)
        if item.kind in "XN" and isinstance(value, str):
            return self._text(item, value)
        if item.kind in "XN" or not isinstance(value, int):
            raise RecordError(f"{item.name}: wrong kind of value")
        return self._number(item, value)

    def _parse(self, item: _Item, data: bytes) -> str | int:
        if item.kind in "XN":
            try:
                return data.decode(self._encoding if item.kind == "X" else _NATIONAL).rstrip(" ")
            except UnicodeDecodeError:
                raise RecordError(f"{item.name}: no characters") from None
        if item.kind == "P":
            return _unpacked(item, data)
        sign, digits = (data[:1], data[1:]) if item.kind == "S" else (self._plus, data)
        text = digits.decode(self._encoding, "replace")
        if not (text.isascii() and text.isdigit()) or sign not in (self._plus, self._minus):
            raise RecordError(f"{item.name}: not a number")
        return -int(text) if sign == self._minus else int(text)

    def _text(self, item: _Item, value: str) -> bytes:
        encoding, space = (self._encoding, self._space) if item.kind == "X" else (_NATIONAL, b"\0 ")
        data = value.encode(encoding, "replace")
        while len(data) > item.width:
            value = value[:-1]
            data = value.encode(encoding, "replace")
        return data + space * ((item.width - len(data)) // len(space))

    def _number(self, item: _Item, value: int) -> bytes:
        digits = f"{abs(value):0{item.digits}d}"
        if len(digits) > item.digits or (value < 0 and not item.signed):
            raise RecordError(f"{item.name}: {value} does not fit")
        if item.kind == "P":
            sign = "f" if not item.signed else "d" if value < 0 else "c"
            return bytes.fromhex(digits.zfill(2 * item.width - 1) + sign)
        sign = "" if item.kind == "9" else "-" if value < 0 else "+"
        return (sign + digits).encode(self._encoding)


def _unpacked(item: _Item, data: bytes) -> int:
    """Two digits a byte, the sign in the last half byte: C or F plus, D minus."""
    text = data.hex()
    digits, sign = text[:-1], _SIGNS.get(text[-1])
    if sign is None or not digits.isdigit() or len(digits.lstrip("0")) > item.digits or (sign < 0 and not item.signed):
        raise RecordError(f"{item.name}: not a packed number")
    return sign * int(digits)
