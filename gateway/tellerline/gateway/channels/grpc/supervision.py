"""Running a handler so that its deadline holds even when it does not let go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from types import AsyncGeneratorType
from typing import Any, TypeVar

from google.protobuf.message import Message

from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.grpc.admission import ANYBODY
from tellerline.gateway.channels.grpc.rules import CallRules
from tellerline.gateway.channels.service import StreamHandler, UnaryHandler
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code

T = TypeVar("T")


async def run_unary(
    handler: UnaryHandler, request: Message, context: CallContext, rules: CallRules, *, always: bool = False
) -> Message:
    """The handler's answer; raises what it raised, or ``RefusalError`` (DEADLINE_EXCEEDED, else OVERLOADED)."""

    async def admitted() -> Message:
        with ANYBODY if always else rules.admission:
            return await handler(request, context)

    return await _by(context.deadline, admitted(), rules)


async def run_stream(
    handler: StreamHandler, request: Message, context: CallContext, rules: CallRules
) -> AsyncGenerator[Message, None]:
    """The handler's messages, each asked for when the one before was taken; the deadline is for all of them together.

    Raises as ``run_unary`` does. The handler's generator is closed before this one ends.
    """
    with rules.admission:
        messages = aiter(handler(request, context))
        try:
            while (message := await _by(context.deadline, _next(messages), rules)) is not None:
                yield message
        finally:
            await _close(messages)


async def _next(messages: AsyncIterator[Message]) -> Message | None:
    return await anext(messages, None)


async def _close(messages: AsyncIterator[Message]) -> None:
    """End a generator, unless it is stuck in its body: then it has its cancellation already, and cannot be closed."""
    if isinstance(messages, AsyncGeneratorType) and not messages.ag_running:
        await messages.aclose()


async def _by(deadline: float, work: Coroutine[Any, Any, T], rules: CallRules) -> T:
    """The result of ``work``; on expiry or cancellation it is cancelled and not waited for."""
    loop = asyncio.get_running_loop()
    task, over = loop.create_task(work), loop.create_future()

    def wake(_: object = None) -> None:
        if not over.done():
            over.set_result(None)

    task.add_done_callback(wake)
    timer = rules.clock.call_later(max(0.0, deadline - rules.clock.monotonic()), wake)
    try:
        await over
        if task.done() and not task.cancelled():
            return task.result()
    finally:
        timer.cancel()
        if not task.done():
            task.cancel()
            task.add_done_callback(_forget)
    if task.cancelled():
        raise RuntimeError("the handler cancelled itself")
    raise RefusalError(Code.DEADLINE_EXCEEDED)


def _forget(task: asyncio.Task[Any]) -> None:
    """Take an abandoned handler's outcome, so that nothing warns of it."""
    if not task.cancelled():
        task.exception()
