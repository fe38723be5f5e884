"""Query parameters into a request's fields, by their dotted names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from tellerline.gateway.channels.http.refusals import bad_field
from tellerline.gateway.channels.http.transcoding.scalars import Reader, UnfitError, scalar_reader, text_value
from tellerline.gateway.channels.http.transcoding.shapes import inputs, is_map, required

_MOST_PARAMETERS = 64
_TEXTUAL = frozenset({"google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.FieldMask"})
_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: ``holders`` lead from the request to the message that has ``field``."""

    name: str
    field: FieldDescriptor
    holders: tuple[str, ...]
    read: Reader | None
    needed: bool = False

    def set(self, request: Message, text: str) -> None:
        """Raises ``RefusalError`` for a text that does not fit."""
        holder: Any = request
        for step in self.holders:
            holder = getattr(holder, step)
        try:
            if self.read is None:
                getattr(holder, self.field.name).FromJsonString(text)
            elif self.field.is_repeated:
                getattr(holder, self.field.name).append(self.read(text_value(self.field, text)))
            else:
                setattr(holder, self.field.name, self.read(text_value(self.field, text)))
        except UnfitError as error:
            raise bad_field(self.name, str(error)) from None
        except (ValueError, OverflowError):
            raise bad_field(self.name, "malformed") from None


def parameters(message: Descriptor, bound: frozenset[str]) -> dict[str, Parameter]:
    """Every parameter of a request whose fields ``bound`` (top-level names) come from path or body."""
    found = (
        each
        for field in inputs(message).values()
        if field.name not in bound
        for each in _parameters(field, "", (), _DEEPEST)
    )
    return {each.name: each for each in found}


def _parameters(field: FieldDescriptor, prefix: str, holders: tuple[str, ...], depth: int) -> Iterator[Parameter]:
    name = prefix + field.json_name
    kind = field.message_type
    if kind is None:
        yield Parameter(name, field, holders, scalar_reader(field), required(field) and not holders)
    elif kind.full_name in _TEXTUAL and not field.is_repeated:
        yield Parameter(name, field, holders, None)
    elif depth and not field.is_repeated and not is_map(field):
        for inner in inputs(kind).values():
            yield from _parameters(inner, f"{name}.", (*holders, field.name), depth - 1)


def read_query(query: bytes, known: dict[str, Parameter], request: Message) -> None:
    """Set what the query string says; an unknown parameter, one given twice, or a missing one is refused."""
    seen = set()
    for name, text in _pairs(query) if query else ():
        parameter = known.get(name)
        if parameter is None:
            raise bad_field(name[:64], "unknown_parameter")
        if name in seen and not parameter.field.is_repeated:
            raise bad_field(name, "given_twice")
        seen.add(name)
        parameter.set(request, text)
    for name, parameter in known.items():
        if parameter.needed and name not in seen:
            raise bad_field(name, "missing")


def _pairs(query: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            query.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except ValueError:
        raise bad_field("", "not_a_query") from None
