"""Layouts turned into straight-line Python: one expression a record, checked as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from tellerline.adapters.copybook.charset import ALPHABETS, EBCDIC_TO_LATIN, LATIN_TO_EBCDIC, Charset
from tellerline.adapters.copybook.interpreter import Interpreter
from tellerline.adapters.copybook.layout import Field, Group, Node, Usage
from tellerline.adapters.copybook.national import read_national, write_national
from tellerline.adapters.copybook.packed import pack, unpack

_NOT_CHARACTERS_OF_A_NUMBER = (Usage.TEXT, Usage.NATIONAL, Usage.PACKED)
Encode = Callable[[Any], bytes]
Decode = Callable[[bytes], dict[str, Any]]


class MisfitError(Exception):
    """The compiled function cannot deal with this; the interpreter says why, or can."""


@dataclass(frozen=True, slots=True)
class _Style:
    """One way to write the code: characters as one string (``whole``), or text fields as bytes of their own."""

    whole: bool
    to_text: str
    to_bytes: str
    codec: str


_STYLES = {
    Charset.ASCII: (_Style(True, ".decode('ascii')", ".encode('ascii')", "ascii"),),
    Charset.CP037: (_Style(True, ".translate(E2L).decode('latin-1')", ".encode('latin-1').translate(L2E)", "cp037"),),
    Charset.GB18030: (
        _Style(True, ".decode('ascii')", ".encode('ascii')", "gb18030"),
        _Style(False, "", ".encode('ascii')", "gb18030"),
    ),
}


def compile_group(group: Group, charset: Charset) -> tuple[Encode, Decode]:
    """Functions for one occurrence of ``group``, whose bytes begin at its own start.

    ``encode`` raises ``MisfitError`` or one of ``KeyError``, ``TypeError``, ``ValueError``, ``AttributeError`` for
    what does not fit; ``decode`` raises ``MisfitError`` or ``ValueError``.
    """
    compiled = [_Compiler(charset, style).functions(group) for style in _STYLES[charset]]
    if len(compiled) == 1:
        return compiled[0]
    (encode_whole, decode_whole), (encode_split, decode_split) = compiled

    def encode(values: Any) -> bytes:
        try:
            return encode_whole(values)
        except UnicodeEncodeError:
            return encode_split(values)

    def decode(raw: bytes) -> dict[str, Any]:
        return decode_whole(raw) if raw.isascii() else decode_split(raw)

    return encode, decode


class _Compiler:
    def __init__(self, charset: Charset, style: _Style) -> None:
        self._charset = charset
        self._style = style
        self._interpreter = Interpreter(ALPHABETS[charset])
        self._names: dict[str, Any] = {
            "E2L": EBCDIC_TO_LATIN,
            "L2E": LATIN_TO_EBCDIC,
            "Misfit": MisfitError,
            "national": write_national,
            "pack": pack,
            "read_national": read_national,
            "unpack": unpack,
        }

    def functions(self, group: Group) -> tuple[Encode, Decode]:
        source = "\n".join([*self._encoder(group), *self._decoder(group)])
        exec(compile(source, f"<copybook {group.name}>", "exec"), self._names)  # noqa: S102 the source is made here
        return self._names["encode"], self._names["decode"]

    # -- encoding

    def _encoder(self, group: Group) -> list[str]:
        lines = ["def encode(v):", *self._locals(group, "v")]
        unsigned = [path for field, path in _leaves(group, "v") if field.usage is Usage.DIGITS and not field.filler]
        if unsigned:
            lines.append(f"    if {' or '.join(f'{path} < 0' for path in unsigned)}: raise Misfit")
        lines.append(f"    out = {self._joined(list(self._parts(group, 'v')))}")
        lines.append(f"    if len(out) != {group.length}: raise Misfit")
        lines.append("    return out")
        return lines

    def _locals(self, group: Group, path: str) -> Iterator[str]:
        named = sum(1 for child in group.children if child.name)
        yield f"    if len({path}) != {named}: raise Misfit"
        for child in group.children:
            if isinstance(child, Group) and not child.table:
                local = f"{path}_{child.name}"
                yield f"    {local} = {path}[{child.name!r}]"
                yield from self._locals(child, local)

    def _parts(self, group: Group, path: str) -> Iterator[tuple[str, str]]:
        """Pieces of the record in order: ``("text", inside of an f-string)`` or ``("bytes", expression)``."""
        for child in group.children:
            value = f"{path}[{child.name!r}]"
            if isinstance(child, Field) and child.filler:
                yield self._filler(child)
            elif child.table:
                yield "bytes", self._table_out(child, path, value)
            elif isinstance(child, Group):
                yield from self._parts(child, f"{path}_{child.name}")
            else:
                yield self._field_out(child, value)

    def _filler(self, field: Field) -> tuple[str, str]:
        return "bytes", repr(self._interpreter.blank(field) * field.occurs)

    def _field_out(self, field: Field, value: str) -> tuple[str, str]:
        if field.usage is Usage.TEXT and not self._style.whole:
            return "bytes", f"{value}.encode({self._style.codec!r}).ljust({field.length})"
        ways = {
            Usage.TEXT: ("text", f"{{{value}:<{field.length}s}}"),
            Usage.NATIONAL: ("bytes", f"national({value}, {field.length})"),
            Usage.DIGITS: ("text", f"{{{value}:0{field.length}d}}"),
            Usage.LEADING: ("text", f"{{{value}:+0{field.length}d}}"),
            Usage.TRAILING: ("text", f"{{abs({value}):0{field.digits}d}}{{'-' if {value} < 0 else '+'}}"),
            Usage.PACKED: ("bytes", f"pack({value}, {field.digits}, {field.signed})"),
        }
        return ways[field.usage]

    def _joined(self, parts: list[tuple[str, str]]) -> str:
        pieces: list[str] = []
        run = ""
        for kind, code in [*parts, ("end", "")]:
            if kind == "text":
                run += code
                continue
            if run:
                pieces.append(f'f"{run}"{self._style.to_bytes}')
                run = ""
            if code:
                pieces.append(code)
        return pieces[0] if len(pieces) == 1 else f"b''.join(({', '.join(pieces)},))"

    def _table_out(self, table: Node, path: str, value: str) -> str:
        count = f"{path}[{table.depending_on!r}]" if table.depending_on else str(table.occurs)
        return f"{self._rows(table)}.encode({value}, {count})"

    def _rows(self, table: Node) -> str:
        """The name under which the code finds the table's rows."""
        name = f"rows_{table.offset}"
        if name not in self._names:
            self._names[name] = _Rows(table, self._charset, self._interpreter.blank(table))
        return name

    # -- decoding

    def _decoder(self, group: Group) -> list[str]:
        lines = ["def decode(b):", f"    if len(b) != {group.length}: raise Misfit"]
        source = "b"
        if self._style.whole:
            lines.append(f"    t = b{self._style.to_text}")
            source = "t"
        lines.extend(self._checks(group, source))
        lines.append(f"    return {self._dictionary(group, source)}")
        return lines

    def _checks(self, group: Group, source: str) -> Iterator[str]:
        """Digits must be digits and signs signs, each tested in one go; ``int`` alone would take more than that."""
        digits: list[tuple[int, int]] = []
        signs: list[int] = []
        for field, _ in _leaves(group, ""):
            if field.filler or field.usage in _NOT_CHARACTERS_OF_A_NUMBER:
                continue
            begin, end = field.offset, field.offset + field.length
            if field.usage is Usage.LEADING:
                signs.append(begin)
                begin += 1
            elif field.usage is Usage.TRAILING:
                end -= 1
                signs.append(end)
            if digits and digits[-1][1] == begin:
                digits[-1] = (digits[-1][0], end)
            else:
                digits.append((begin, end))
        if digits:
            joined = " + ".join(f"{source}[{begin}:{end}]" for begin, end in digits)
            yield f"    if not ({joined}).{'isdecimal' if self._style.whole else 'isdigit'}(): raise Misfit"
        if signs:
            joined = " + ".join(f"{source}[{at}:{at + 1}]" for at in signs)
            yield f"    if ({joined}).strip({'' if self._style.whole else 'b'}'+-'): raise Misfit"

    def _dictionary(self, group: Group, source: str) -> str:
        items = [
            f"{child.name!r}: {self._value(group, child, source)}"
            for child in group.children
            if not (isinstance(child, Field) and child.filler)
        ]
        return "{" + ", ".join(items) + "}"

    def _value(self, group: Group, child: Node, source: str) -> str:
        if child.table:
            count = self._count(group, child, source)
            return f"{self._rows(child)}.decode(b, {count})"
        if isinstance(child, Group):
            return self._dictionary(child, source)
        return self._scalar(child, source)

    def _count(self, group: Group, table: Node, source: str) -> str:
        for field in group.children:
            if table.depending_on and field.name == table.depending_on and isinstance(field, Field):
                return self._scalar(field, source)
        return str(table.occurs)

    def _scalar(self, field: Field, source: str) -> str:
        begin, end = field.offset, field.offset + field.length
        if field.usage is Usage.PACKED:
            return f"unpack(b[{begin}:{end}], {10**field.digits}, {field.signed})"
        if field.usage is Usage.NATIONAL:
            return f"read_national(b[{begin}:{end}])"
        if field.usage is Usage.TRAILING:
            return f"int({source}[{end - 1}:{end}] + {source}[{begin}:{end - 1}])"
        if field.usage is not Usage.TEXT:
            return f"int({source}[{begin}:{end}])"
        if self._style.whole:
            return f"t[{begin}:{end}].rstrip(' ')"
        return f"b[{begin}:{end}].rstrip(b' ').decode({self._style.codec!r})"


