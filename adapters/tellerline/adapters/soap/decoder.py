"""Straight-line decoders: one generated function per record, reading its elements in the contract's order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tellerline.adapters.soap.errors import UnrecognisedError
from tellerline.adapters.soap.lexical import READERS
from tellerline.adapters.soap.plan import Field, Kind, Leaf, Record

Decode = Callable[[Any], dict[str, Any]]
"""Takes an element of either parser's tree."""


class _End:
    """Stands behind the last child, so that the generated code compares tags and nothing else."""

    tag = None


def compile_decoder(record: Record) -> Decode:
    """A function from an element to a plain dict by field name.

    Absent optional fields are ``None``, repeated ones a list. An empty text is ``None`` where the field is optional.
    It raises ``UnrecognisedError`` for anything that is not exactly what the record says.
    """
    scope: dict[str, Any] = {"END": _End(), "Unrecognised": UnrecognisedError}
    lines: list[str] = []
    name = _emit(record, scope, lines, {})
    exec(compile("\n".join(lines), "<decoder>", "exec"), scope)  # noqa: S102 built from the contract
    decode: Decode = scope[name]
    return decode


def _emit(record: Record, scope: dict[str, Any], lines: list[str], done: dict[int, str]) -> str:
    if id(record) in done:
        return done[id(record)]
    readers = [_reader(field, scope, lines, done) for field in record.fields]
    name = done[id(record)] = f"r{len(done)}"
    lines += [f"def {name}(e):", "    i = iter(e)", "    c = next(i, END)"]
    for index, (field, read) in enumerate(zip(record.fields, readers, strict=True)):
        lines += ["    " + line for line in _step(field, f"v{index}", read)]
    lines.append("    if c is not END: raise Unrecognised")
    pairs = ", ".join(f"{field.name!r}: v{index}" for index, field in enumerate(record.fields))
    lines.append("    return {" + pairs + "}")
    return name


def _reader(field: Field, scope: dict[str, Any], lines: list[str], done: dict[int, str]) -> str:
    """The expression that reads the current child ``c``."""
    if isinstance(field.type, Record):
        return f"{_emit(field.type, scope, lines, done)}(c)"
    if field.type.kind is Kind.TEXT and field.optional:
        return "c.text"
    return reading(field, field.type, "c.text", scope)


def reading(field: Field, leaf: Leaf, text: str, scope: dict[str, Any]) -> str:
    """The expression that reads a leaf whose text, or None, is the expression ``text``; ``scope`` gets its names."""
    if leaf.kind is Kind.TEXT:
        return f"{text} or None" if field.optional else f"{text} or ''"
    scope[f"read_{leaf.kind}"] = READERS[leaf.kind]
    return f"read_{leaf.kind}({text})"


def _step(field: Field, variable: str, read: str) -> list[str]:
    matches = f"c.tag == {field.tag!r}"
    if field.repeated:
        take = read if not isinstance(field.type, Leaf) or field.type.kind is not Kind.TEXT else "c.text or ''"
        step = [f"{variable} = []", f"while {matches}:", f"    {variable}.append({take})", "    c = next(i, END)"]
        return step if field.optional else [*step, f"if not {variable}: raise Unrecognised"]
    if field.optional:
        return [f"if {matches}:", f"    {variable} = {read}", "    c = next(i, END)", f"else: {variable} = None"]
    return [f"if not {matches}: raise Unrecognised", f"{variable} = {read}", "c = next(i, END)"]
