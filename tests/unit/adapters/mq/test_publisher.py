"""Frames written by hand, read back by pika."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pika import frame, spec

from tellerline.adapters.mq.envelope import CONTENT_TYPE
from tellerline.adapters.mq.rabbitmq.publisher import Publisher


def written(durable: bool, *messages: tuple[bytes, str, str, int], trace: str = "") -> list[bytes]:
    """The writes of one pass of the loop."""
    writes: list[bytes] = []

    async def publish() -> None:
        publisher = Publisher(writes.append, 7, "host.requests", "reply.queue", durable=durable)
        for message in messages:
            publisher.publish(*message, trace=trace)
        await asyncio.sleep(0)

    asyncio.run(publish())
    return writes


def frames(raw: bytes) -> list[frame.Frame]:
    found = []
    while raw:
        length, one = frame.decode_frame(raw)
        assert one is not None
        assert one.channel_number == 7
        found.append(one)
        raw = raw[length:]
    return found


@settings(max_examples=60, deadline=None)
@given(
    durable=st.booleans(),
    body=st.binary(max_size=64) | st.integers(4085, 4092).map(bytes) | st.just(b"x" * 20_000),
    correlation=st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    expires_ms=st.integers(1, 10**9),
    trace=st.sampled_from(["", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"]),
)
def test_pika_reads_what_was_meant(durable: bool, body: bytes, correlation: str, expires_ms: int, trace: str) -> None:
    (raw,) = written(durable, (body, correlation, "REPAYLN", expires_ms), trace=trace)
    method, header, *bodies = frames(raw)
    assert isinstance(method.method, spec.Basic.Publish)
    published = method.method
    assert (published.exchange, published.routing_key, published.mandatory) == ("", "host.requests", True)
    properties = header.properties
    assert (properties.content_type, properties.type) == (CONTENT_TYPE, "REPAYLN")
    assert properties.delivery_mode == (2 if durable else None)
    assert (properties.correlation_id, properties.reply_to) == (correlation, "reply.queue")
    assert properties.expiration == str(expires_ms)
    assert properties.headers == ({"traceparent": trace} if trace else None)
    assert header.body_size == len(body)
    assert b"".join(part.fragment for part in bodies) == body
    assert all(len(part.fragment) <= 4088 for part in bodies)


def test_one_pass_is_one_write() -> None:
    (raw,) = written(True, (b"1", "a", "X", 5), (b"2", "b", "X", 5))
    assert [one.fragment for one in frames(raw) if isinstance(one, frame.Body)] == [b"1", b"2"]


def test_a_name_that_amqp_cannot_carry_is_refused_before_anything_is_written() -> None:
    writes: list[bytes] = []

    async def publish() -> None:
        publisher = Publisher(writes.append, 1, "q", "r", durable=True)
        with pytest.raises(ValueError, match="range"):
            publisher.publish(b"", "c" * 256, "X", 1)
        await asyncio.sleep(0)

    asyncio.run(publish())
    assert writes == []
