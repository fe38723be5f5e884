"""gRPC-Web, Connect and JSON for the same services, by connectrpc; the endpoints are made from the services."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import grpc
from connectrpc.code import Code as ConnectCode
from connectrpc.errors import ConnectError, ErrorDetail
from connectrpc.method import IdempotencyLevel, MethodInfo, StreamType
from connectrpc.request import RequestContext
from connectrpc.server import ConnectASGIApplication, Endpoint
from google.protobuf import json_format
from google.protobuf.message import Message
from google.rpc.status_pb2 import Status
from protobuf.wkt import Any as WireAny

from tellerline.adapters.rpc.identity import certificate_identity
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.grpc.asgi import Receive, Scope, Send, client_certificate
from tellerline.gateway.channels.grpc.deadline import parse_milliseconds, parse_timeout
from tellerline.gateway.channels.grpc.reflection import METHOD, REQUEST, RESPONSE, SERVICE_NAMES, Reflection
from tellerline.gateway.channels.grpc.rules import CallRules, parsed
from tellerline.gateway.channels.grpc.supervision import run_stream, run_unary
from tellerline.gateway.channels.service import Method, StreamHandler, UnaryHandler
from tellerline.gateway.refusal import FieldViolation, RefusalError
from tellerline.routing.model.codes import Code

Context = RequestContext[Any, Any]
_CODES = {
    code.value[0]: ConnectCode.CANCELED if code is grpc.StatusCode.CANCELLED else ConnectCode[code.name]
    for code in grpc.StatusCode
    if code is not grpc.StatusCode.OK
}
# Beyond the longest deadline: time for a body to arrive.
_BODY_S = 10.0
_TIMEOUTS = {b"grpc-timeout": parse_timeout, b"connect-timeout-ms": parse_milliseconds}


@dataclass(frozen=True, slots=True)
class _Caller:
    """What the handlers must know and connectrpc does not tell, or would act on in its own way."""

    peer: str = ""
    timeout: tuple[bytes, str] | None = None

    def wished(self) -> float | None:
        return None if self.timeout is None else _TIMEOUTS[self.timeout[0]](self.timeout[1])


_caller: ContextVar[_Caller] = ContextVar("caller")


class Polyglot:
    """An ASGI application for every protocol of connectrpc, with the errors and limits of native gRPC."""

    def __init__(self, methods: Mapping[str, Method], reflection: Reflection | None, rules: CallRules) -> None:
        endpoints = {path: _endpoint(path, method, rules) for path, method in methods.items()}
        if reflection is not None:
            endpoints |= _reflection_endpoints(reflection)
        self._rules = rules
        self._tasks: set[asyncio.Task[Any]] = set()
        self._application = _Application(
            service=None,
            endpoints=lambda _: endpoints,
            codecs=(_BinaryCodec(rules), _JsonCodec(rules)),
            read_max_bytes=rules.settings.message_limit,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        certificate = client_certificate(scope)
        timeout, headers = None, []
        for name, value in scope["headers"]:
            if name in _TIMEOUTS:
                timeout = (name, value.decode("latin-1"))
            else:
                headers.append((name, value))
        _caller.set(_Caller(certificate_identity(certificate) if certificate else "", timeout))
        application: Any = self._application
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        timer = self._rules.clock.call_later(self._rules.settings.maximum_deadline + _BODY_S, lambda: _cancel(task))
        bounded = _read_to_the_end(receive, self._rules.settings.message_limit)
        try:
            await application({**scope, "headers": headers, "root_path": ""}, bounded, send)
        finally:
            timer.cancel()
            self._tasks.discard(task)

    def cut(self) -> None:
        """Cancel every running call; its caller gets CANCELED."""
        for task in tuple(self._tasks):
            task.cancel()


def _cancel(task: asyncio.Task[Any]) -> None:
    task.cancel()


def _read_to_the_end(receive: Receive, limit: int) -> Receive:
    """Receive as before, but take all of a body above ``limit`` before it is refused.

    An HTTP/1.1 connection whose answer overtakes its request's body is never released by h2corn 2.0.
    """
    size = 0

    async def bounded() -> MutableMapping[str, Any]:
        nonlocal size
        event = await receive()
        size += len(event.get("body", b""))
        if size > limit:
            rest = event
            while rest.get("more_body"):
                rest = await receive()
            event["more_body"] = False
        return event

    return bounded


class _Application(ConnectASGIApplication[None]):
    @property
    def path(self) -> str:
        return "/"


def _endpoint(path: str, method: Method, rules: CallRules) -> Any:
    service, _, name = path[1:].rpartition("/")
    info = MethodInfo(
        name=name,
        service_name=service,
        input=method.request,
        output=method.response,
        idempotency_level=IdempotencyLevel.UNKNOWN,
        stream_type=StreamType.UNARY if method.unary else StreamType.SERVER_STREAM,
    )
    if method.unary is not None:
        return Endpoint.unary(info, _unary(path, method.unary, rules, always=method.always))
    if method.stream is not None:
        return Endpoint.server_stream(info, _stream(path, method.stream, rules))
    raise ValueError(f"{path} has no handler")


def _unary(
    path: str, handler: UnaryHandler, rules: CallRules, *, always: bool
) -> Callable[[Message, Context], Awaitable[Message]]:
    async def serve(request: Message, caller: Context) -> Message:
        metadata = _metadata(caller)
        try:
            return await run_unary(handler, request, _context(caller, metadata, rules), rules, always=always)
        except Exception as error:
            raise connect_error(rules.status(error, metadata, path)) from None

    return serve


def _stream(
    path: str, handler: StreamHandler, rules: CallRules
) -> Callable[[Message, Context], AsyncIterator[Message]]:
    async def serve(request: Message, caller: Context) -> AsyncIterator[Message]:
        metadata = _metadata(caller)
        try:
            messages = run_stream(handler, request, _context(caller, metadata, rules), rules)
            try:
                async for message in messages:
                    yield message
            finally:
                await messages.aclose()
        except Exception as error:
            raise connect_error(rules.status(error, metadata, path)) from None

    return serve


def _reflection_endpoints(reflection: Reflection) -> dict[str, Any]:
    endpoints = {}
    for name in SERVICE_NAMES:
        info = MethodInfo(
            name=METHOD,
            service_name=name,
            input=REQUEST,
            output=RESPONSE,
            idempotency_level=IdempotencyLevel.UNKNOWN,
            stream_type=StreamType.BIDI_STREAM,
        )
        endpoints[f"/{name}/{METHOD}"] = Endpoint.bidi_stream(info, reflection.answer)
    return endpoints


def _metadata(caller: Context) -> dict[str, str]:
    metadata: dict[str, str] = {}
    for key, value in caller.request_headers.allitems():
        metadata[key] = f"{metadata[key]},{value}" if key in metadata else value
    return metadata


def _context(request: Context, metadata: dict[str, str], rules: CallRules) -> CallContext:
    caller = _caller.get()
    return rules.context(metadata, caller.wished(), peer=caller.peer, address=request.client_address or "")


def connect_error(status: Status) -> ConnectError:
    """The same status in connectrpc's words."""
    details: Iterable[ErrorDetail] = [
        ErrorDetail(WireAny(type_url=detail.type_url, value=detail.value)) for detail in status.details
    ]
    return ConnectError(_CODES[status.code], status.message, details)


class _Codec:
    def __init__(self, rules: CallRules) -> None:
        self._rules = rules

    def _bad(self, error: Exception) -> ConnectError:
        return connect_error(self._rules.status(error, {}, ""))


class _BinaryCodec(_Codec):
    def name(self) -> str:
        return "proto"

    def encode(self, message: Message) -> bytes:
        return message.SerializeToString()

    def decode(self, data: bytes | bytearray, message_class: type[Message]) -> Message:
        try:
            return parsed(message_class, bytes(data))
        except RefusalError as error:
            raise self._bad(error) from None


class _JsonCodec(_Codec):
    """The proto3 JSON mapping; an unknown field is refused, for it may be a misspelt one that mattered."""

    def name(self) -> str:
        return "json"

    def encode(self, message: Message) -> bytes:
        return json_format.MessageToJson(message, indent=None, ensure_ascii=False).encode()

    def decode(self, data: bytes | bytearray, message_class: type[Message]) -> Message:
        try:
            return json_format.Parse(bytes(data), message_class())
        except (json_format.ParseError, UnicodeDecodeError, RecursionError):
            violations = (FieldViolation("", "not the request's JSON"),)
            raise self._bad(RefusalError(Code.INVALID_REQUEST, violations=violations)) from None
