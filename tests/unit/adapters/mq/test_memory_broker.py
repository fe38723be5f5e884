"""What is special to the broker in the process: options, names, crashes, the order of what comes back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from tellerline.adapters.clock import VirtualClock
from tellerline.adapters.mq.memory import MemoryBroker, Message, QueueOptions


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))


@pytest.fixture
def broker(clock: VirtualClock) -> MemoryBroker:
    made = MemoryBroker(clock)
    made.declare("q.dead")
    made.declare("q", QueueOptions(dead_letter_to="q.dead", delivery_limit=2))
    return made


def put(broker: MemoryBroker, *bodies: bytes, durable: bool = True, expires_at: float | None = None) -> None:
    for body in bodies:
        broker.publish("q", Message(body=body, durable=durable, expires_at=expires_at))


def lying(broker: MemoryBroker, name: str = "q") -> list[bytes]:
    return [message.body for message in broker.ready(name)]


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_a_queue_cannot_be_declared_again_with_other_options(broker: MemoryBroker) -> None:
    broker.declare("q", QueueOptions(dead_letter_to="q.dead", delivery_limit=2))
    with pytest.raises(ValueError, match="other options"):
        broker.declare("q")


def test_names_are_never_given_out_twice(broker: MemoryBroker) -> None:
    assert len({broker.new_name("x.") for _ in range(100)}) == 100


def test_expiry_is_the_clocks_and_only_at_the_head(broker: MemoryBroker, clock: VirtualClock) -> None:
    put(broker, b"lasting")
    put(broker, b"short", expires_at=1.0)
    asyncio.run(clock.advance(2))
    assert lying(broker) == [b"lasting", b"short"]
    assert broker.take("q") is not None
    assert lying(broker) == []
    assert [(message.body, message.dead_reason) for message in broker.ready("q.dead")] == [(b"short", "expired")]


async def test_what_comes_back_keeps_its_place(broker: MemoryBroker) -> None:
    put(broker, b"1", b"2", b"3", b"4")
    consumer = broker.consume("q", lambda tag, message: None, prefetch=3)
    await settle()
    assert lying(broker) == [b"4"]
    consumer.cancel()
    consumer.cancel()
    assert lying(broker) == [b"1", b"2", b"3", b"4"]


async def test_a_cancelled_consumer_gets_nothing_that_was_on_its_way(broker: MemoryBroker) -> None:
    got: list[bytes] = []
    consumer = broker.consume("q", lambda tag, message: got.append(message.body))
    put(broker, b"on its way")
    consumer.cancel()
    await settle()
    assert (got, lying(broker)) == ([], [b"on its way"])


async def test_a_crash_keeps_what_is_durable_and_counts_what_comes_back(broker: MemoryBroker) -> None:
    put(broker, b"lost", durable=False)
    put(broker, b"kept")
    for _ in range(3):
        broker.consume("q", lambda tag, message: None)
        await settle()
        broker.stop()
        broker.start()
    assert lying(broker) == []
    assert lying(broker, "q.dead") == [b"kept"]


async def test_a_rejected_message_says_why_it_is_dead(broker: MemoryBroker) -> None:
    consumer = broker.consume("q", lambda tag, message: consumer.dead_letter(tag))
    put(broker, b"no")
    await settle()
    assert [message.dead_reason for message in broker.ready("q.dead")] == ["rejected"]


async def test_without_a_dead_letter_queue_the_dead_are_dropped(broker: MemoryBroker) -> None:
    broker.declare("bare", QueueOptions(max_length=1))
    broker.publish("bare", Message(body=b"x"))
    consumer = broker.consume("bare", lambda tag, message: consumer.dead_letter(tag))
    await settle()
    assert lying(broker, "bare") == []
