"""JSON schemas (2020-12) of the contract's messages, as requests may say them and as replies do."""

from __future__ import annotations

from typing import Any, Final

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from tellerline.gateway.channels.http.transcoding.shapes import inputs, is_map, outputs, required
from tellerline.gateway.client.comments import Comments

Schema = dict[str, Any]
_WHOLE: Final = r"^-?(0|[1-9][0-9]{0,18})$"
_TEXTS: Final[dict[str, Schema]] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?s$"},
    "google.protobuf.FieldMask": {"type": "string", "pattern": r"^([A-Za-z0-9]+(,[A-Za-z0-9]+)*)?$"},
}
_OPEN: Final[dict[str, Schema]] = {
    "google.protobuf.Any": {
        "type": "object",
        "properties": {"@type": {"type": "string"}},
        "additionalProperties": True,
        "description": "A message that names its type.",
    },
    "google.protobuf.Struct": {"type": "object", "additionalProperties": True},
    "google.protobuf.Value": {},
}
_SCALARS: Final[dict[int, Schema]] = {
    FieldDescriptor.CPPTYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.CPPTYPE_DOUBLE: {"type": "number", "format": "double"},
    FieldDescriptor.CPPTYPE_FLOAT: {"type": "number", "format": "float"},
    FieldDescriptor.CPPTYPE_INT32: {"type": "integer", "minimum": -(1 << 31), "maximum": (1 << 31) - 1},
    FieldDescriptor.CPPTYPE_UINT32: {"type": "integer", "minimum": 0, "maximum": (1 << 32) - 1},
}
_LONG: Final = frozenset({FieldDescriptor.CPPTYPE_INT64, FieldDescriptor.CPPTYPE_UINT64})


class SchemaBook:
    """Gathers every message that is referred to, once for replies and once, as ``…Input``, for requests."""

    def __init__(self, comments: Comments) -> None:
        self._comments = comments
        self.schemas: dict[str, Schema] = {}

    def reference(self, message: Descriptor, *, sent: bool, closed: frozenset[str] = frozenset()) -> Schema:
        """A reference to the schema of ``message``; ``sent`` by clients. With ``closed`` (JSON names that a request
        leaves to its path) the schema itself.
        """
        known = _TEXTS.get(message.full_name) or _OPEN.get(message.full_name)
        if known is not None:
            return known
        if closed:
            return self._object(message, sent=sent, closed=closed)
        name = _name(message) + ("Input" if sent and message.full_name.startswith("tellerline.") else "")
        if name not in self.schemas:
            self.schemas[name] = {}
            self.schemas[name] = self._object(message, sent=sent, closed=frozenset())
        return {"$ref": f"#/components/schemas/{name}"}

    def of_field(self, field: FieldDescriptor, *, sent: bool) -> Schema:
        """With the field's comment, where it has one."""
        schema = self._value(field, sent=sent)
        if field.is_repeated and not is_map(field):
            schema = {"type": "array", "items": schema}
        comment = self._comments.of(field.full_name)
        return {"description": comment, **schema} if comment else schema

    def _object(self, message: Descriptor, *, sent: bool, closed: frozenset[str]) -> Schema:
        fields = {name: f for name, f in (inputs if sent else outputs)(message).items() if name not in closed}
        made: Schema = {
            "type": "object",
            "properties": {name: self.of_field(field, sent=sent) for name, field in fields.items()},
        }
        comment = self._comments.of(message.full_name)
        if comment:
            made["description"] = comment
        needed = [name for name, field in fields.items() if (required(field) if sent else not field.has_presence)]
        if needed:
            made["required"] = needed
        if sent:
            made["additionalProperties"] = False
            exclusive = _exclusive(fields)
            if exclusive:
                made["allOf"] = exclusive
        return made

    def _value(self, field: FieldDescriptor, *, sent: bool) -> Schema:
        if is_map(field) and field.message_type is not None:
            value = field.message_type.fields_by_name["value"]
            return {"type": "object", "additionalProperties": self._value(value, sent=sent)}
        if field.message_type is not None:
            return self.reference(field.message_type, sent=sent)
        if field.enum_type is not None:
            return _enum(field.enum_type)
        if field.cpp_type in _LONG:
            return _long(sent=sent)
        if field.type == FieldDescriptor.TYPE_BYTES:
            return {"type": "string", "contentEncoding": "base64"}
        return dict(_SCALARS.get(field.cpp_type, {"type": "string"}))


def _exclusive(fields: dict[str, FieldDescriptor]) -> list[Schema]:
    """At most one of each oneof."""
    groups: dict[str, list[str]] = {}
    for name, field in fields.items():
        if field.containing_oneof is not None:
            groups.setdefault(field.containing_oneof.name, []).append(name)
    return [
        {"not": {"required": [one, other]}}
        for names in groups.values()
        for place, one in enumerate(names)
        for other in names[place + 1 :]
    ]


def _long(*, sent: bool) -> Schema:
    text: Schema = {"type": "string", "format": "int64", "pattern": _WHOLE}
    if not sent:
        return text
    return text | {"type": ["string", "integer"], "minimum": -(1 << 63), "maximum": (1 << 63) - 1}


def _enum(enum: EnumDescriptor) -> Schema:
    return {"type": "string", "enum": [value.name for value in enum.values]}


def _name(message: Descriptor) -> str:
    """``fx.Quote``, ``customers.Customer.Tier``; common and Google's types by their own names alone."""
    within = message.full_name.removeprefix(f"{message.file.package}.")
    area = message.file.package.split(".")
    if area[0] != "tellerline" or area[2] == "common":
        return within
    return f"{area[2]}.{within}"
