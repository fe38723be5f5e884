"""What a call brings back, on every front."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import grpc
import pytest
from front_client import refusal
from front_fixtures import Running, Serve, eventually
from front_probe import SECRET
from google.protobuf.wrappers_pb2 import Int32Value, StringValue

from tellerline.gateway.errors import describe
from tellerline.routing.model.codes import Code


async def until_held_back(running: Running) -> None:
    """Wait until the probe's handler does not get on, because nobody reads what it pours: half a second at least."""
    still, before = 0, -1
    async with asyncio.timeout(30):
        while still < 25:
            await asyncio.sleep(0.02)
            poured = running.probe.seen.count("poured")
            still, before = (still + 1 if poured == before else 0), poured


async def test_a_unary_call_is_answered(served: Running) -> None:
    assert await served.client.echo("余额 ¥ 12.30") == "余额 ¥ 12.30"


async def test_an_empty_message_is_answered(served: Running) -> None:
    assert await served.client.echo("") == ""


async def test_two_hundred_calls_at_once_each_get_their_own_answer(served: Running) -> None:
    texts = [f"call {number}" for number in range(200)]
    assert await asyncio.gather(*map(served.client.echo, texts)) == texts


async def test_a_three_megabyte_reply_arrives_whole(served: Running) -> None:
    answer = await served.client.unary("Big", Int32Value(value=3_000_000))
    assert answer.value == "n" * 3_000_000


async def test_a_gzipped_request_is_read(served: Running) -> None:
    text = "repeat " * 10_000
    request = StringValue(value=text)
    for compression in (grpc.Compression.Gzip, grpc.Compression.Deflate):
        assert (await served.client.unary("Echo", request, compression=compression)).value == text


async def test_the_handler_sees_metadata_and_address(served: Running) -> None:
    metadata = (("x-channel", "ib"), ("x-twice", "1"), ("x-twice", "2"), ("x-raw-bin", b"\x01\x02"))
    seen = await served.client.describe(metadata=metadata)
    assert seen["address"].startswith("127.0.0.1:")
    assert seen["peer"] == ""
    sent = dict(seen["metadata"])
    assert (sent["x-channel"], sent["x-twice"], sent["x-raw-bin"]) == ("ib", "1,2", "AQI=")
    assert "content-type" not in sent


async def test_an_unknown_method_or_service_is_unimplemented(served: Running) -> None:
    for path in ("Nothing", "/no.such.Service/Echo"):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await served.client.unary(path, StringValue())
        assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_a_refusal_carries_code_evidence_violations_and_text(served: Running) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await served.client.unary("Refuse", StringValue(value="INVALID_REQUEST"))
    seen = refusal(caught.value)
    assert (seen.code, seen.message) == (grpc.StatusCode.INVALID_ARGUMENT, describe(Code.INVALID_REQUEST).en)
    assert (seen.info.reason, seen.info.domain) == ("INVALID_REQUEST", "tellerline")
    assert dict(seen.info.metadata) == {"available": "12.30", "definite": "true"}
    assert [(v.field, v.description) for v in seen.bad.field_violations] == [("transfer.amount", "not positive")]
    assert (seen.localized.locale, seen.localized.message) == ("zh-CN", describe(Code.INVALID_REQUEST).zh)
    assert seen.retry is None


async def test_the_caller_chooses_the_language_and_learns_when_to_retry(served: Running) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await served.client.unary(
            "Refuse", StringValue(value="OVERLOADED"), metadata=(("accept-language", "en-GB, zh;q=0.5"),)
        )
    seen = refusal(caught.value)
    assert seen.localized.message == seen.message == describe(Code.OVERLOADED).en
    assert seen.retry is not None
    assert seen.retry.retry_delay.seconds == 1


async def crash(running: Running) -> None:
    await running.client.unary("Crash", StringValue())


async def crash_midway(running: Running) -> None:
    async for message in running.client.stream("CrashMidway", StringValue()):
        assert message.value == "first"


@pytest.mark.parametrize("fail", [crash, crash_midway])
async def test_exception_text_never_leaves(served: Running, fail: Callable[[Running], Awaitable[None]]) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await fail(served)
    seen = refusal(caught.value)
    assert (seen.code, seen.info.reason) == (grpc.StatusCode.INTERNAL, "INTERNAL")
    assert len(seen.info.metadata["incident"]) == 16
    everything = repr(caught.value) + repr(caught.value.trailing_metadata()) + repr(caught.value.initial_metadata())
    assert SECRET not in everything
    assert "RuntimeError" not in everything


async def test_bytes_that_are_no_message_are_invalid(served: Running) -> None:
    call = served.client.channel.unary_unary("/tellerline.probe.v1.ProbeService/Echo", bytes, bytes)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call(b"\xff\xff\xff", timeout=20)
    assert refusal(caught.value).info.reason == "INVALID_REQUEST"


async def test_a_stream_arrives_in_order_and_ends(served: Running) -> None:
    messages = [message.value async for message in served.client.stream("Count", Int32Value(value=50))]
    assert messages == [str(number) for number in range(50)]
    assert served.probe.seen == ["finished", "closed"]


async def test_a_client_that_cancels_a_stream_closes_its_handler(served: Running) -> None:
    call = served.client.stream("Count", Int32Value(value=1_000_000))
    await call.read()
    call.cancel()
    await eventually(lambda: served.probe.seen == ["closed"])
    assert await served.client.echo() == "hello"


async def test_a_client_that_reads_slowly_holds_the_handler_back(served: Running) -> None:
    call = served.client.stream("Pour", Int32Value(value=1000))
    await call.read()
    await until_held_back(served)
    assert served.probe.seen.count("poured") < 600, "the handler ran on although nobody read"
    call.cancel()
    await eventually(lambda: "closed" in served.probe.seen)


async def test_a_stalled_stream_does_not_hold_up_the_connection_for_long(front_name: str, serve_front: Serve) -> None:
    running = await serve_front(front_name, stalled_after=0.5)
    call = running.client.stream("Pour", Int32Value(value=1000), timeout=60)
    await call.read()
    await until_held_back(running)
    assert await running.client.echo() == "hello"


async def test_a_stalled_stream_does_not_hold_up_its_connection_at_all(
    front_name: str, serve_front: Serve, request: pytest.FixtureRequest
) -> None:
    patience = 20.0
    if front_name == "connect":
        patience = 1.0
        reason = "h2corn bounds unread replies by connection, so others wait until the stalled stream is ended"
        request.applymarker(pytest.mark.xfail(strict=True, reason=reason))
    running = await serve_front(front_name, stalled_after=60.0)
    call = running.client.stream("Pour", Int32Value(value=1000), timeout=60)
    await call.read()
    await until_held_back(running)
    assert (await running.client.unary("Echo", StringValue(value="hello"), timeout=patience)).value == "hello"


async def test_two_fronts_share_a_port(front_name: str, serve_front: Serve) -> None:
    first = await serve_front(front_name, reuse_port=True)
    second = await serve_front(front_name, reuse_port=True, port=first.port)
    assert first.port == second.port
    assert await second.client.echo() == "hello"


async def test_a_port_that_is_taken_is_an_os_error(front_name: str, serve_front: Serve) -> None:
    first = await serve_front(front_name)
    with pytest.raises(OSError, match=r"(?i)listen|address"):
        await serve_front(front_name, port=first.port)
