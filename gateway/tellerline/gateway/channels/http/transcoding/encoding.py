"""Messages to proto3 JSON values: a plan for each message type, made once."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, Final

from google.protobuf import json_format, symbol_database
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from tellerline.gateway.channels.http.transcoding.shapes import is_map, outputs

Encoder = Callable[[Any], Any]
_LONG: Final = frozenset(
    {FieldDescriptor.CPPTYPE_INT64, FieldDescriptor.CPPTYPE_UINT64},
)
_AS_LIBRARY: Final = frozenset(
    {"google.protobuf.Duration", "google.protobuf.FieldMask", "google.protobuf.Struct", "google.protobuf.Value"}
)


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS: Final = range(-62_135_596_800, 253_402_300_800)
"""Of the years 1 to 9999."""
_NANOS: Final = range(1, 10**9)


class MessageEncoder:
    """Writes one type: names in lowerCamelCase, unset messages left out, everything else always there."""

    __slots__ = ("_many", "_plain", "_single")

    def __init__(self) -> None:
        self._plain: list[tuple[str, Callable[[Message], Any], Encoder | None]] = []
        self._single: list[tuple[str, str, Callable[[Message], Any], Encoder]] = []
        self._many: list[tuple[str, Callable[[Message], Any], Callable[[Any], Any]]] = []

    def plan(self, descriptor: Descriptor) -> None:
        """Read the descriptor. Apart from the constructor, for types that contain themselves."""
        for name, field in outputs(descriptor).items():
            read = attrgetter(field.name)
            if is_map(field):
                self._many.append((name, read, _map_encoder(field)))
            elif field.is_repeated:
                self._many.append((name, read, _list_encoder(_value_encoder(field))))
            elif field.has_presence:
                self._single.append((name, field.name, read, _value_encoder(field) or _same))
            else:
                self._plain.append((name, read, _value_encoder(field)))

    def __call__(self, message: Any) -> dict[str, Any]:
        made = {name: read(message) if encode is None else encode(read(message)) for name, read, encode in self._plain}
        for name, field, read, encode in self._single:
            if message.HasField(field):
                made[name] = encode(read(message))
        for name, read, encode in self._many:
            made[name] = encode(read(message))
        return made


@cache
def encoder_of(descriptor: Descriptor) -> Encoder:
    """What turns a message of this type into a value that any JSON writer takes."""
    if descriptor.full_name == "google.protobuf.Timestamp":
        return _timestamp
    if descriptor.full_name == "google.protobuf.Any":
        return _any
    if descriptor.full_name in _AS_LIBRARY:
        return json_format.MessageToDict
    return _planned(descriptor)


_ENCODERS: Final[dict[str, MessageEncoder]] = {}


def _planned(descriptor: Descriptor) -> MessageEncoder:
    encoder = _ENCODERS.get(descriptor.full_name)
    if encoder is None:
        encoder = _ENCODERS[descriptor.full_name] = MessageEncoder()
        encoder.plan(descriptor)
    return encoder


def _value_encoder(field: FieldDescriptor) -> Encoder | None:
    """None where the value is JSON's already."""
    if field.message_type is not None:
        name = field.message_type.full_name
        known = _ENCODERS.get(name)
        return known if known is not None else encoder_of(field.message_type)
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


def _list_encoder(encode: Encoder | None) -> Callable[[Any], list[Any]]:
    if encode is None:
        return list
    one = encode
    return lambda values: [one(value) for value in values]


def _map_encoder(field: FieldDescriptor) -> Callable[[Any], dict[str, Any]]:
    entry = field.message_type
    encode = (_value_encoder(entry.fields_by_name["value"]) if entry else None) or _same
    return lambda values: {str(key): encode(values[key]) for key in values}


def _same(value: Any) -> Any:
    return value


def _bytes(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _timestamp(value: Any) -> str:
    """As the library writes it, which also refuses what is no time."""
    seconds, nanos = value.seconds, value.nanos
    if seconds not in _SECONDS or nanos not in _NANOS:
        text: str = value.ToJsonString()
        return text
    digits = f"{nanos:09d}"
    for needless in ("000000", "000"):
        if digits.endswith(needless):
            digits = digits.removesuffix(needless)
            break
    return f"{_whole_second(seconds)}.{digits}Z"


@lru_cache(1024)
def _whole_second(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).isoformat()[:19]


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
