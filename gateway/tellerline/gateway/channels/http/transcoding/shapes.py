"""Which fields of a message a client sees, sets, and under which name."""

from __future__ import annotations

from functools import cache
from typing import Final

from google.api import field_behavior_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from tellerline.api.common.v1.context_pb2 import RequestContext

CONTEXT: Final = RequestContext.DESCRIPTOR.full_name
_BEHAVIOR: Final = field_behavior_pb2.field_behavior
_OUTPUT: Final = frozenset({field_behavior_pb2.OUTPUT_ONLY, field_behavior_pb2.IDENTIFIER})


@cache
def behaviors(field: FieldDescriptor) -> frozenset[int]:
    """The numbers of ``google.api.FieldBehavior`` that the field declares."""
    return frozenset(field.GetOptions().Extensions[_BEHAVIOR])


def settable(field: FieldDescriptor) -> bool:
    """Whether a request may carry it: not the context, which the channel fills, and nothing that only replies have."""
    return not (behaviors(field) & _OUTPUT) and not is_context(field)


def shown(field: FieldDescriptor) -> bool:
    """Whether a reply may carry it."""
    return field_behavior_pb2.INPUT_ONLY not in behaviors(field)


def required(field: FieldDescriptor) -> bool:
    return field_behavior_pb2.REQUIRED in behaviors(field)


def is_context(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.full_name == CONTEXT


def is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


@cache
def inputs(message: Descriptor) -> dict[str, FieldDescriptor]:
    """The fields that a request may set, by JSON name."""
    return {field.json_name: field for field in message.fields if settable(field)}


@cache
def outputs(message: Descriptor) -> dict[str, FieldDescriptor]:
    """The fields that a reply may show, by JSON name."""
    return {field.json_name: field for field in message.fields if shown(field)}
