"""A handler in a task of its own and one inside its caller's: both come to the same end, at the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
import pytest_asyncio
from google.protobuf.message import Message
from google.protobuf.wrappers_pb2 import StringValue

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.grpc.admission import Admission
from tellerline.gateway.channels.grpc.front import FrontSettings
from tellerline.gateway.channels.grpc.inside import run_inside
from tellerline.gateway.channels.grpc.rules import CallRules
from tellerline.gateway.channels.grpc.status import StatusWriter
from tellerline.gateway.channels.grpc.supervision import run_unary
from tellerline.gateway.channels.service import UnaryHandler
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code

DEADLINE = 10.0
YES = StringValue(value="yes")
_WHOSE: ContextVar[str] = ContextVar("_WHOSE", default="the caller's")
Runner = Callable[[UnaryHandler, Message, CallContext, CallRules], Awaitable[Message]]


@dataclass
class Room:
    """Where handlers run, and what they said on their way."""

    run: Runner
    clock: VirtualClock
    rules: CallRules
    seen: list[str] = field(default_factory=list)

    async def _ask(self, handler: Callable[[Room], Awaitable[None]]) -> str:
        async def answering(_request: Message, _call: CallContext) -> Message:
            await handler(self)
            return YES

        task = asyncio.current_task()
        assert task is not None
        call = CallContext(deadline=self.clock.monotonic() + DEADLINE)
        try:
            answer = await self.run(answering, YES, call, self.rules)
        except RefusalError as refusal:
            return refusal.code
        except Exception as error:
            return repr(error)
        finally:
            self.seen.append(f"{self.clock.monotonic():g} cancelling {task.cancelling()}")
            assert _WHOSE.get() == "the caller's"
        return "yes" if answer is YES else "another answer"

    def begin(self, handler: Callable[[Room], Awaitable[None]]) -> asyncio.Task[str]:
        return asyncio.get_running_loop().create_task(self._ask(handler))

    async def ask(self, handler: Callable[[Room], Awaitable[None]], seconds: float = 60.0) -> str:
        task = self.begin(handler)
        await self.clock.advance(seconds)
        assert task.done(), "nobody is waited for without end"
        return await task


@pytest_asyncio.fixture(params=[run_unary, run_inside])
async def room(request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
    log = make_log(clock, LogWriter(2), level="error")
    statuses = StatusWriter(SeededRandomness(1), log)
    rules = CallRules(clock=clock, settings=FrontSettings(), statuses=statuses, admission=Admission(3))
    yield Room(request.param, clock, rules)
    await clock.advance(1000)
    assert rules.admission.running == 0, "every handler has come to its end"


async def at_once(_room: Room) -> None:
    pass


async def in_time(room: Room) -> None:
    await asyncio.sleep(0)
    await room.clock.sleep(9)


async def too_late(room: Room) -> None:
    try:
        await room.clock.sleep(20)
    except asyncio.CancelledError:
        room.seen.append(f"{room.clock.monotonic():g} cancelled")
        raise


async def refuses(room: Room) -> None:
    await room.clock.sleep(1)
    raise RefusalError(Code.ACCOUNT_NOT_FOUND)


async def is_broken(_room: Room) -> None:
    raise ValueError("broken")


async def answers_although_cancelled(room: Room) -> None:
    try:
        await room.clock.sleep(20)
    except asyncio.CancelledError:
        room.seen.append(f"{room.clock.monotonic():g} cancelled")


async def is_broken_by_its_cancellation(room: Room) -> None:
    try:
        await room.clock.sleep(20)
    except asyncio.CancelledError:
        raise ValueError("broken") from None


async def does_not_let_go(room: Room) -> None:
    try:
        await room.clock.sleep(20)
    except asyncio.CancelledError:
        await room.clock.sleep(7)
        await asyncio.sleep(0)
        room.seen.append(f"{room.clock.monotonic():g} let go")


async def waits_for_a_task_that_does_not_let_go(room: Room) -> None:
    await asyncio.get_running_loop().create_task(does_not_let_go(room))


async def waits_for_a_task(room: Room) -> None:
    await asyncio.gather(asyncio.get_running_loop().create_task(in_time(room)), room.clock.sleep(1))


async def waits_for_a_broken_task(room: Room) -> None:
    await asyncio.get_running_loop().create_task(refuses(room))


async def waits_for_a_cancelled_task(room: Room) -> None:
    task = asyncio.get_running_loop().create_task(too_late(room))
    await asyncio.sleep(0)
    task.cancel()
    await task


async def waits_for_what_breaks(_room: Room) -> None:
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(future.set_exception, RefusalError(Code.HOST_BUSY))
    await future


async def has_a_timeout_of_its_own(room: Room) -> None:
    """As ``asyncio.timeout`` does it, on the room's clock: it cancels the task that it is in."""
    task = asyncio.current_task()
    assert task is not None
    room.clock.call_later(2, partial(_cancel, task))
    try:
        await room.clock.sleep(20)
    except asyncio.CancelledError:
        await room.clock.sleep(3)
        room.seen.append(f"{room.clock.monotonic():g} tidied up, {task.uncancel()} left")


