"""Values of the contract: enums paired by name, names of resources, texts, instants, dates."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar
from unicodedata import category

from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date

from tellerline.callcenter.tickets.refusals import invalid

WordT = TypeVar("WordT", bound=StrEnum)

_NOT_TEXT = frozenset({"Cc", "Cs"})
"""Control characters and halves of one: a full-width space 　 is text, though Python does not print it."""
_LINES = "\n\r\t"
_ID = r"[A-Za-z0-9._:-]{1,64}"


class EnumPair(Generic[WordT]):
    """Both directions for one enum whose names, without ``prefix`` and in lower case, are the values of ``model``.

    ``empty`` is what the enum's zero stands for; without it zero is refused.
    """

    def __init__(self, enum: EnumDescriptor, prefix: str, model: type[WordT], empty: WordT | None = None) -> None:
        named = {value.number: value.name.removeprefix(prefix).lower() for value in enum.values if value.number}
        if set(named.values()) != {word.value for word in model if word.value}:
            raise TypeError(f"{model.__name__} and {prefix}* do not have the same values")
        self._to_model = {number: model(word) for number, word in named.items()}
        self._to_proto = {word: number for number, word in self._to_model.items()}
        self._empty = empty

    def to_proto(self, word: WordT | None) -> Any:
        """The number, 0 for None; untyped, because each generated enum has a static type of its own."""
        return 0 if word is None else self._to_proto.get(word, 0)

    def from_proto(self, number: int, field: str) -> WordT:
        word = self._empty if number == 0 else self._to_model.get(number)
        if word is None:
            raise invalid(field, "unspecified" if number == 0 else "unknown_value")
        return word

    def filter(self, number: int, field: str) -> str:
        """The word that a search filters by; empty for 0."""
        return self.from_proto(number, field).value if number else ""


def segments(name: str, pattern: str, field: str) -> tuple[str, ...]:
    """The variable parts of ``name``, which must have the shape of ``pattern`` (``tickets/*``)."""
    shape = "/".join(f"({_ID})" if part == "*" else re.escape(part) for part in pattern.split("/"))
    found = re.fullmatch(shape, name)
    if found is None:
        raise invalid(field, "not_a_name" if name else "missing")
    return found.groups()


def optional_segment(name: str, pattern: str, field: str) -> str:
    """The variable part of ``name``; empty for an empty one."""
    return segments(name, pattern, field)[0] if name else ""


def named(collection: str, part: str) -> str:
    """``collection/part``; empty for an empty part."""
    return f"{collection}/{part}" if part else ""


def checked_text(text: str, field: str, limit: int, *, lines: bool = False) -> str:
    """``text`` if it has at most ``limit`` characters and no control characters; with ``lines``, it may have lines."""
    if len(text) > limit:
        raise invalid(field, "too_long")
    allowed = _LINES if lines else ""
    if any(category(character) in _NOT_TEXT and character not in allowed for character in text):
        raise invalid(field, "control_character")
    return text


def instant_to_proto(instant: datetime | None) -> Timestamp | None:
    if instant is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(instant)
    return stamp


def instant_from_proto(stamp: Timestamp, field: str) -> datetime:
    """To the microsecond, in UTC."""
    try:
        return stamp.ToDatetime(UTC)
    except (ValueError, OverflowError):
        raise invalid(field, "not_an_instant") from None


def optional_instant(message: Any, field: str, place: str) -> datetime | None:
    """The instant in the message's field; None where it is absent."""
    return instant_from_proto(getattr(message, field), place) if message.HasField(field) else None


def date_to_proto(text: str) -> Date | None:
    """From ISO 8601; None for an empty text."""
    if not text:
        return None
    year, month, day = map(int, text.split("-"))
    return Date(year=year, month=month, day=day)