class _Rows:
    """A table in a record: its rows are encoded and decoded by compiled functions of their own."""

    def __init__(self, table: Node, charset: Charset, blank: bytes) -> None:
        self._begin = table.offset
        self._length = table.length
        self._most = table.occurs
        self._blank = blank
        if isinstance(table, Group):
            self._encode, self._decode = compile_group(table, charset)
        else:
            alone = replace(table, name="x", offset=0, occurs=1, table=False, depending_on="")
            row = Group(name=table.name, offset=0, length=table.length, children=(alone,))
            encode, decode = compile_group(row, charset)
            self._encode = lambda value: encode({"x": value})
            self._decode = lambda raw: decode(raw)["x"]

    def encode(self, rows: Any, count: int) -> bytes:
        if len(rows) != count or count > self._most or isinstance(rows, str):
            raise MisfitError
        encode = self._encode
        return b"".join([encode(row) for row in rows]) + self._blank * (self._most - count)

    def decode(self, raw: bytes, count: int) -> list[Any]:
        if count > self._most:
            raise MisfitError
        decode, begin, length = self._decode, self._begin, self._length
        return [decode(raw[at : at + length]) for at in range(begin, begin + count * length, length)]


def _leaves(group: Group, path: str) -> Iterator[tuple[Field, str]]:
    """Fields outside of tables, with the expression that reads their value."""
    for child in group.children:
        if child.table:
            continue
        if isinstance(child, Group):
            yield from _leaves(child, f"{path}_{child.name}")
        else:
            yield child, f"{path}[{child.name!r}]"
