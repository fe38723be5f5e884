"""Calls of any method by name, with JSON."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, TypeVar

import grpc.aio
from google.protobuf import json_format
from google.protobuf.message import Message

from tellerline.gateway.client.contract import Contract, ContractMethod
from tellerline.gateway.client.errors import CanonicalError

Json = dict[str, Any]
ResponseT = TypeVar("ResponseT", bound=Message)


class Client:
    """One channel with the contract. Safe for concurrent calls; never retries; does not close the channel.

    ``timeout`` is in seconds; without one the server's own deadline holds. ``language`` (``zh-CN`` or ``en``) is the
    one in which errors speak.
    """

    def __init__(self, channel: grpc.aio.Channel, *, timeout: float | None = 10.0, language: str = "zh-CN") -> None:
        self._channel = channel
        self._timeout = timeout
        self._metadata = (("accept-language", language),)
        self.contract = Contract()

    async def call(self, method: str, request: Mapping[str, Any], *, traceparent: str = "") -> Json:
        """Call a unary method, in the trace of ``traceparent`` (W3C) if one is given. Raises ``CanonicalError``,
        ``UnknownMethodError``, or ``json_format.ParseError`` for JSON that does not fit the request."""
        found = self.contract.method(method)
        if found.server_streaming:
            raise TypeError(f"{found.name} streams: use stream()")
        message = json_format.ParseDict(dict(request), found.request())
        return _json(await self.send(found, message, found.response, traceparent=traceparent))

    async def send(
        self, method: ContractMethod, request: Message, response: type[ResponseT], *, traceparent: str = ""
    ) -> ResponseT:
        """The same with messages."""
        stub = self._channel.unary_unary(
            method.path,
            request_serializer=method.request.SerializeToString,
            response_deserializer=response.FromString,
        )
        try:
            trace = (("traceparent", traceparent),) if traceparent else ()
            reply: ResponseT = await stub(request, timeout=self._timeout, metadata=(*self._metadata, *trace))
        except grpc.aio.AioRpcError as failure:
            raise CanonicalError.from_rpc(failure) from failure
        return reply

    async def stream(
        self, method: str, request: Mapping[str, Any], *, seconds: float | None = None
    ) -> AsyncIterator[Json]:
        """Replies of a server-streaming method as they come; without ``seconds`` the server's own deadline holds."""
        found = self.contract.method(method)
        if not found.server_streaming:
            raise TypeError(f"{found.name} does not stream: use call()")
        stub = self._channel.unary_stream(
            found.path,
            request_serializer=found.request.SerializeToString,
            response_deserializer=found.response.FromString,
        )
        message = json_format.ParseDict(dict(request), found.request())
        try:
            async for reply in stub(message, timeout=seconds, metadata=self._metadata):
                yield _json(reply)
        except grpc.aio.AioRpcError as failure:
            raise CanonicalError.from_rpc(failure) from failure


def _json(message: Message) -> Json:
    return json_format.MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
