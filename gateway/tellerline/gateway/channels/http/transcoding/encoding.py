"""Messages to proto3 JSON values: a function for each message type, written once from its descriptor."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from keyword import iskeyword
from typing import Any, Final

from google.protobuf import json_format, symbol_database
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from tellerline.gateway.channels.http.transcoding.shapes import is_map, outputs

Encoder = Callable[[Any], Any]
_LONG: Final = frozenset(
    {FieldDescriptor.CPPTYPE_INT64, FieldDescriptor.CPPTYPE_UINT64},
)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST: Final = -62_135_596_800
_LAST: Final = 253_402_300_799
"""Seconds of the years 1 to 9999."""


@cache
def encoder_of(descriptor: Descriptor) -> Encoder:
    """What turns a message of this type into a value that any JSON writer takes."""
    known = _WELL_KNOWN.get(descriptor.full_name)
    if known is not None:
        return known
    encoder: Encoder = _SCOPE[_compiled(descriptor)]
    return encoder


_SCOPE: Final[dict[str, Any]] = {}
"""Everything that the functions written here call, and themselves."""
_COMPILED: Final[dict[str, str]] = {}


def _compiled(descriptor: Descriptor) -> str:
    """The name of the function that writes one type, which is known before its body: types may contain themselves.

    Names are in lowerCamelCase, unset messages are left out, everything else is always there.
    """
    name = _COMPILED.get(descriptor.full_name)
    if name is None:
        name = _COMPILED[descriptor.full_name] = f"write{len(_COMPILED)}"
        source = "\n    ".join([f"def {name}(m):", *_lines(descriptor)])
        exec(compile(source, f"<JSON of {descriptor.full_name}>", "exec"), _SCOPE)  # noqa: S102 built from the contract
    return name


def _lines(descriptor: Descriptor) -> Iterator[str]:
    """Fields that are always there, then single messages, then repeated ones."""
    plain, single, many = [], [], []
    for name, field in outputs(descriptor).items():
        read = f"m.{field.name}" if not iskeyword(field.name) else f"getattr(m, {field.name!r})"
        if field.message_type is not None and is_map(field):
            one = _value(field.message_type.fields_by_name["value"], "v")
            many.append(f"made[{name!r}] = {{str(k): {one} for k, v in {read}.items()}}")
        elif field.is_repeated:
            one = _value(field, "v")
            many.append(f"made[{name!r}] = " + (f"list({read})" if one == "v" else f"[{one} for v in {read}]"))
        elif field.has_presence:
            single.append(f"if m.HasField({field.name!r}): made[{name!r}] = {_value(field, read)}")
        else:
            plain.append(f"{name!r}: {_value(field, read)}")
    yield "made = {" + ", ".join(plain) + "}"
    yield from single
    yield from many
    yield "return made"


def _value(field: FieldDescriptor, read: str) -> str:
    """The expression that makes JSON of the expression ``read``."""
    kind = field.message_type
    if kind is not None and kind.full_name not in _WELL_KNOWN:
        return f"{_compiled(kind)}({read})"
    encode = _value_encoder(field)
    return read if encode is None else f"{_kept(encode)}({read})"


def _kept(encode: Callable[[Any], Any]) -> str:
    """The name under which generated code calls ``encode``."""
    name = f"encode{len(_SCOPE)}"
    _SCOPE[name] = encode
    return name


def _value_encoder(field: FieldDescriptor) -> Encoder | None:
    """None where the value is JSON's already."""
    if field.message_type is not None:
        return encoder_of(field.message_type)
    if field.enum_type is not None:
        return _enum_encoder(field.enum_type)
    if field.cpp_type in _LONG:
        return str
    return _bytes if field.type == FieldDescriptor.TYPE_BYTES else None


def _enum_encoder(enum: EnumDescriptor) -> Encoder:
    names = {value.number: value.name for value in enum.values}

    def name_of(number: int) -> str | int:
        return names.get(number, number)

    return name_of


def _bytes(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _timestamp(value: Any) -> str:
    """As the library writes it, which also refuses what is no time."""
    seconds, nanos = value.seconds, value.nanos
    if not (_FIRST <= seconds <= _LAST and 0 < nanos < 1_000_000_000):
        text: str = value.ToJsonString()
        return text
    second = _whole_second(seconds)
    if nanos % 1000:
        return f"{second}.{nanos:09d}Z"
    if nanos % 1_000_000:
        return f"{second}.{nanos // 1000:06d}Z"
    return f"{second}.{nanos // 1_000_000:03d}Z"


@lru_cache(1024)
def _whole_second(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).isoformat()[:19]


def _as_library(value: Any) -> Any:
    return json_format.MessageToDict(value)


def _any(value: Any) -> dict[str, Any]:
    """With its type; empty where this build does not know the type."""
    name = value.type_url.rpartition("/")[2]
    try:
        inner = symbol_database.Default().GetSymbol(name)()
    except KeyError:
        return {}
    value.Unpack(inner)
    encoded = encoder_of(inner.DESCRIPTOR)(inner)
    return {"@type": value.type_url, **(encoded if isinstance(encoded, dict) else {"value": encoded})}


_WELL_KNOWN: Final[Mapping[str, Encoder]] = {
    "google.protobuf.Timestamp": _timestamp,
    "google.protobuf.Any": _any,
    **dict.fromkeys((f"google.protobuf.{name}" for name in ("Duration", "FieldMask", "Struct", "Value")), _as_library),
}