async def says_whose_it_is(room: Room) -> None:
    whose = _WHOSE.set("the handler's")
    try:
        await room.clock.sleep(1)
        await asyncio.sleep(0)
    finally:
        room.seen.append(_WHOSE.get())
        _WHOSE.reset(whose)


async def says_whose_it_is_and_does_not_let_go(room: Room) -> None:
    whose = _WHOSE.set("the handler's")
    try:
        await does_not_let_go(room)
    finally:
        room.seen.append(_WHOSE.get())
        _WHOSE.reset(whose)
        room.seen.append(_WHOSE.get())


HANDLERS = [
    (at_once, "yes", ["0 cancelling 0"]),
    (in_time, "yes", ["9 cancelling 0"]),
    (too_late, "DEADLINE_EXCEEDED", ["10 cancelled", "10 cancelling 0"]),
    (refuses, "ACCOUNT_NOT_FOUND", ["1 cancelling 0"]),
    (is_broken, "ValueError('broken')", ["0 cancelling 0"]),
    (answers_although_cancelled, "DEADLINE_EXCEEDED", ["10 cancelled", "10 cancelling 0"]),
    (is_broken_by_its_cancellation, "DEADLINE_EXCEEDED", ["10 cancelling 0"]),
    (does_not_let_go, "DEADLINE_EXCEEDED", ["10 cancelling 0", "17 let go"]),
    (waits_for_a_task_that_does_not_let_go, "DEADLINE_EXCEEDED", ["10 cancelling 0", "17 let go"]),
    (waits_for_a_task, "yes", ["9 cancelling 0"]),
    (waits_for_a_broken_task, "ACCOUNT_NOT_FOUND", ["1 cancelling 0"]),
    (waits_for_a_cancelled_task, "RuntimeError('the handler cancelled itself')", ["0 cancelled", "0 cancelling 0"]),
    (waits_for_what_breaks, "HOST_BUSY", ["0 cancelling 0"]),
    (has_a_timeout_of_its_own, "yes", ["5 tidied up, 0 left", "5 cancelling 0"]),
    (says_whose_it_is, "yes", ["1 cancelling 0", "the handler's"]),
    (
        says_whose_it_is_and_does_not_let_go,
        "DEADLINE_EXCEEDED",
        ["10 cancelling 0", "17 let go", "the caller's", "the handler's"],
    ),
]


@pytest.mark.parametrize(("handler", "answer", "seen"), HANDLERS, ids=lambda what: getattr(what, "__name__", ""))
async def test_it_ends_as_it_should(
    room: Room, handler: Callable[[Room], Awaitable[None]], answer: str, seen: list[str]
) -> None:
    assert await room.ask(handler) == answer
    assert sorted(room.seen) == sorted(seen)


async def test_who_does_not_let_go_is_counted_until_he_does(room: Room) -> None:
    calls = [room.begin(does_not_let_go) for _ in range(3)]
    await room.clock.advance(DEADLINE + 1)
    assert [await call for call in calls] == ["DEADLINE_EXCEEDED"] * 3
    assert await room.ask(at_once, 1) == "OVERLOADED"
    await room.clock.advance(10)
    assert await room.ask(at_once) == "yes"


@pytest.mark.parametrize("seconds", [3.0, DEADLINE])
async def test_a_cancelled_caller_cancels_the_handler_and_is_told_of_nothing_else(room: Room, seconds: float) -> None:
    task = room.begin(too_late)
    await room.clock.advance(1)
    room.clock.call_later(seconds - 1, partial(_cancel, task))
    await room.clock.advance(60)
    assert task.cancelled() or seconds == DEADLINE
    assert f"{seconds:g} cancelled" in room.seen


async def test_a_cancelled_caller_waits_no_longer_than_until_the_deadline(room: Room) -> None:
    async def holds_on(room: Room) -> None:
        for _ in range(2):
            await does_not_let_go(room)

    task = room.begin(holds_on)
    await room.clock.advance(1)
    task.cancel()
    await room.clock.advance(DEADLINE)
    assert task.cancelled()


async def test_several_may_wait_for_one_task(room: Room) -> None:
    shared = asyncio.get_running_loop().create_task(room.clock.sleep(1))

    async def waits_for_the_shared_one(_room: Room) -> None:
        await shared

    calls = [room.begin(waits_for_the_shared_one) for _ in range(3)]
    await room.clock.advance(2)
    assert [await call for call in calls] == ["yes"] * 3


def _cancel(task: asyncio.Task[Any]) -> None:
    task.cancel()
