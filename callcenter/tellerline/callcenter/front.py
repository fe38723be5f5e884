"""The call centre's gRPC server: every method of each contract bound to its handler by name, errors as statuses."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn, Protocol, runtime_checkable

import grpc
import grpc.aio
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.rpc import code_pb2
from google.rpc.status_pb2 import Status
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1._async import HealthServicer

from tellerline.adapters.rpc.identity import certificate_identity
from tellerline.adapters.rpc.status import Refusal
from tellerline.adapters.telemetry import Log
from tellerline.callcenter.settings import FrontSettings, TlsSettings
from tellerline.callcenter.storage import StoreUnavailableError

_CODES = {code.value[0]: code for code in grpc.StatusCode}
_DETAILS = "grpc-status-details-bin"
_METADATA_LIMIT = 16 * 1024
_OVERLOADED = Refusal(
    number=code_pb2.UNAVAILABLE,
    code="OVERLOADED",
    zh="当前业务繁忙，请稍后再试。",
    en="Many requests are being served at the moment. Please try again shortly.",
    soon=True,
)
_TOO_LATE = Refusal(
    number=code_pb2.DEADLINE_EXCEEDED,
    code="DEADLINE_EXCEEDED",
    zh="未能在规定时间内完成，请稍后查询结果。",
    en="It could not be finished in time. Please ask for its result later.",
    definite=False,
)
_STORE_AWAY = Refusal(
    number=code_pb2.UNAVAILABLE,
    code="STORE_UNAVAILABLE",
    zh="系统暂时无法登记，请稍后重试。",
    en="Nothing can be read or recorded at present.",
    definite=False,
    soon=True,
)
_DEFECT = Refusal(
    number=code_pb2.INTERNAL, code="INTERNAL", zh="系统出现异常。", en="Something went wrong here.", definite=False
)


@runtime_checkable
class Refusing(Protocol):
    """An error that says to programs and to people why a call ended."""

    def status(self, *, english: bool = False) -> Status: ...


class _TooManyError(Exception):
    """No more is taken on at present."""

    def status(self, *, english: bool = False) -> Status:
        return _OVERLOADED.status(english=english)


class _Room:
    """So many at once, and no more."""

    def __init__(self, places: int) -> None:
        self._left = places

    @contextmanager
    def place(self) -> Iterator[None]:
        if not self._left:
            raise _TooManyError
        self._left -= 1
        try:
            yield
        finally:
            self._left += 1


class CallCentreFront:
    """Serves on loopback unless told otherwise, with the standard health service beside. ``services`` are contracts
    with their handlers, one coroutine (or, for a stream, asynchronous generator) for each method: ``create_ticket`` for
    ``CreateTicket``.

    A call with one reply ends when its time is up, though what it asked for may be done later. An error that is no
    refusal ends its call with INTERNAL and is logged; nothing of it is told. Who acts is the bearer of the caller's
    certificate, where it shows one.
    """

    def __init__(
        self, services: Sequence[tuple[ServiceDescriptor, object]], log: Log, settings: FrontSettings | None = None
    ) -> None:
        self._services = services
        self._log = log
        self._settings = settings or FrontSettings()
        self._identities = self._settings.identities()
        self._calls = _Room(self._settings.running_calls)
        self._streams = _Room(self._settings.streams)
        self._health = HealthServicer()
        self._telling: set[asyncio.Task[None]] = set()
        self._server: grpc.aio.Server | None = None

    async def start(self) -> int:
        """The port that it listens on. Raises ``OSError`` when it cannot be had or a file of TLS cannot be read, and
        ``AttributeError`` for a method without handler."""
        settings = self._settings
        server = self._server = grpc.aio.server(options=_options(settings))
        for service, handlers in self._services:
            bound = {
                method.name: self._bound(method, getattr(handlers, handler_name(method.name)))
                for method in service.methods
            }
            server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service.full_name, bound),))
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        place = f"{settings.address}:{settings.port}"
        try:
            if settings.tls is None:
                port = server.add_insecure_port(place)
            else:
                port = server.add_secure_port(place, await asyncio.to_thread(_credentials, settings.tls))
        except RuntimeError as error:
            raise OSError(f"cannot listen on {place}") from error
        await server.start()
        for name in ("", *(service.full_name for service, _ in self._services)):
            await self._health.set(name, health_pb2.HealthCheckResponse.SERVING)
        return port

    def withdraw(self, services: Collection[ServiceDescriptor]) -> None:
        """Report these, and so the whole, as NOT_SERVING from now on; calls go on being answered."""
        for name in ("", *(service.full_name for service in services)):
            task = asyncio.get_running_loop().create_task(
                self._health.set(name, health_pb2.HealthCheckResponse.NOT_SERVING)
            )
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def close(self, grace: float = 1.0) -> None:
        """Report NOT_SERVING, take no more calls, and give those that run ``grace`` seconds. Idempotent."""
        server, self._server = self._server, None
        if server is not None:
            await self._health.enter_graceful_shutdown()
            await server.stop(grace)

    def _bound(self, method: MethodDescriptor, handler: Callable[[Any], Any]) -> grpc.RpcMethodHandler[Any, Any]:
        request: Any = message_factory.GetMessageClass(method.input_type)
        reply: Any = message_factory.GetMessageClass(method.output_type)

        async def unary(message: Any, context: Any) -> Any:
            try:
                self._identities.put_right(message.context, _identity(context))
                with self._calls.place():
                    return await asyncio.wait_for(handler(message), self._allowed(context.time_remaining()))
            except Exception as error:
                await self._abort(method, message, context, error)

        async def stream(message: Any, context: Any) -> AsyncIterator[Any]:
            try:
                self._identities.put_right(message.context, _identity(context))
                with self._streams.place():
                    async for piece in handler(message):
                        yield piece
            except Exception as error:
                await self._abort(method, message, context, error)

        if method.server_streaming:
            return grpc.unary_stream_rpc_method_handler(stream, request.FromString, reply.SerializeToString)
        return grpc.unary_unary_rpc_method_handler(unary, request.FromString, reply.SerializeToString)

    def _allowed(self, wished: float | None) -> float:
        """Seconds for one call whose client wished for so many."""
        return self._settings.default_deadline if wished is None else min(wished, self._settings.maximum_deadline)

    async def _abort(
        self, method: MethodDescriptor, message: Any, context: grpc.aio.ServicerContext[Any, Any], error: Exception
    ) -> NoReturn:
        status = self._refusing(method, error).status(english=_english(message))
        details = ((_DETAILS, status.SerializeToString()),)
        await context.abort(_CODES[status.code], status.message, trailing_metadata=details)

    def _refusing(self, method: MethodDescriptor, error: Exception) -> Refusing:
        if isinstance(error, Refusing):
            return error
        if isinstance(error, StoreUnavailableError):
            return _STORE_AWAY
        if isinstance(error, TimeoutError):
            return _TOO_LATE
        self._log.error("handler_failed", method=method.full_name, error=type(error).__name__)
        return _DEFECT


def handler_name(method: str) -> str:
    """``create_ticket`` for ``CreateTicket``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", method).lower()


def _identity(context: grpc.aio.ServicerContext[Any, Any]) -> str:
    """What the caller's certificate says; empty without one."""
    certificates = [*context.auth_context().get("x509_pem_cert", ())]
    return certificate_identity(certificates[0]) if certificates else ""


def _english(message: Any) -> bool:
    language: str = message.context.language_code
    return language.lower().startswith("en")


def _credentials(files: TlsSettings) -> grpc.ServerCredentials:
    pair = (files.key.read_bytes(), files.certificate.read_bytes())
    authority = files.client_authority
    return grpc.ssl_server_credentials(
        [pair], authority.read_bytes() if authority else None, require_client_auth=authority is not None
    )


def _options(settings: FrontSettings) -> list[tuple[str, Any]]:
    return [
        ("grpc.so_reuseport", 0),
        ("grpc.max_receive_message_length", settings.message_limit),
        ("grpc.max_send_message_length", -1),
        ("grpc.max_metadata_size", _METADATA_LIMIT),
        ("grpc.keepalive_permit_without_calls", 1),
    ]
