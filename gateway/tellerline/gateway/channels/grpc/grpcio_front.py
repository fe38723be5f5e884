"""The front on grpc.aio: the reference implementation of gRPC, at about twice the CPU of the other."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Any, NoReturn

import grpc
import grpc.aio
from google.rpc.status_pb2 import Status

from tellerline.adapters.clock import Clock
from tellerline.adapters.rpc.identity import certificate_identity
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.grpc.admission import Admission
from tellerline.gateway.channels.grpc.front import FrontSettings, TlsFiles
from tellerline.gateway.channels.grpc.health import HealthBoard
from tellerline.gateway.channels.grpc.reflection import METHOD, REQUEST, RESPONSE, SERVICE_NAMES, Reflection
from tellerline.gateway.channels.grpc.rules import CallRules, methods_by_path, parsed
from tellerline.gateway.channels.grpc.status import StatusWriter
from tellerline.gateway.channels.grpc.supervision import run_stream, run_unary
from tellerline.gateway.channels.service import Method, Service, StreamHandler, UnaryHandler

_STATUS_CODES = {code.value[0]: code for code in grpc.StatusCode}
# The library closes a connection's stream itself above this; below, and above our own limit, we answer.
_LIBRARY_METADATA_FACTOR = 4
_MINIMUM_PING_INTERVAL_MS = 10_000

ServerContext = grpc.aio.ServicerContext[bytes, bytes]


class GrpcioFront:
    """``Front`` on grpc.aio. ``health`` tells and sets what the health service reports."""

    def __init__(
        self, services: tuple[Service, ...], settings: FrontSettings, *, clock: Clock, statuses: StatusWriter
    ) -> None:
        self.health = HealthBoard(service.full_name for service in services)
        self._settings = settings
        self._services = services
        self._rules = CallRules(
            clock=clock, settings=settings, statuses=statuses, admission=Admission(settings.running_calls)
        )
        self._server: grpc.aio.Server | None = None

    async def start(self) -> int:
        server = self._server = grpc.aio.server(options=_options(self._settings))
        door = _Door(self._rules)
        offered = (*self._services, self.health.service())
        methods_by_path(offered)
        for service in offered:
            handlers = {method.name: _handler(door, method, service) for method in service.methods}
            server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service.full_name, handlers),))
        if self._settings.reflection:
            _add_reflection(server, offered)
        where = f"{self._settings.address}:{self._settings.port}"
        try:
            if self._settings.tls is None:
                port = server.add_insecure_port(where)
            else:
                port = server.add_secure_port(where, await asyncio.to_thread(_credentials, self._settings.tls))
        except RuntimeError as error:
            raise OSError(f"cannot listen on {where}") from error
        await server.start()
        return port

    async def drain(self, grace: float) -> None:
        self.health.drain()
        if self._server is not None:
            await self._server.stop(grace)


def _add_reflection(server: grpc.aio.Server, offered: tuple[Service, ...]) -> None:
    answer = Reflection(service.full_name for service in offered).answer
    handler: Any = grpc.stream_stream_rpc_method_handler(answer, REQUEST.FromString, RESPONSE.SerializeToString)
    for name in SERVICE_NAMES:
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, {METHOD: handler}),))


def _handler(door: _Door, method: Method, service: Service) -> grpc.RpcMethodHandler[Any, Any]:
    path = f"/{service.full_name}/{method.name}"
    if method.unary is not None:
        return grpc.unary_unary_rpc_method_handler(door.unary(method, method.unary, path))
    if method.stream is not None:
        return grpc.unary_stream_rpc_method_handler(door.stream(method, method.stream, path))
    raise ValueError(f"{path} has no handler")


class _Door:
    """Carries calls of grpc.aio to handlers: bytes in, bytes out."""

    def __init__(self, rules: CallRules) -> None:
        self._rules = rules

    def unary(
        self, method: Method, handler: UnaryHandler, path: str
    ) -> Callable[[bytes, ServerContext], Awaitable[bytes]]:
        async def serve(body: bytes, server: ServerContext) -> bytes:
            metadata: dict[str, str] = {}
            try:
                context = self._context(server, metadata)
                answer = await run_unary(
                    handler, parsed(method.request, body), context, self._rules, always=method.always
                )
                return answer.SerializeToString()
            except Exception as error:
                await self._abort(server, self._rules.status(error, metadata, path))

        return serve

    def stream(
        self, method: Method, handler: StreamHandler, path: str
    ) -> Callable[[bytes, ServerContext], AsyncIterator[bytes]]:
        async def serve(body: bytes, server: ServerContext) -> AsyncIterator[bytes]:
            metadata: dict[str, str] = {}
            try:
                context = self._context(server, metadata)
                messages = run_stream(handler, parsed(method.request, body), context, self._rules)
                async with aclosing(messages):
                    async for message in messages:
                        yield message.SerializeToString()
            except Exception as error:
                await self._abort(server, self._rules.status(error, metadata, path))

        return serve

    def _context(self, server: ServerContext, metadata: dict[str, str]) -> CallContext:
        metadata.update(_metadata(server))
        return self._rules.context(metadata, server.time_remaining(), peer=_peer(server), address=_address(server))

    async def _abort(self, server: ServerContext, status: Status) -> NoReturn:
        details = (("grpc-status-details-bin", status.SerializeToString()),)
        await server.abort(_STATUS_CODES[status.code], status.message, trailing_metadata=details)


def _metadata(server: ServerContext) -> dict[str, str]:
    metadata: dict[str, str] = {}
    for key, value in server.invocation_metadata() or ():
        text = base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value
        metadata[key] = f"{metadata[key]},{text}" if key in metadata else text
    return metadata


def _peer(server: ServerContext) -> str:
    certificates = list(server.auth_context().get("x509_pem_cert", ()))
    return certificate_identity(certificates[0]) if certificates else ""


def _address(server: ServerContext) -> str:
    return server.peer().partition(":")[2].replace("%5B", "[").replace("%5D", "]")


def _credentials(files: TlsFiles) -> grpc.ServerCredentials:
    pair = (files.key.read_bytes(), files.certificate.read_bytes())
    authority = files.client_authority
    return grpc.ssl_server_credentials(
        [pair], authority.read_bytes() if authority else None, require_client_auth=authority is not None
    )


def _options(settings: FrontSettings) -> list[tuple[str, Any]]:
    metadata = settings.metadata_limit * _LIBRARY_METADATA_FACTOR
    idle = int(settings.idle_timeout * 1000)
    return [
        ("grpc.so_reuseport", int(settings.reuse_port)),
        ("grpc.max_receive_message_length", settings.message_limit),
        ("grpc.max_send_message_length", -1),
        ("grpc.max_metadata_size", metadata),
        ("grpc.absolute_max_metadata_size", metadata),
        ("grpc.max_concurrent_streams", settings.streams_per_connection),
        ("grpc.max_allowed_incoming_connections", settings.connections),
        ("grpc.max_connection_idle_ms", idle),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_ping_interval_without_data_ms", _MINIMUM_PING_INTERVAL_MS),
        ("grpc.server_handshake_timeout_ms", int(settings.handshake_timeout * 1000)),
    ]
