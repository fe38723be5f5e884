"""Reads and writes fixed-length records straight from a copybook's text: small, slow and on its own.

Covers what the credit host's copybook uses: 01 records of groups and fields, ``PIC X(n)``, ``PIC 9(n)``,
``PIC S9(n)V99 SIGN LEADING SEPARATE`` and ``OCCURS n TIMES``; anything else is a ``CopybookError``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

ENCODING = "gb18030"
Value = str | int | Sequence[Mapping[str, "Value"]]
Row = Mapping[str, Value]

_PICTURE = re.compile(r"^(S?)(X|9)\((\d+)\)(V99)?$")


class CopybookError(Exception):
    """The copybook has a clause that is not understood."""


class RecordError(Exception):
    """Bytes that are no such record, or a value that does not fit its field; the message names the field."""


@dataclass(slots=True)
class _Item:
    """An elementary field (``width`` bytes), or a group of items repeated ``times``."""

    name: str
    level: int
    kind: str = ""
    width: int = 0
    times: int = 1
    repeated: bool = False
    items: list[_Item] = field(default_factory=list)

    @property
    def size(self) -> int:
        return self.times * (self.width if self.kind else sum(item.size for item in self.items))


class Record:
    """One 01 record. Groups that are not repeated are flattened: field names are unique within a record."""

    def __init__(self, item: _Item) -> None:
        self.name = item.name
        self.size = item.size
        self._items = item.items

    def decode(self, data: bytes) -> dict[str, Value]:
        """Text without its padding, numbers in minor units; ``RecordError`` for a wrong length or a bad digit."""
        if len(data) != self.size:
            raise RecordError(f"{self.name}: {len(data)} bytes instead of {self.size}")
        row: dict[str, Value] = {}
        _read(self._items, data, 0, row)
        return row

    def encode(self, row: Row) -> bytes:
        """Fields that ``row`` lacks are spaces or zeros; text is cut at its field's end, never inside a character."""
        return b"".join(_write(item, row) for item in self._items)


def read_copybook(text: str) -> dict[str, Record]:
    """The records of a copybook in fixed format, by name."""
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
        records[root.name] = Record(root)
    return records


def _item(words: list[str]) -> _Item:
    item = _Item(words[1], int(words[0]))
    rest = words[2:]
    while rest:
        if rest[0] == "PIC":
            item.kind, item.width = _picture(rest[1])
            rest = rest[2:]
        elif rest[:3] == ["SIGN", "LEADING", "SEPARATE"] and item.kind == "S":
            rest = rest[3:]
        elif rest[0] == "OCCURS" and rest[2:3] == ["TIMES"]:
            item.times, item.repeated = int(rest[1]), True
            rest = rest[3:]
        else:
            raise CopybookError(" ".join(words))
    return item


def _picture(picture: str) -> tuple[str, int]:
    match = _PICTURE.match(picture)
    if match is None:
        raise CopybookError(picture)
    sign, kind, digits, decimals = match.groups()
    if sign:
        return "S", 1 + int(digits) + (2 if decimals else 0)
    return kind, int(digits)


def _read(items: Sequence[_Item], data: bytes, offset: int, row: dict[str, Value]) -> int:
    for item in items:
        if item.repeated:
            rows: list[Mapping[str, Value]] = []
            for _ in range(item.times):
                inner: dict[str, Value] = {}
                offset = _read(item.items, data, offset, inner)
                rows.append(inner)
            row[item.name] = rows
        elif not item.kind:
            offset = _read(item.items, data, offset, row)
        else:
            row[item.name] = _parse(item, data[offset : offset + item.width])
            offset += item.width
    return offset


def _parse(item: _Item, data: bytes) -> str | int:
    if item.kind == "X":
        try:
            return data.decode(ENCODING).rstrip(" ")
        except UnicodeDecodeError:
            raise RecordError(f"{item.name}: not {ENCODING}") from None
    digits = data[1:] if item.kind == "S" else data
    if not digits.isdigit() or (item.kind == "S" and data[:1] not in (b"+", b"-")):
        raise RecordError(f"{item.name}: not a number")
    return -int(digits) if data[:1] == b"-" else int(digits)


def _write(item: _Item, row: Row) -> bytes:
    if item.repeated:
        rows = row.get(item.name, ())
        if isinstance(rows, (str, int)) or len(rows) > item.times:
            raise RecordError(f"{item.name}: at most {item.times} rows")
        filled: list[Row] = [*rows, *({} for _ in range(item.times - len(rows)))]
        return b"".join(_write(inner, each) for each in filled for inner in item.items)
    if not item.kind:
        return b"".join(_write(inner, row) for inner in item.items)
    value = row.get(item.name, "" if item.kind == "X" else 0)
    if item.kind == "X" and isinstance(value, str):
        return _fit(value, item.width).ljust(item.width, b" ")
    if item.kind == "X" or not isinstance(value, int):
        raise RecordError(f"{item.name}: wrong kind of value")
    width = item.width - (item.kind == "S")
    digits = f"{abs(value):0{width}d}"
    if len(digits) > width or (value < 0 and item.kind != "S"):
        raise RecordError(f"{item.name}: {value} does not fit")
    sign = "" if item.kind == "9" else "-" if value < 0 else "+"
    return (sign + digits).encode()


def _fit(text: str, width: int) -> bytes:
    data = text.encode(ENCODING)
    while len(data) > width:
        text = text[:-1]
        data = text.encode(ENCODING)
    return data
