"""Deadlines, cancellation and callers that vanish, on every front."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import grpc
import pytest
from front_client import refusal
from front_fixtures import Running, Serve, eventually
from front_raw import frame, raw_unary
from google.protobuf.wrappers_pb2 import DoubleValue, Int32Value, StringValue

CALLER = Path(__file__).parents[2] / "support" / "front_caller.py"
GRACE = 0.2
INVALID_ARGUMENT, DEADLINE_EXCEEDED, INTERNAL = "3", "4", "13"


async def expires(running: Running, method: str, wished: float | None) -> float:
    """Seconds until a long call answers DEADLINE_EXCEEDED."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await running.client.unary(method, DoubleValue(value=1), timeout=wished)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    return loop.time() - start


async def test_the_callers_deadline_ends_the_handler(served: Running) -> None:
    assert await expires(served, "Sleep", 0.3) < 0.3 + GRACE
    await eventually(lambda: served.probe.seen == ["started", "cancelled"])


async def test_the_handler_is_told_the_callers_deadline(served: Running) -> None:
    assert 1.5 < (await served.client.describe(timeout=2))["left"] <= 2.1


async def test_the_maximum_deadline_caps_the_callers(front_name: str, serve_front: Serve) -> None:
    running = await serve_front(front_name, default_deadline=0.2, maximum_deadline=0.4)
    assert 0.35 < await expires(running, "Sleep", 9.0) < 0.4 + GRACE
    assert (await running.client.describe(timeout=9))["left"] <= 0.4


async def test_the_servers_deadline_is_answered_although_the_handler_is_stuck(
    front_name: str, serve_front: Serve
) -> None:
    running = await serve_front(front_name, default_deadline=0.3, maximum_deadline=0.3)
    assert await expires(running, "Stuck", None) < 0.3 + GRACE
    assert "ignored" in running.probe.seen


async def test_a_stream_ends_at_the_deadline(front_name: str, serve_front: Serve) -> None:
    running = await serve_front(front_name, default_deadline=0.3, maximum_deadline=0.3)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        async for _ in running.client.stream("Count", Int32Value(value=1_000_000), timeout=9):
            pass
    assert refusal(caught.value).info.reason == "DEADLINE_EXCEEDED"
    await eventually(lambda: running.probe.seen == ["closed"])


async def test_a_client_that_cancels_cancels_the_handler(served: Running) -> None:
    call = served.client.unary("Sleep", DoubleValue(value=20))
    await eventually(lambda: served.probe.seen == ["started"])
    call.cancel()
    await eventually(lambda: served.probe.seen == ["started", "cancelled"])
    assert await served.client.echo() == "hello"


async def test_a_client_that_is_killed_cancels_the_handler(served: Running) -> None:
    caller = await asyncio.create_subprocess_exec(sys.executable, str(CALLER), str(served.port))
    await eventually(lambda: served.probe.seen == ["started"], within=10)
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
