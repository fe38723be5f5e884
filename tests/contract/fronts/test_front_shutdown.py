"""Draining and health, on every front."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from front_client import ProbeClient
from front_fixtures import Running, Serve, eventually
from front_probe import NAME
from google.protobuf.wrappers_pb2 import DoubleValue, StringValue
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

PROCESS = Path(__file__).parents[2] / "support" / "front_process.py"
SERVING, NOT_SERVING = HealthCheckResponse.SERVING, HealthCheckResponse.NOT_SERVING


def check(running: Running, service: str) -> grpc.aio.UnaryUnaryCall[HealthCheckRequest, HealthCheckResponse]:
    stub = running.client.channel.unary_unary(
        "/grpc.health.v1.Health/Check", HealthCheckRequest.SerializeToString, HealthCheckResponse.FromString
    )
    return stub(HealthCheckRequest(service=service), timeout=20)


def watch(running: Running, service: str) -> AsyncIterator[Any]:
    stub = running.client.channel.unary_stream(
        "/grpc.health.v1.Health/Watch", HealthCheckRequest.SerializeToString, HealthCheckResponse.FromString
    )
    return aiter(stub(HealthCheckRequest(service=service), timeout=20))


async def turned_away(port: int) -> grpc.StatusCode:
    """How newcomers are refused, as soon as they are."""
    async with asyncio.timeout(30):
        while True:
            newcomer = ProbeClient(port)
            try:
                await newcomer.echo()
            except grpc.aio.AioRpcError as error:
                return error.code()
            finally:
                await newcomer.close()


async def test_health_knows_each_service(served: Running) -> None:
    for name in ("", NAME, "grpc.health.v1.Health"):
        assert (await check(served, name)).status == SERVING
    served.front.health.set(NAME, False)
    assert (await check(served, NAME)).status == NOT_SERVING
    assert (await check(served, "")).status == SERVING
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await check(served, "no.such.Service")
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


async def test_watchers_are_told_and_let_go_when_the_front_drains(served: Running) -> None:
    call = watch(served, NAME)
    assert (await anext(call)).status == SERVING
    served.front.health.set(NAME, False)
    assert (await anext(call)).status == NOT_SERVING
    served.front.health.set(NAME, True)
    assert (await anext(call)).status == SERVING
    draining = asyncio.create_task(served.front.drain(60.0))
    assert (await anext(call)).status == NOT_SERVING
    assert await anext(call, None) is None
    await asyncio.wait_for(draining, 30)


async def test_draining_finishes_what_runs_and_refuses_what_is_new(served: Running) -> None:
    call = served.client.unary("Hold", StringValue())
    await eventually(lambda: served.probe.running == 1)
    draining = asyncio.create_task(served.front.drain(60.0))
    assert await turned_away(served.port) is grpc.StatusCode.UNAVAILABLE
    assert not draining.done()
    served.probe.released.set()
    assert (await call).value == "held"
    await asyncio.wait_for(draining, 30)


async def test_draining_cuts_what_outlasts_the_grace(front_name: str, serve_front: Serve) -> None:
    running = await serve_front(front_name)
    call = asyncio.ensure_future(running.client.unary("Sleep", DoubleValue(value=60), timeout=60))
    await eventually(lambda: running.probe.seen == ["started"])
    await asyncio.wait_for(running.front.drain(0.3), 30)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    assert caught.value.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
    await eventually(lambda: running.probe.seen == ["started", "cancelled"])


async def test_draining_returns_although_a_handler_is_stuck(front_name: str, serve_front: Serve) -> None:
    running = await serve_front(front_name)
    call = asyncio.ensure_future(running.client.unary("Stuck", StringValue()))
    await eventually(lambda: running.probe.running == 1)
    await asyncio.wait_for(running.front.drain(0.2), 15)
    with pytest.raises(grpc.aio.AioRpcError):
        await call
    assert running.probe.running == 1


async def test_draining_twice_is_draining_once(served: Running) -> None:
    await served.front.drain(1.0)
    await served.front.drain(1.0)


async def test_sigterm_lets_running_calls_end_and_exits_with_zero(front_name: str) -> None:
    server = await asyncio.create_subprocess_exec(
        sys.executable, str(PROCESS), front_name, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert server.stdout is not None
    port = int(await server.stdout.readline())
    client = ProbeClient(port)
    assert await client.echo() == "hello"
    call = asyncio.ensure_future(client.unary("Hold", StringValue(), timeout=60))
    async with asyncio.timeout(30):
        while (await client.describe())["running"] < 1:
            pass
    server.send_signal(signal.SIGTERM)
    assert await turned_away(port) is grpc.StatusCode.UNAVAILABLE
    assert not call.done()
    server.send_signal(signal.SIGUSR1)
    assert (await call).value == "held"
    assert await asyncio.wait_for(server.wait(), 30) == 0
    await client.close()
