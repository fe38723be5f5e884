"""The tickets' handlers behind a real gRPC server, every method of the contract bound by its name."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, NoReturn

import grpc
import grpc.aio
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor

from tellerline.callcenter.tickets.refusals import RefusalError

_CODES = {code.value[0]: code for code in grpc.StatusCode}


def handler_name(method: str) -> str:
    """``create_ticket`` for ``CreateTicket``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", method).lower()


@asynccontextmanager
async def serving(*services: tuple[ServiceDescriptor, object]) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to a server of each service by its handlers."""
    server = grpc.aio.server()
    for service, handlers in services:
        bound = {
            method.name: _bound(method, getattr(handlers, handler_name(method.name))) for method in service.methods
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service.full_name, bound),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield channel
    finally:
        await server.stop(0)


def _bound(method: MethodDescriptor, handler: Callable[[Any], Any]) -> grpc.RpcMethodHandler[Any, Any]:
    request: Any = message_factory.GetMessageClass(method.input_type)
    reply: Any = message_factory.GetMessageClass(method.output_type)

    async def unary(message: Any, context: Any) -> Any:
        try:
            return await handler(message)
        except RefusalError as error:
            await _abort(context, error)

    async def stream(message: Any, context: Any) -> AsyncIterator[Any]:
        try:
            async for piece in handler(message):
                yield piece
        except RefusalError as error:
            await _abort(context, error)

    if method.server_streaming:
        return grpc.unary_stream_rpc_method_handler(stream, request.FromString, reply.SerializeToString)
    return grpc.unary_unary_rpc_method_handler(unary, request.FromString, reply.SerializeToString)


async def _abort(context: Any, error: RefusalError) -> NoReturn:
    status = error.status(english=True)
    details = (("grpc-status-details-bin", status.SerializeToString()),)
    await context.abort(_CODES[status.code], status.message, trailing_metadata=details)
    raise AssertionError
