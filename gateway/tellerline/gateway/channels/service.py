"""Services as data: what a front needs to serve them, and nothing about any server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from google.protobuf.message import Message

from tellerline.gateway.channels.call import CallContext

UnaryHandler = Callable[[Message, CallContext], Awaitable[Message]]
StreamHandler = Callable[[Message, CallContext], AsyncIterator[Message]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One RPC: exactly one of ``unary`` and ``stream`` (server streaming) is set.

    A handler returns the response, or raises ``RefusalError``. Anything else it raises is a defect: the front answers
    ``INTERNAL`` without its text and logs it. ``always`` leaves it out of the bound on running calls: for what answers
    at once and must be heard when nothing else is (health).
    """

    name: str
    request: type[Message]
    response: type[Message]
    unary: UnaryHandler | None = None
    stream: StreamHandler | None = None
    always: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A proto service by its full name (``tellerline.api.accounts.v1.AccountService``) with its methods."""

    full_name: str
    methods: tuple[Method, ...]
