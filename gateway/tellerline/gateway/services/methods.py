"""Methods from handlers that name their own message types."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar, cast

from google.protobuf.message import Message

from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.service import Method, StreamHandler, UnaryHandler

RequestT = TypeVar("RequestT", bound=Message)
ResponseT = TypeVar("ResponseT", bound=Message)


def unary(
    name: str,
    request: type[RequestT],
    response: type[ResponseT],
    handler: Callable[[RequestT, CallContext], Awaitable[ResponseT]],
) -> Method:
    """A front gives ``handler`` only messages of type ``request``."""
    return Method(name=name, request=request, response=response, unary=cast(UnaryHandler, handler))


def server_streaming(
    name: str,
    request: type[RequestT],
    response: type[ResponseT],
    handler: Callable[[RequestT, CallContext], AsyncIterator[ResponseT]],
) -> Method:
    """As ``unary``, with any number of responses."""
    return Method(name=name, request=request, response=response, stream=cast(StreamHandler, handler))
