"""Straight-line encoders: a message's constant parts joined at start-up, its values written in between."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tellerline.adapters.soap.envelope import SOAP_ENVELOPE
from tellerline.adapters.soap.errors import CannotEncodeError
from tellerline.adapters.soap.lexical import writer
from tellerline.adapters.soap.plan import Facets, Field, Kind, Leaf, Message, Record

Encode = Callable[[Mapping[str, Any]], bytes]


def compile_encoder(message: Message) -> Encode:
    """A function from values (nested mappings by field name) to the bytes of a whole envelope.

    It raises ``CannotEncodeError`` for a value that is missing, unknown, of another type or outside its facets.
    """
    source = _Source(message)
    scope: dict[str, Any] = dict(source.scope)
    exec(compile(source.text(), f"<encoder of {message.tag}>", "exec"), scope)  # noqa: S102 built from the contract
    write = scope["write"]

    def encode(values: Mapping[str, Any]) -> bytes:
        try:
            return "".join(write(values)).encode()
        except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
            raise _located(message, values) or CannotEncodeError(message.tag, str(error)) from None

    return encode


class _Source:
    """Python source of one ``write`` function, gathered field by field."""

    def __init__(self, message: Message) -> None:
        self.scope: dict[str, Any] = {}
        self._lines: list[str] = []
        self._constant = ""
        self._variables = 0
        self._prefixes = _prefixes(message)
        open_root = self._open(message.tag)[1:-1]
        declared = "".join(
            f' xmlns{":" + prefix if prefix else ""}="{namespace}"'
            for namespace, prefix in self._prefixes.items()
            if namespace
        )
        self._constant = f'<s:Envelope xmlns:s="{SOAP_ENVELOPE}"><s:Body><{open_root}{declared}>'
        self._record(message.record, "m", 1)
        self._constant += f"{self._close(message.tag)}</s:Body></s:Envelope>"
        self._flush(1)

    def text(self) -> str:
        return "def write(m):\n    o = []\n    a = o.append\n" + "\n".join(self._lines) + "\n    return o\n"

    def _record(self, record: Record, source: str, depth: int) -> None:
        known = self._bind(frozenset(field.name for field in record.fields))
        self._line(depth, f"if not {source}.keys() <= {known}: raise KeyError('unknown field')")
        for field in record.fields:
            self._field(field, source, depth)

    def _field(self, field: Field, source: str, depth: int) -> None:
        name = self._variable()
        if not (field.optional or field.repeated):
            self._line(depth, f"{name} = {source}[{field.name!r}]")
            self._element(field, name, depth)
            return
        self._flush(depth)
        self._line(depth, f"{name} = {source}.get({field.name!r})")
        self._line(depth, f"if {name} is not None:")
        depth += 1
        if field.repeated:
            item = self._variable()
            self._line(depth, f"for {item} in {name}:")
            name, depth = item, depth + 1
        self._element(field, name, depth)
        self._flush(depth)

    def _element(self, field: Field, value: str, depth: int) -> None:
        self._constant += self._open(field.tag)
        if isinstance(field.type, Leaf):
            self._flush(depth)
            self._line(depth, f"a({self._leaf(field.type, value)})")
        else:
            self._record(field.type, value, depth)
        self._constant += self._close(field.tag)

    def _leaf(self, leaf: Leaf, value: str) -> str:
        """The expression of a leaf's text; letters and digits of an allowed number are themselves without a look."""
        written = f"{self._bind(writer(leaf.kind, leaf.facets))}({value})"
        shortest, longest = leaf.facets.min_length, leaf.facets.max_length
        if leaf.kind is not Kind.TEXT or leaf.facets != Facets(min_length=shortest, max_length=longest):
            return written
        limit = "" if longest is None else f" <= {longest}"
        return f"{value} if {shortest} <= len({value}){limit} and {value}.isalnum() else {written}"

    def _open(self, tag: str) -> str:
        return f"<{self._qualified(tag)}>"

    def _close(self, tag: str) -> str:
        return f"</{self._qualified(tag)}>"

    def _qualified(self, tag: str) -> str:
        namespace, _, local = tag.rpartition("}")
        prefix = self._prefixes[namespace[1:]]
        return f"{prefix}:{local}" if prefix else local

    def _flush(self, depth: int) -> None:
        if self._constant:
            self._line(depth, f"a({self._constant!r})")
            self._constant = ""

    def _line(self, depth: int, text: str) -> None:
        self._lines.append("    " * depth + text)

    def _variable(self) -> str:
        self._variables += 1
        return f"v{self._variables}"

    def _bind(self, value: object) -> str:
        name = f"k{len(self.scope)}"
        self.scope[name] = value
        return name


def _prefixes(message: Message) -> dict[str, str]:
    namespaces = {_namespace(message.tag)} | _namespaces(message.record)
    if len(namespaces) == 1:
        return {next(iter(namespaces)): ""}
    return {namespace: f"n{index}" if namespace else "" for index, namespace in enumerate(sorted(namespaces))}


def _namespaces(record: Record) -> set[str]:
    found = {_namespace(field.tag) for field in record.fields}
    for field in record.fields:
        if isinstance(field.type, Record):
            found |= _namespaces(field.type)
    return found


def _namespace(tag: str) -> str:
    return tag.rpartition("}")[0][1:]


def _located(message: Message, values: Mapping[str, Any]) -> CannotEncodeError | None:
    """The first field that does not fit, named by its path; only run once encoding has failed."""
    return _find(message.record, values, "")


def _find(record: Record, values: object, path: str) -> CannotEncodeError | None:
    if not isinstance(values, Mapping):
        return CannotEncodeError(path or "message", "is not a mapping")
    known = {field.name for field in record.fields}
    for name in values:
        if name not in known:
            return CannotEncodeError(f"{path}{name}", "is not a field of the contract")
    for field in record.fields:
        error = _find_in_field(field, values.get(field.name), path + field.name)
        if error is not None:
            return error
    return None


def _find_in_field(field: Field, value: object, path: str) -> CannotEncodeError | None:
    if value is None:
        return None if field.optional or field.repeated else CannotEncodeError(path, "is missing")
    items = value if field.repeated and isinstance(value, list | tuple) else [value]
    for item in items:
        if isinstance(field.type, Record):
            error = _find(field.type, item, f"{path}.")
            if error is not None:
                return error
            continue
        try:
            writer(field.type.kind, field.type.facets)(item)
        except (ValueError, TypeError, AttributeError) as problem:
            return CannotEncodeError(path, str(problem))
        except Exception:
            return CannotEncodeError(path, f"is not a {field.type.kind}")
    return None
