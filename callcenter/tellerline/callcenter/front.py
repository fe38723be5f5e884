"""The call centre's gRPC server: every method of each contract bound to its handler by name, errors as statuses."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Protocol, runtime_checkable

import grpc
import grpc.aio
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.rpc.status_pb2 import Status

from tellerline.adapters.telemetry import Log
from tellerline.callcenter.storage import StoreUnavailableError

_CODES = {code.value[0]: code for code in grpc.StatusCode}
_DETAILS = "grpc-status-details-bin"


@runtime_checkable
class Refusal(Protocol):
    """An error that says to programs and to people why a call ended."""

    def status(self, *, english: bool = False) -> Status: ...


class CallCentreFront:
    """Serves on loopback unless told otherwise. ``services`` are contracts with their handlers, one coroutine (or, for
    a stream, asynchronous generator) for each method: ``create_ticket`` for ``CreateTicket``.

    An error that is no refusal ends its call with INTERNAL and is logged; nothing of it is told.
    """

    def __init__(
        self,
        services: Sequence[tuple[ServiceDescriptor, object]],
        log: Log,
        *,
        address: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self._services = services
        self._log = log
        self._place = f"{address}:{port}"
        self._server: grpc.aio.Server | None = None

    async def start(self) -> int:
        """The port that it listens on. Raises ``AttributeError`` for a method without handler."""
        server = self._server = grpc.aio.server()
        for service, handlers in self._services:
            bound = {
                method.name: self._bound(method, getattr(handlers, handler_name(method.name)))
                for method in service.methods
            }
            server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service.full_name, bound),))
        port = server.add_insecure_port(self._place)
        await server.start()
        return port

    async def close(self, grace: float = 1.0) -> None:
        """Take no more calls, and give those that run ``grace`` seconds. Idempotent."""
        server, self._server = self._server, None
        if server is not None:
            await server.stop(grace)

    def _bound(self, method: MethodDescriptor, handler: Callable[[Any], Any]) -> grpc.RpcMethodHandler[Any, Any]:
        request: Any = message_factory.GetMessageClass(method.input_type)
        reply: Any = message_factory.GetMessageClass(method.output_type)

        async def unary(message: Any, context: Any) -> Any:
            try:
                return await handler(message)
            except Exception as error:
                await self._abort(method, message, context, error)

        async def stream(message: Any, context: Any) -> AsyncIterator[Any]:
            try:
                async for piece in handler(message):
                    yield piece
            except Exception as error:
                await self._abort(method, message, context, error)

        if method.server_streaming:
            return grpc.unary_stream_rpc_method_handler(stream, request.FromString, reply.SerializeToString)
        return grpc.unary_unary_rpc_method_handler(unary, request.FromString, reply.SerializeToString)

    async def _abort(self, method: MethodDescriptor, message: Any, context: Any, error: Exception) -> None:
        if isinstance(error, Refusal):
            status = error.status(english=message.context.language_code.lower().startswith("en"))
            details = ((_DETAILS, status.SerializeToString()),)
            await context.abort(_CODES[status.code], status.message, trailing_metadata=details)
        if isinstance(error, StoreUnavailableError):
            await context.abort(grpc.StatusCode.UNAVAILABLE, "Nothing can be read or recorded at present.")
        self._log.error("handler_failed", method=method.full_name, error=type(error).__name__)
        await context.abort(grpc.StatusCode.INTERNAL, "Something went wrong here.")


def handler_name(method: str) -> str:
    """``create_ticket`` for ``CreateTicket``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", method).lower()
