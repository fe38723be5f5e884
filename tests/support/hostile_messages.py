"""Requests as nobody should send them, made of a contract's own descriptors: one bad field at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import grpc.aio
from google.protobuf import message_factory
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

_TEXTS = ("x" * 70_000, "a\0b", "a\nb", "\N{RIGHT-TO-LEFT OVERRIDE}agents/A1", "../../etc/passwd", "agents/A1/../L1")
_MANY = {f"key {number}": "value" for number in range(5_000)}
_MAPS: tuple[Mapping[str, str], ...] = (_MANY, {"": "value"}, {"k\0": "value"}, {"key": "v" * 70_000}, {"key": "\x07"})
_WHOLE = (FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_INT64)
_NEVER = (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.DEADLINE_EXCEEDED)


def hostile(method: MethodDescriptor, usual: Mapping[str, Any]) -> Iterator[tuple[str, Message]]:
    """Each with where the mischief is. ``usual`` are values by name for the fields that are let be."""
    yield "nothing", _made(method, {})
    for field in method.input_type.fields:
        for place, bad in _values(field):
            yield f"{method.name}.{place}", _made(method, {**usual, **bad})


def _made(method: MethodDescriptor, values: Mapping[str, Any]) -> Message:
    fields = method.input_type.fields_by_name
    made: Message = message_factory.GetMessageClass(method.input_type)(
        **{name: value for name, value in values.items() if name in fields}
    )
    return made


def _values(field: FieldDescriptor) -> Iterator[tuple[str, dict[str, Any]]]:
    for place, value in _of(field, 0):
        yield place, {field.name: value}


def _of(field: FieldDescriptor, depth: int) -> Iterator[tuple[str, Any]]:
    found: Sequence[Any] = ()
    inner = field.message_type
    if inner is not None and inner.GetOptions().map_entry:
        found = _MAPS
    elif field.cpp_type == FieldDescriptor.CPPTYPE_STRING and field.type == FieldDescriptor.TYPE_STRING:
        found = [[text] for text in _TEXTS] if field.is_repeated else _TEXTS
    elif field.cpp_type == FieldDescriptor.CPPTYPE_ENUM:
        found = [[99]] if field.is_repeated else (99, -1)
    elif field.cpp_type in _WHOLE and not field.is_repeated:
        found = (-1, 2**31 - 1)
    elif inner is not None and inner.name == "Timestamp":
        found = ({"seconds": 10**15}, {"nanos": -5})
    elif inner is not None and depth < 2 and not field.is_repeated:
        for deeper in inner.fields:
            for place, value in _of(deeper, depth + 1):
                yield f"{field.name}.{place}", {deeper.name: value}
    for value in found:
        yield f"{field.name}={str(value)[:30]!r}", value


def reason_of(failure: grpc.aio.AioRpcError) -> str:
    """The stable word of a refusal; empty for what is no refusal of ours."""
    trailing: Any = failure.trailing_metadata()
    details = dict(trailing or {}).get("grpc-status-details-bin")
    if details is None or failure.code() in _NEVER:
        return ""
    for detail in Status.FromString(details).details:
        info = ErrorInfo()
        if detail.Unpack(info) and info.domain == "tellerline":
            return str(info.reason)
    return ""
