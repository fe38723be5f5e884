"""Every method with who asks put right before it is called: what a certificate says goes before what a message says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from typing import Any

from google.protobuf.message import Message

from tellerline.gateway.access.control import AccessControl
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.service import Method, Service, StreamHandler, UnaryHandler
from tellerline.gateway.services.requests import CHANNELS


class Identification:
    """Over all services alike, so that no handler can forget it.

    A channel that the caller may not speak for is refused (``CHANNEL_NOT_ALLOWED``), and so is the name of somebody
    else (``IDENTITY_MISMATCH``); ``context.agent`` becomes the bearer of the certificate where it names nobody. A
    message whose channel is none is left to its handler, which says so.
    """

    def __init__(self, access: AccessControl) -> None:
        self._access = access

    def over(self, service: Service) -> Service:
        return replace(service, methods=tuple(self._method(method) for method in service.methods))

    def _method(self, method: Method) -> Method:
        if method.unary is not None:
            return replace(method, unary=self._unary(method.unary))
        return replace(method, stream=self._stream(method.stream)) if method.stream is not None else method

    def _unary(self, handler: UnaryHandler) -> UnaryHandler:
        def identified(message: Message, call: CallContext) -> Awaitable[Message]:
            self._put_right(message, call)
            return handler(message, call)

        return identified

    def _stream(self, handler: StreamHandler) -> StreamHandler:
        async def identified(message: Message, call: CallContext) -> AsyncIterator[Message]:
            self._put_right(message, call)
            async for reply in handler(message, call):
                yield reply

        return identified

    def _put_right(self, message: Any, call: CallContext) -> None:
        context = message.context
        channel = CHANNELS.get(context.channel)
        if channel is None:
            return
        acting = self._access.acting(channel, context.agent, call)
        if acting != context.agent:
            context.agent = acting
