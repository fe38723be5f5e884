"""JSON values into messages: only what the contract lets a request say, and exactly that."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from tellerline.gateway.channels.http.refusals import bad_body
from tellerline.gateway.channels.http.transcoding.json_text import escaped
from tellerline.gateway.channels.http.transcoding.scalars import Reader, UnfitError, read_text, scalar_reader
from tellerline.gateway.channels.http.transcoding.shapes import inputs, is_map, required

_TEXTUAL: Final = frozenset({"google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.FieldMask"})
_NO_NAMES: Final[frozenset[str]] = frozenset()


def decode(value: Any, message: Message, pointer: str = "", *, closed: frozenset[str] = _NO_NAMES) -> None:
    """Set ``message`` from the JSON object ``value``, which stands at ``pointer`` of the body.

    ``closed`` are JSON names that are set by the path. Raises ``RefusalError`` (INVALID_REQUEST) with the JSON pointer
    of the first value that does not fit: ``unknown_field``, ``output_only``, ``missing``, ``null`` and so on.
    """
    if not isinstance(value, dict):
        raise bad_body(pointer, "not_an_object")
    fields = _readers(message.DESCRIPTOR)
    chosen: dict[str, str] = {}
    for name, content in value.items():
        place = f"{pointer}/{escaped(name)}"
        field = fields.get(name)
        if field is None or name in closed:
            raise bad_body(place, _why_not(message, name, closed))
        if content is None:
            raise bad_body(place, "null")
        if field.oneof and chosen.setdefault(field.oneof, name) != name:
            raise bad_body(place, "one_of_several")
        field.read(message, content, place)
    for name in _needed(message.DESCRIPTOR):
        if name not in value and name not in closed:
            raise bad_body(f"{pointer}/{escaped(name)}", "missing")


def _why_not(message: Message, name: str, closed: frozenset[str]) -> str:
    if name in closed:
        return "set_by_the_path"
    return "output_only" if any(field.json_name == name for field in message.DESCRIPTOR.fields) else "unknown_field"


class FieldReader:
    """Sets one field from a JSON value."""

    __slots__ = ("_field", "_map", "_read", "_repeated", "_textual", "oneof")

    def __init__(self, field: FieldDescriptor) -> None:
        oneof = field.containing_oneof
        self.oneof = oneof.name if oneof is not None and len(oneof.fields) > 1 else ""
        self._field = field.name
        self._map = is_map(field)
        self._repeated = field.is_repeated
        self._textual = field.message_type is not None and field.message_type.full_name in _TEXTUAL
        self._read: Reader | None = None if field.message_type else scalar_reader(field)

    def read(self, message: Message, value: Any, pointer: str) -> None:
        if self._map:
            return self._fill(getattr(message, self._field), value, pointer)
        if not self._repeated:
            return self._set(message, value, pointer)
        if not isinstance(value, list):
            raise bad_body(pointer, "not_a_list")
        into = getattr(message, self._field)
        for place, content in enumerate(value):
            self._append(into, content, f"{pointer}/{place}")

    def _set(self, message: Message, value: Any, pointer: str) -> None:
        if self._read is not None:
            setattr(message, self._field, fitting(self._read, value, pointer))
            return
        inner = getattr(message, self._field)
        inner.SetInParent()
        self._message(inner, value, pointer)

    def _append(self, into: Any, value: Any, pointer: str) -> None:
        if self._read is not None:
            into.append(fitting(self._read, value, pointer))
        else:
            self._message(into.add(), value, pointer)

    def _message(self, inner: Message, value: Any, pointer: str) -> None:
        if self._textual:
            read_textual(inner, value, pointer)
        else:
            decode(value, inner, pointer)

    def _fill(self, into: Any, value: Any, pointer: str) -> None:
        if not isinstance(value, dict):
            raise bad_body(pointer, "not_an_object")
        for key, content in value.items():
            into[fitting(read_text, key, pointer)] = fitting(read_text, content, f"{pointer}/{escaped(key)}")


def read_textual(message: Any, value: Any, pointer: str) -> None:
    """A time, a duration or a field mask, which proto3 JSON writes as a string."""
    text = fitting(read_text, value, pointer)
    try:
        message.FromJsonString(text)
    except (ValueError, OverflowError):
        raise bad_body(pointer, f"not_a_{message.DESCRIPTOR.name.lower()}") from None


def fitting(read: Reader, value: Any, pointer: str) -> Any:
    try:
        return read(value)
    except UnfitError as error:
        raise bad_body(pointer, str(error)) from None


@cache
def _needed(descriptor: Descriptor) -> tuple[str, ...]:
    return tuple(name for name, field in inputs(descriptor).items() if required(field))


@cache
def _readers(descriptor: Descriptor) -> dict[str, FieldReader]:
    return {name: FieldReader(field) for name, field in inputs(descriptor).items()}
