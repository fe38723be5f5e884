"""Every HTTP route of the contract, read from its ``google.api.http`` options."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from google.api import annotations_pb2
from google.api.http_pb2 import HttpRule
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor, ServiceDescriptor

from tellerline.gateway.channels.http.transcoding.query import Parameter, parameters
from tellerline.gateway.channels.http.transcoding.templates import Template

WHOLE: Final = "*"
API: Final = "/v1"
"""Where every path of the contract begins."""
PUBLIC: Final = ("tellerline.api.information.",)
"""Beginnings of the services that anybody may ask, without a token."""
_SERIAL_OF_BEFORE: Final = "original_channel_serial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One path of one RPC.

    ``body`` is the request's field that the body stands for, ``*`` for the request itself, empty for none. ``customer``
    is the place of the customer's number among the path's segments. ``closed`` are the JSON names of a whole body that
    the path sets. A ``serial`` route names an earlier request by its channel serial. ``keyed`` routes need an
    idempotency key.
    """

    rpc: MethodDescriptor
    method: str
    path: str
    template: Template
    body: str
    parameters: dict[str, Parameter]
    closed: frozenset[str]
    public: bool
    customer: int | None
    account: bool
    serial: bool

    @property
    def operation(self) -> str:
        """``<area>.<Method>``, unique among routes with ``path``."""
        return f"{self.rpc.containing_service.full_name.split('.')[2]}.{self.rpc.name}"

    @property
    def keyed(self) -> bool:
        return self.method != "GET" and not self.public

    @property
    def streams(self) -> bool:
        return bool(self.rpc.server_streaming)


def routes_of(services: Iterable[ServiceDescriptor]) -> tuple[Route, ...]:
    """In the services' order. Raises ``ValueError`` for an annotation that does not fit its request."""
    return tuple(route for service in services for rpc in service.methods for route in _routes(rpc))


def _routes(rpc: MethodDescriptor) -> Iterator[Route]:
    options = rpc.GetOptions()
    if not options.HasExtension(annotations_pb2.http):
        return
    rule = options.Extensions[annotations_pb2.http]
    for each in (rule, *rule.additional_bindings):
        yield _route(rpc, each)


def _route(rpc: MethodDescriptor, rule: HttpRule) -> Route:
    method = rule.WhichOneof("pattern") or ""
    path = getattr(rule, method, "") if method != "custom" else ""
    if not path:
        raise ValueError(f"{rpc.full_name} has an HTTP rule without a usual method")
    template = Template.parse(path)
    for variable in template.variables:
        field_at(rpc.input_type, variable.field)
    bound = frozenset(variable.field.partition(".")[0] for variable in template.variables)
    fields = rpc.input_type.fields_by_name
    if rule.body not in ("", WHOLE) and rule.body not in fields:
        raise ValueError(f"{rpc.full_name} has no field {rule.body} for its body")
    taken = bound | {rule.body}
    return Route(
        rpc=rpc,
        method=method.upper(),
        path=path,
        template=template,
        body=rule.body,
        parameters={} if rule.body == WHOLE else parameters(rpc.input_type, taken),
        closed=frozenset(fields[name].json_name for name in bound) if rule.body == WHOLE else frozenset(),
        public=rpc.full_name.startswith(PUBLIC),
        customer=template.place_of("customers"),
        account=template.place_of("accounts") is not None,
        serial=_SERIAL_OF_BEFORE in fields,
    )


def field_at(message: Descriptor, path: str) -> FieldDescriptor:
    """The field under a dotted proto path. Raises ``ValueError`` where there is none."""
    name, _, rest = path.partition(".")
    field = message.fields_by_name.get(name)
    if field is None:
        raise ValueError(f"{message.full_name} has no field {name}")
    if not rest:
        return field
    if field.message_type is None:
        raise ValueError(f"{field.full_name} has no fields")
    return field_at(field.message_type, rest)
