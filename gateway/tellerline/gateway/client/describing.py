"""Descriptors as text for a terminal, much like the proto that they came from."""

from __future__ import annotations

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor, ServiceDescriptor

from tellerline.gateway.client.comments import Comments

_SCALARS = {
    FieldDescriptor.TYPE_BOOL: "bool",
    FieldDescriptor.TYPE_BYTES: "bytes",
    FieldDescriptor.TYPE_INT32: "int32",
    FieldDescriptor.TYPE_INT64: "int64",
    FieldDescriptor.TYPE_STRING: "string",
}


def type_name(field: FieldDescriptor) -> str:
    """As a proto would write it, ``repeated`` included."""
    if field.message_type is not None:
        name = field.message_type.full_name
    elif field.enum_type is not None:
        name = field.enum_type.full_name
    else:
        name = _SCALARS[field.type]
    return f"repeated {name}" if field.is_repeated else name


def describe_service(service: ServiceDescriptor, comments: Comments) -> str:
    lines = [*_comment(comments.of(service.full_name), ""), f"service {service.full_name} {{"]
    for method in service.methods:
        stream = "stream " if method.server_streaming else ""
        call = f"{method.name}({method.input_type.name}) returns ({stream}{method.output_type.name})"
        lines += [*_comment(comments.of(method.full_name), "  "), f"  rpc {call}"]
    return "\n".join([*lines, "}"])


def describe_message(message: Descriptor, comments: Comments) -> str:
    lines = [*_comment(comments.of(message.full_name), ""), f"message {message.full_name} {{"]
    for field in message.fields:
        lines += [*_comment(comments.of(field.full_name), "  "), f"  {type_name(field)} {field.name}"]
    return "\n".join([*lines, "}"])


def describe_enum(enum: EnumDescriptor, comments: Comments) -> str:
    lines = [*_comment(comments.of(enum.full_name), ""), f"enum {enum.full_name} {{"]
    for value in enum.values:
        lines += [*_comment(comments.of(f"{enum.full_name}.{value.name}"), "  "), f"  {value.name}"]
    return "\n".join([*lines, "}"])


def _comment(text: str, indent: str) -> list[str]:
    return [f"{indent}// {line}".rstrip() for line in text.splitlines()]
