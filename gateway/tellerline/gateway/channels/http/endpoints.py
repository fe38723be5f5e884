"""One route with its handler: the request put together from path, query, body and what the channel knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from google.protobuf import descriptor_pool
from google.protobuf.message import Message

from tellerline.api.common.v1.context_pb2 import Channel
from tellerline.gateway.channels.http.doors import Visitor
from tellerline.gateway.channels.http.exchange import Exchange
from tellerline.gateway.channels.http.refusals import bad_field
from tellerline.gateway.channels.http.transcoding.decoding import decode
from tellerline.gateway.channels.http.transcoding.encoding import encoder_of
from tellerline.gateway.channels.http.transcoding.json_text import parse_json
from tellerline.gateway.channels.http.transcoding.query import read_query
from tellerline.gateway.channels.http.transcoding.routes import WHOLE, Route, routes_of
from tellerline.gateway.channels.service import Method, Service
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code

KEY: Final = re.compile(r"[A-Za-z0-9._:-]{1,31}")
"""An idempotency key: with the customer's number before it, it is a channel serial."""
PROVED_ANEW: Final = frozenset({"customers.ChangePin"})
"""Operations for which being logged in is not proof enough: they go without the login's grant."""
_ONLINE_BANKING: Final = int(Channel.CHANNEL_ONLINE_BANKING)
_MOST_SERIAL: Final = 64


class Endpoint:
    """``route`` as ``handler`` answers it; what is asked of the route for each request is asked once."""

    __slots__ = ("_bindings", "_kind", "_needs_query", "_proved", "encode", "handler", "keyed", "route", "streams")

    def __init__(self, route: Route, handler: Method) -> None:
        self.route = route
        self.handler = handler
        self.encode: Callable[[Any], Any] = encoder_of(handler.response.DESCRIPTOR)
        self.keyed, self.streams = route.keyed, route.streams
        self._proved = route.operation in PROVED_ANEW
        self._kind = handler.request
        self._needs_query = any(parameter.needed for parameter in route.parameters.values())
        self._bindings = [_Binding(v.field, v.start, v.end) for v in route.template.variables]

    def request(self, segments: list[str], query: bytes, body: bytes, visitor: Visitor, exchange: Exchange) -> Message:
        """The whole request. Raises ``RefusalError`` for what does not fit, and (404) for somebody else's customer
        number in the path, whether there is such a customer or not.
        """
        route = self.route
        request: Any = self._kind()
        session = visitor.session
        if session is not None and route.customer is not None and segments[route.customer] != session.customer:
            raise RefusalError(Code.ACCOUNT_NOT_FOUND if route.account else Code.CUSTOMER_NOT_FOUND)
        serial = exchange.request_id
        if self.keyed and session is not None:
            serial = channel_serial(session.customer, exchange.head.get(b"idempotency-key"))
        if route.body:
            exchange.check_json()
            self._read_body(request, body)
        if query or self._needs_query:
            read_query(query, route.parameters, request)
        for binding in self._bindings:
            binding.set(request, segments)
        self._fill(request, serial, visitor, exchange)
        return request  # type: ignore[no-any-return]

    def _read_body(self, request: Any, body: bytes) -> None:
        value = parse_json(body)
        if self.route.body == WHOLE:
            decode(value, request, closed=self.route.closed)
            return
        holder = getattr(request, self.route.body)
        holder.SetInParent()
        decode(value, holder)

    def _fill(self, request: Any, serial: str, visitor: Visitor, exchange: Exchange) -> None:
        """The context is the channel's alone; ``serial`` is of the client's key where something changes."""
        request.ClearField("context")
        context = request.context
        context.channel = _ONLINE_BANKING
        context.channel_serial = serial
        context.language_code = "en" if exchange.english else "zh-CN"
        session = visitor.session
        if session is not None:
            context.customer = f"customers/{session.customer}"
            if not self._proved:
                context.grant = session.grant
            if self.route.serial and request.original_channel_serial:
                request.original_channel_serial = serial_of_before(session.customer, request.original_channel_serial)
        if self.streams and not request.resume_token:
            request.resume_token = exchange.head.get(b"last-event-id", "")


class _Binding:
    """A field that the path sets."""

    __slots__ = ("_end", "_holders", "_name", "_start")

    def __init__(self, field: str, start: int, end: int) -> None:
        *self._holders, self._name = field.split(".")
        self._start = start
        self._end = end

    def set(self, request: Any, segments: list[str]) -> None:
        holder = request
        for step in self._holders:
            holder = getattr(holder, step)
        setattr(holder, self._name, "/".join(segments[self._start : self._end]))


def channel_serial(customer: str, key: str | None) -> str:
    """The serial under which the channel's journal knows the key: customers cannot take each other's keys.

    Raises ``INVALID_REQUEST`` for a key that is missing, malformed, or has the form of a serial of this customer's: it
    could not be told from the serial of another of his keys when he asks what became of it.
    """
    if key is None:
        raise bad_field("idempotency-key", "missing")
    serial = f"{customer}:{key}"
    if not KEY.fullmatch(key) or len(serial) > _MOST_SERIAL:
        raise bad_field("idempotency-key", "malformed")
    if key.startswith(f"{customer}:"):
        raise bad_field("idempotency-key", "reserved")
    return serial


def serial_of_before(customer: str, given: str) -> str:
    """The serial of an earlier request of this customer's, and of nobody else's, by its key as his client made it or by
    the serial as a reply told it.
    """
    return given if given.startswith(f"{customer}:") else f"{customer}:{given}"


def endpoints_of(services: Iterable[Service]) -> tuple[Endpoint, ...]:
    """Every HTTP route of the services. Raises ``LookupError`` for a route whose method has no handler."""
    handlers: dict[str, Method] = {}
    descriptors = []
    pool = descriptor_pool.Default()
    for service in services:
        descriptors.append(pool.FindServiceByName(service.full_name))
        handlers |= {f"{service.full_name}.{method.name}": method for method in service.methods}
    return tuple(Endpoint(route, handlers[route.rpc.full_name]) for route in routes_of(descriptors))
