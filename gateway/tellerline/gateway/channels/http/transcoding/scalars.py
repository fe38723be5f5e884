"""Single values of a request, out of JSON or out of a query string, strictly."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import Any, Final

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor

from tellerline.gateway.channels.http.transcoding.json_text import Fraction

_WHOLE: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,19})")
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,19})(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,3})?")
_RANGES: Final = {
    FieldDescriptor.CPPTYPE_INT32: (-(1 << 31), (1 << 31) - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(1 << 63), (1 << 63) - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, (1 << 32) - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, (1 << 64) - 1),
}
_FRACTIONS: Final = frozenset({FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT})
LONG: Final = frozenset({FieldDescriptor.CPPTYPE_INT64, FieldDescriptor.CPPTYPE_UINT64})
Reader = Callable[[Any], Any]


class UnfitError(ValueError):
    """A value that does not fit its field; the text is the stable word for why."""


def scalar_reader(field: FieldDescriptor) -> Reader:
    """Reads one value of the field's type; raises ``UnfitError``. ``TypeError`` for a field that holds messages."""
    if field.enum_type is not None:
        return _enum_reader(field.enum_type)
    if field.cpp_type in _RANGES:
        least, most = _RANGES[field.cpp_type]
        return _whole_reader(least, most, text=field.cpp_type in LONG)
    if field.cpp_type in _FRACTIONS:
        return read_fraction
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return read_truth
    if field.type == FieldDescriptor.TYPE_BYTES:
        return read_bytes
    if field.type == FieldDescriptor.TYPE_STRING:
        return read_text
    raise TypeError(f"{field.full_name} is no single value")


def read_text(value: Any) -> str:
    if not isinstance(value, str) or isinstance(value, Fraction):
        raise UnfitError("not_a_string")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise UnfitError("not_unicode") from None
    return value


def read_truth(value: Any) -> bool:
    if value is True or value is False:
        return bool(value)
    raise UnfitError("not_a_boolean")


def read_bytes(value: Any) -> bytes:
    try:
        return base64.b64decode(read_text(value), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnfitError("not_base64") from error


def read_fraction(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        raise UnfitError("not_a_number")
    if isinstance(value, Fraction) and not _DECIMAL.fullmatch(value):
        raise UnfitError("not_a_number")
    try:
        return float(value)
    except OverflowError:
        raise UnfitError("out_of_range") from None


def _whole_reader(least: int, most: int, *, text: bool) -> Reader:
    """Whole numbers; with ``text`` also as digits in a string, which is how proto3 JSON writes the long ones."""

    def read(value: Any) -> int:
        if isinstance(value, Fraction):
            raise UnfitError("fraction")
        if text and isinstance(value, str):
            if not _WHOLE.fullmatch(value):
                raise UnfitError("not_a_whole_number")
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise UnfitError("not_a_whole_number")
        if not least <= value <= most:
            raise UnfitError("out_of_range")
        return value

    return read


def _enum_reader(enum: EnumDescriptor) -> Reader:
    numbers = {value.name: value.number for value in enum.values}

    def read(value: Any) -> int:
        number = numbers.get(value) if isinstance(value, str) else None
        if number is None:
            raise UnfitError("unknown_value")
        return number

    return read


def text_value(field: FieldDescriptor, text: str) -> Any:
    """What ``text`` of a query string stands for, as JSON would have said it to ``scalar_reader``."""
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return {"true": True, "false": False}.get(text, text)
    if field.cpp_type in _RANGES and _WHOLE.fullmatch(text):
        return int(text)
    return Fraction(text) if field.cpp_type in _FRACTIONS else text
