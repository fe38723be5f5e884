"""What every handler does about a store that is away."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import wraps
from typing import TypeVar

from tellerline.callcenter.storage import StoreUnavailableError
from tellerline.callcenter.tickets.refusals import Code, RefusalError

SelfT = TypeVar("SelfT")
RequestT = TypeVar("RequestT")
ReplyT = TypeVar("ReplyT")


def answering(
    handler: Callable[[SelfT, RequestT], Awaitable[ReplyT]],
) -> Callable[[SelfT, RequestT], Awaitable[ReplyT]]:
    """The handler with ``STORE_UNAVAILABLE`` as a refusal."""

    @wraps(handler)
    async def answer(self: SelfT, request: RequestT) -> ReplyT:
        try:
            return await handler(self, request)
        except StoreUnavailableError as error:
            raise RefusalError(Code.STORE_UNAVAILABLE) from error

    return answer


def streaming(
    handler: Callable[[SelfT, RequestT], AsyncIterator[ReplyT]],
) -> Callable[[SelfT, RequestT], AsyncIterator[ReplyT]]:
    """The same for a handler with many replies."""

    @wraps(handler)
    async def answer(self: SelfT, request: RequestT) -> AsyncIterator[ReplyT]:
        try:
            async for reply in handler(self, request):
                yield reply
        except StoreUnavailableError as error:
            raise RefusalError(Code.STORE_UNAVAILABLE) from error

    return answer
