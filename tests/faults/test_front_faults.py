"""Fault cards 24 to 31, on each front: what a bad or hostile channel may do, and that the others do not notice."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime

import grpc
import pytest
from front_client import ProbeClient, Refusal, refusal
from front_fixtures import Running, Serve, eventually, front_name, serve_front, served
from front_raw import RawClient, frame, raw_unary, reset_many
from google.protobuf.message import Message
from google.protobuf.wrappers_pb2 import DoubleValue, StringValue
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub
from grpc_reflection.v1alpha.reflection_pb2 import ServerReflectionRequest

from tellerline.adapters.clock import VirtualClock

__all__ = ["front_name", "serve_front", "served"]

EXHAUSTED = grpc.StatusCode.RESOURCE_EXHAUSTED
LIMIT = 4 << 20


async def refused(
    running: Running, method: str, request: Message, metadata: tuple[tuple[str, str], ...] = (), **options: object
) -> Refusal:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await running.client.unary(method, request, metadata=metadata, **options)
    return refusal(caught.value)


async def test_card_24_a_call_without_deadline_gets_the_servers_own(front_name: str, serve_front: Serve) -> None:
    clock = VirtualClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
    running = await serve_front(front_name, clock, default_deadline=3, maximum_deadline=50)
    assert (await running.client.describe(timeout=None))["left"] == 3
    call = asyncio.ensure_future(refused(running, "Sleep", DoubleValue(value=60), timeout=None))
    await eventually(lambda: running.probe.seen == ["started"])
    await clock.advance(3)
    seen = await call
    assert (seen.code, seen.info.reason) == (grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED")
    await eventually(lambda: running.probe.seen == ["started", "cancelled"])


async def test_card_25_a_message_over_the_limit_is_refused(served: Running) -> None:
    assert (await refused(served, "Echo", StringValue(value="x" * LIMIT))).code is EXHAUSTED
    assert len(await served.client.echo("x" * (LIMIT - 16))) == LIMIT - 16


async def test_card_25_a_bomb_is_refused_after_its_limit(served: Running) -> None:
    bomb = StringValue(value="0" * (64 << 20))
    seen = await refused(served, "Echo", bomb, compression=grpc.Compression.Gzip)
    assert seen.code is EXHAUSTED
    assert await served.client.echo() == "hello"


async def test_card_26_metadata_over_the_limit_is_refused(served: Running) -> None:
    seen = await refused(served, "Echo", StringValue(), metadata=(("x-large", "y" * 8192),))
    assert (seen.code, seen.info.reason) == (EXHAUSTED, "REQUEST_TOO_LARGE")
    await served.client.unary("Echo", StringValue(), metadata=(("x-fits", "y" * 7500),))


async def test_card_26_far_over_the_limit_the_library_refuses(served: Running) -> None:
    """Above four times the limit grpc says RESOURCE_EXHAUSTED; h2corn says HTTP 431, to a gRPC client UNKNOWN."""
    seen = await refused(served, "Echo", StringValue(), metadata=(("x-huge", "y" * 100_000),))
    assert seen.code in (EXHAUSTED, grpc.StatusCode.UNKNOWN)
    assert seen.code is EXHAUSTED or "431" in seen.message
    assert await served.client.echo() == "hello"


async def test_health_is_answered_when_nothing_else_is(front_name: str, serve_front: Serve) -> None:
    running = await serve_front(front_name, running_calls=2)
    held = [asyncio.ensure_future(running.client.unary("Hold", StringValue())) for _ in range(2)]
    await eventually(lambda: running.probe.running == 2)
    assert (await refused(running, "Echo", StringValue())).info.reason == "OVERLOADED"
    async with grpc.aio.insecure_channel(f"127.0.0.1:{running.port}") as channel:
        answer = await HealthStub(channel).Check(HealthCheckRequest())
    assert answer.status == HealthCheckResponse.SERVING
    running.probe.released.set()
    assert [answer.value for answer in await asyncio.gather(*held)] == ["held", "held"]


async def test_a_caller_that_takes_no_trailers_is_refused_before_anything_is_done(serve_front: Serve) -> None:
    running = await serve_front("connect")
    client = RawClient(running.port)
    answer = await asyncio.to_thread(client.unary, "Stuck", frame(StringValue()), {"te": ""})
    client.close()
    assert (answer[":status"], answer["grpc-status"]) == ("200", "3")
    assert running.probe.most == 0


async def test_card_27_rapid_reset_cannot_pile_up_handlers(front_name: str, serve_front: Serve) -> None:
    running = await serve_front(front_name, running_calls=20)
    sent, end = await asyncio.to_thread(reset_many, running.port, "Stuck", frame(StringValue()), 2000)
    assert sent > 20, end
    assert running.probe.most <= 20
    running.probe.released.set()
    await eventually(lambda: running.probe.running == 0)
    assert await running.client.echo() == "hello"


async def test_card_27_handlers_whose_callers_left_count_until_they_end(front_name: str, serve_front: Serve) -> None:
    running = await serve_front(front_name, running_calls=5)
    calls = [running.client.unary("Stuck", StringValue()) for _ in range(5)]
    await eventually(lambda: running.probe.running == 5)
    for call in calls:
        call.cancel()
    await eventually(lambda: running.probe.seen.count("ignored") >= 5)
    assert running.probe.running == 5
    assert (await refused(running, "Echo", StringValue())).info.reason == "OVERLOADED"
    running.probe.released.set()
    await eventually(lambda: running.probe.running == 0)
    assert await running.client.echo() == "hello"


async def test_card_28_a_flood_of_connections_harms_nobody(front_name: str, serve_front: Serve) -> None:
    running = await serve_front(front_name, connections=20, handshake_timeout=1.0)
    await running.client.unary("Echo", StringValue(value="first"), wait_for_ready=True)
    flood = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(200)]
    for connection in flood[::2]:
        connection.sendall(b"PRI * HTTP/2.0\r\n")
    answers = await asyncio.gather(*(running.client.echo(str(number)) for number in range(50)))
    assert answers == [str(number) for number in range(50)]
    for connection in flood:
        connection.close()
    newcomer = ProbeClient(running.port)
    answer = await newcomer.unary("Echo", StringValue(value="hello"), wait_for_ready=True)
    assert answer.value == "hello"
    await newcomer.close()


async def test_card_29_malformed_binary_metadata_is_an_error_of_that_call(served: Running) -> None:
    body = frame(StringValue(value="x"))
    for value in ("!!!", "A", "AA=A", "\u00ff"):
        seen = await asyncio.to_thread(raw_unary, served.port, body, {"x-trace-bin": value})
        assert seen.get("grpc-status") in ("3", "13") or "reset" in seen, value
    seen = await asyncio.to_thread(raw_unary, served.port, body, {"x-trace-bin": "AQI"})
    assert seen["grpc-status"] == "0"
    assert await served.client.echo() == "hello"


async def test_card_29_bad_frames_are_errors_of_that_call(serve_front: Serve) -> None:
    """The connect front frames for itself; grpc.aio leaves a call without a whole message to its deadline."""
    running = await serve_front("connect")
    good = frame(StringValue(value="x"))
    bad = [b"", good[:-1], good + good, b"\x07" + good[1:], b"\x01" + good[1:], b"\x00\x00\x00"]
    for body in bad:
        seen = await asyncio.to_thread(raw_unary, running.port, body, {})
        assert seen["grpc-status"] == "3", body
    seen = await asyncio.to_thread(raw_unary, running.port, b"\x01" + good[1:], {"grpc-encoding": "snappy"})
    assert seen["grpc-status"] == "12"
    seen = await asyncio.to_thread(raw_unary, running.port, b"\x01" + good[1:], {"grpc-encoding": "gzip"})
    assert seen["grpc-status"] == "3"


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
async def test_card_30_reflection_is_not_offered_in_production(served: Running, version: str) -> None:
    path = f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo"
    assert await asyncio.to_thread(stream_status, served.port, path) is grpc.StatusCode.UNIMPLEMENTED


def stream_status(port: int, path: str) -> grpc.StatusCode:
    """By the blocking client: grpc.aio's own trips over an answer that overtakes what it is still sending."""
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        call = channel.stream_stream(path, ServerReflectionRequest.SerializeToString, bytes)
        with pytest.raises(grpc.RpcError) as caught:
            list(call(iter([ServerReflectionRequest(list_services="*")]), timeout=20))
        status: grpc.StatusCode = caught.value.code()
        return status


async def test_card_31_an_identity_claimed_in_metadata_is_ignored(served: Running) -> None:
    forged = ("x-peer", "x-forwarded-client-cert", "x-client-identity", "authorization", "x-ssl-client-s-dn")
    seen = await served.client.describe(metadata=tuple((key, "teller.bank") for key in forged))
    assert seen["peer"] == ""
