"""Deadlines, cancellation and callers that vanish, on every front."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterable, Awaitable
from datetime import UTC, datetime
from pathlib import Path

import grpc
import pytest
from front_client import Refusal, refusal
from front_fixtures import Running, Serve, eventually
from front_raw import frame, raw_unary
from google.protobuf.wrappers_pb2 import DoubleValue, Int32Value, StringValue
from running_clock import passing

from tellerline.adapters.clock import VirtualClock

CALLER = Path(__file__).parents[2] / "support" / "front_caller.py"
STUCK_S = 0.2
"""Later than a front waits for a handler that was cancelled."""
INVALID_ARGUMENT, DEADLINE_EXCEEDED, INTERNAL = "3", "4", "13"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(datetime(2026, 3, 2, 9, tzinfo=UTC))


async def refused(call: Awaitable[object]) -> Refusal:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return refusal(caught.value)


async def expire(call: Awaitable[object]) -> None:
    """The front, not the client's library, ends the call for its deadline."""
    seen = await refused(call)
    assert (seen.code, seen.info.reason) == (grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED")


async def test_the_callers_deadline_ends_the_handler(front_name: str, serve_front: Serve, clock: VirtualClock) -> None:
    running = await serve_front(front_name, clock)
    call = running.client.unary("Sleep", DoubleValue(value=60), timeout=30)
    await eventually(lambda: running.probe.seen == ["started"])
    await clock.advance(15)
    assert running.probe.seen == ["started"]
    await clock.advance(16)
    await expire(call)
    assert running.probe.seen == ["started", "cancelled"]


async def test_the_handler_is_told_the_callers_deadline(front_name: str, serve_front: Serve) -> None:
    running = await serve_front(front_name, maximum_deadline=3600)
    assert 900 < (await running.client.describe(timeout=1000))["left"] <= 1050


async def test_the_maximum_deadline_caps_the_callers(front_name: str, serve_front: Serve, clock: VirtualClock) -> None:
    running = await serve_front(front_name, clock, default_deadline=2, maximum_deadline=4)
    assert (await running.client.describe(timeout=30))["left"] == 4
    call = running.client.unary("Sleep", DoubleValue(value=60), timeout=30)
    await eventually(lambda: running.probe.seen == ["started"])
    await clock.advance(3.9)
    assert running.probe.seen == ["started"]
    await clock.advance(0.1)
    await expire(call)


async def test_the_servers_deadline_is_answered_although_the_handler_is_stuck(
    front_name: str, serve_front: Serve, clock: VirtualClock
) -> None:
    running = await serve_front(front_name, clock, default_deadline=3, maximum_deadline=3)
    call = running.client.unary("Stuck", StringValue(), timeout=None)
    await eventually(lambda: running.probe.running == 1)
    await clock.advance(3 + STUCK_S)
    await expire(call)
    assert running.probe.seen == ["ignored"]
    assert running.probe.running == 1


async def test_a_stream_ends_at_the_deadline(front_name: str, serve_front: Serve, clock: VirtualClock) -> None:
    running = await serve_front(front_name, clock, default_deadline=3, maximum_deadline=3)
    messages = aiter(running.client.stream("Count", Int32Value(value=1_000_000)))
    await anext(messages)
    await clock.advance(3 + STUCK_S)
    await passing(clock, expire(drained(messages)))
    assert running.probe.seen == ["closed"]


async def drained(messages: AsyncIterable[object]) -> None:
    async for _ in messages:
        pass


async def test_a_client_that_cancels_cancels_the_handler(served: Running) -> None:
    call = served.client.unary("Sleep", DoubleValue(value=20))
    await eventually(lambda: served.probe.seen == ["started"])
    call.cancel()
    await eventually(lambda: served.probe.seen == ["started", "cancelled"])
    assert await served.client.echo() == "hello"


async def test_a_client_that_is_killed_cancels_the_handler(served: Running) -> None:
    caller = await asyncio.create_subprocess_exec(sys.executable, str(CALLER), str(served.port))
    await eventually(lambda: served.probe.seen == ["started"], within=60)
    caller.kill()
    await caller.wait()
    await eventually(lambda: served.probe.seen == ["started", "cancelled"])
    assert await served.client.echo() == "hello"


async def test_a_bad_timeout_is_refused(served: Running) -> None:
    seen = await asyncio.to_thread(raw_unary, served.port, frame(StringValue(value="x")), {"grpc-timeout": "soon"})
    assert seen["grpc-status"] in (INVALID_ARGUMENT, INTERNAL)


async def test_a_request_that_stops_in_the_middle_ends_at_the_deadline(serve_front: Serve) -> None:
    """On the connect front; grpc.aio begins a call, and its deadline, with the whole message."""
    running = await serve_front("connect", default_deadline=0.3)
    half = frame(StringValue(value="never whole"))[:-4]
    seen = await asyncio.to_thread(raw_unary, running.port, half, {}, end=False)
    assert seen["grpc-status"] == DEADLINE_EXCEEDED
