"""Running a handler inside its caller's own task, which saves the task that ``supervision`` gives it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from contextvars import copy_context
from functools import partial
from types import coroutine
from typing import Any

from google.protobuf.message import Message

from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.grpc.admission import Admission
from tellerline.gateway.channels.grpc.rules import CallRules
from tellerline.gateway.channels.service import UnaryHandler
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code

Work = Coroutine[Any, Any, Message]


@coroutine
def run_inside(
    handler: UnaryHandler, request: Message, context: CallContext, rules: CallRules
) -> Generator[Any, None, Message]:
    """As ``supervision.run_unary``, for callers that nobody cancels: one who is waits for a handler that does not let
    go, until its deadline.

    The handler is taken from one of its waits to the next by hand. At the deadline it is cancelled where it waits; if
    it waits again, what is left of it goes on in a task of its own. Its context variables are its own from the first
    step to the last; what takes hold of the task that it is in, as ``asyncio.timeout`` does, holds the caller's. A
    handler must not begin such a thing once it is cancelled: it would bound nothing, and later cancel the caller.
    """
    work, watch, clock = _admitted(handler, request, context, rules.admission), _Watch(), rules.clock
    variables = copy_context()
    timer = clock.call_later(max(0.0, context.deadline - clock.monotonic()), watch.expire)
    try:
        awaited = variables.run(work.send, None)
        while True:
            try:
                if awaited is None or type(awaited) is asyncio.Future:
                    yield awaited
                else:
                    yield from _until_done(awaited, watch)
            except BaseException as error:
                awaited = variables.run(work.throw, error)
                if watch.late:
                    rest = asyncio.get_running_loop().create_task(_rest(work, awaited), context=variables)
                    rest.add_done_callback(_forget)
                    break
            else:
                awaited = variables.run(work.send, None)
    except StopIteration as ended:
        if not watch.late:
            answer: Message = ended.value
            return answer
    except (asyncio.CancelledError, Exception) as error:
        if not watch.late:
            raise watch.told(error) from None
    finally:
        timer.cancel()
    raise watch.verdict()


class _Watch:
    """Over the task that is running: cancels it when time is up, and knows that from other cancellations."""

    __slots__ = ("_before", "_task", "late")

    def __init__(self) -> None:
        task = asyncio.current_task(asyncio.get_running_loop())
        assert task is not None
        self._task = task
        self._before = task.cancelling()
        self.late = False

    def expire(self) -> None:
        self.late = True
        self._task.cancel()

    def told(self, error: BaseException) -> BaseException:
        """What to raise for what a handler has raised in time."""
        if isinstance(error, asyncio.CancelledError) and self._task.cancelling() <= self._before:
            return RuntimeError("the handler cancelled itself")
        return error

    def verdict(self) -> BaseException:
        """What to raise for a handler that was late; its caller's own cancellation goes before."""
        others = self._task.uncancel() > self._before
        return asyncio.CancelledError() if others else RefusalError(Code.DEADLINE_EXCEEDED)


async def _admitted(handler: UnaryHandler, request: Message, context: CallContext, admission: Admission) -> Message:
    with admission:
        return await handler(request, context)


def _until_done(awaited: asyncio.Future[Any], watch: _Watch) -> Generator[Any, None, None]:
    """Return when ``awaited`` is done. It may be a task, which takes its time to be cancelled: when late, too long.

    Others may wait for it too: as a task does, this takes the mark away that it is being handed over.
    """
    awaited._asyncio_future_blocking = False
    while not awaited.done():
        over = asyncio.get_running_loop().create_future()
        awaited.add_done_callback(partial(_wake, over))
        try:
            yield from over
        except asyncio.CancelledError:
            awaited.cancel()
            if watch.late:
                raise


def _wake(over: asyncio.Future[None], _: object) -> None:
    if not over.done():
        over.set_result(None)


async def _rest(work: Work, awaited: Any) -> None:
    await _steps(work, awaited)


@coroutine
def _steps(work: Work, awaited: Any) -> Generator[Any, None, None]:
    """Go on with ``work``, which waits for ``awaited``, to its end."""
    try:
        while True:
            try:
                yield awaited
            except BaseException as error:
                awaited = work.throw(error)
            else:
                awaited = work.send(None)
    except StopIteration:
        return


def _forget(task: asyncio.Task[None]) -> None:
    """Take an abandoned handler's outcome, so that nothing warns of it."""
    if not task.cancelled():
        task.exception()
