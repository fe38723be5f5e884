"""``key=value`` words of the command line turned into the JSON form of a protobuf message.

A key is a path of field names (``payee.account_number=622…``). Values are read by the field's type: money as
``120.00CNY``, dates as ``2026-01-31``, enums by their full or short name, repeated fields by commas or by naming the
key again; ``key:=JSON`` takes any JSON as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, cast

import orjson
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

_MONEY = re.compile(r"(-?)(\d{1,15})(?:\.(\d{1,9}))?\s*([A-Z]{3})")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class ArgumentError(ValueError):
    """A word of the command line does not fit the message; says which, and what would."""


def request_from_words(words: Iterable[str], message: type[Message]) -> dict[str, Any]:
    """``message_from_words`` for a generated class."""
    return message_from_words(words, cast("Descriptor", message.DESCRIPTOR))


def message_from_words(words: Iterable[str], message: Descriptor) -> dict[str, Any]:
    """The JSON form of ``message`` that the words describe. Raises ``ArgumentError``."""
    document: dict[str, Any] = {}
    for word in words:
        path, separator, value = word.partition("=")
        if not separator:
            raise ArgumentError(f"{word!r} is not key=value")
        raw = path.endswith(":")
        names = path.removesuffix(":").split(".")
        holder, field = _walk(document, names, message)
        _assign(holder, field, _json(word, value) if raw else _value(value, field, path))
    return document


def _walk(document: dict[str, Any], names: list[str], message: Descriptor) -> tuple[dict[str, Any], FieldDescriptor]:
    holder, descriptor = document, message
    for depth, name in enumerate(names):
        field = descriptor.fields_by_name.get(name) or descriptor.fields_by_camelcase_name.get(name)
        if field is None:
            known = ", ".join(sorted(descriptor.fields_by_name))
            raise ArgumentError(f"{descriptor.name} has no field {name!r}; it has: {known}")
        if depth == len(names) - 1:
            return holder, field
        if field.message_type is None:
            raise ArgumentError(f"{'.'.join(names[: depth + 1])} is a {_type_name(field)}, not a message")
        holder = holder.setdefault(field.name, {})
        descriptor = field.message_type
    raise ArgumentError("an empty key")


def _assign(holder: dict[str, Any], field: FieldDescriptor, value: Any) -> None:
    if field.is_repeated:
        values = value if isinstance(value, list) else [value]
        holder.setdefault(field.name, []).extend(values)
    elif field.name in holder:
        raise ArgumentError(f"{field.name} is given twice")
    else:
        holder[field.name] = value


def _value(text: str, field: FieldDescriptor, path: str) -> Any:
    if field.is_repeated:
        return [_single(part, field, path) for part in text.split(",") if part]
    return _single(text, field, path)


def _single(text: str, field: FieldDescriptor, path: str) -> Any:
    try:
        if field.message_type is not None:
            return _message(text, field.message_type)
        if field.enum_type is not None:
            return _enum(text, field.enum_type)
        if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
            return _TRUTH[text.lower()]
        if field.cpp_type in {FieldDescriptor.CPPTYPE_STRING}:
            return text
        return int(text)
    except (ValueError, KeyError) as error:
        raise ArgumentError(f"{path}={text}: not a {_type_name(field)}") from error


def _message(text: str, message: Descriptor) -> Any:
    if message.full_name == "google.type.Money":
        return _money(text)
    if message.full_name == "google.type.Date":
        year, month, day = _match(_DATE, text)
        return {"year": int(year), "month": int(month), "day": int(day)}
    if message.full_name in {"google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.FieldMask"}:
        return text
    raise ValueError(message.full_name)


def _money(text: str) -> dict[str, Any]:
    sign, units, fraction, currency = _match(_MONEY, text.strip())
    nanos = int((fraction or "").ljust(9, "0"))
    factor = -1 if sign else 1
    return {"currencyCode": currency, "units": str(factor * int(units)), "nanos": factor * nanos}


def _match(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    found = pattern.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return tuple(group or "" for group in found.groups())


def _enum(text: str, enum: EnumDescriptor) -> str:
    wanted = text.upper()
    for name in enum.values_by_name:
        if name == wanted or name.endswith(f"_{wanted}"):
            return name
    raise ValueError(text)


def _json(word: str, text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ArgumentError(f"{word!r}: {error}") from error


def _type_name(field: FieldDescriptor) -> str:
    if field.message_type is not None:
        shape = {"google.type.Money": "money (120.00CNY)", "google.type.Date": "date (2026-01-31)"}
        return shape.get(field.message_type.full_name, field.message_type.name)
    if field.enum_type is not None:
        return "one of " + ", ".join(field.enum_type.values_by_name)
    return {FieldDescriptor.CPPTYPE_STRING: "text", FieldDescriptor.CPPTYPE_BOOL: "yes or no"}.get(
        field.cpp_type, "number"
    )
