"""The two brokers under one face: what a test of request/reply needs from each."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from leaping_clock import LeapingClock

from tellerline.adapters.clock import Clock, SystemRandomness, VirtualClock
from tellerline.adapters.exchange import Exchanged, Transport, Unsolicited, WireRequest
from tellerline.adapters.mq.envelope import CONTENT_TYPE, DEAD_SUFFIX, REPLY_PREFIX
from tellerline.adapters.mq.listener import Handler, InboundRequest, QueueListener
from tellerline.adapters.mq.memory import MemoryBroker, MemoryListener, MemoryTransport, Message, QueueOptions
from tellerline.adapters.mq.rabbitmq import RabbitListener, RabbitTransport
from tellerline.adapters.mq.rabbitmq.link import PERSISTENT, Link, Properties

PATIENCE_S = 60.0
_MOMENT_S = 0.05


class World(ABC):
    """One broker, one request queue of the test's own, and everything that was started on it."""

    clock: Clock

    def __init__(self) -> None:
        self.queue = f"test.{SystemRandomness().bytes(6).hex()}"
        self.unsolicited: list[Unsolicited] = []
        self._closing: list[Callable[[], Any]] = []

    async def client(self, queue: str = "", **options: Any) -> Transport:
        """A started transport to ``queue`` (the test's own if empty)."""
        transport = self._transport(queue or self.queue, **options)
        self._closing.append(transport.close)
        await transport.start()
        await self._connected(transport)
        return transport

    async def host(self, handler: Handler, **options: Any) -> QueueListener:
        """A started listener on the test's queue."""
        listener = self._listener(**options)
        self._closing.append(listener.close)
        await listener.start(handler)
        return listener

    async def ask(
        self, client: Transport, body: bytes = b"ask", *, durable: bool = True, wait: float = 600
    ) -> Exchanged:
        request = WireRequest(body=body, operation="ASK", correlation=self.correlation(), durable=durable)
        return await client.exchange(request, self.clock.monotonic() + wait)

    def correlation(self) -> str:
        return SystemRandomness().bytes(8).hex()

    async def close(self) -> None:
        for close in reversed(self._closing):
            await close()

    async def dead(self, count: int = 1) -> list[bytes]:
        """The bodies of the first ``count`` dead letters, waiting for them."""
        found: list[bytes] = []
        while len(found) < count:
            found.append(await self.take(self.queue + DEAD_SUFFIX))
        return found

    @abstractmethod
    async def _connected(self, transport: Transport) -> None:
        """Wait until a started transport is connected: its first attempt may have taken too long."""

    @abstractmethod
    def _transport(self, queue: str, **options: Any) -> Transport: ...

    @abstractmethod
    def _listener(self, **options: Any) -> QueueListener: ...

    @abstractmethod
    async def pass_time(self, seconds: float) -> None:
        """Let the clock of the world go on, and give what is on its way a moment."""

    @abstractmethod
    async def put(self, queue: str, body: bytes, **envelope: str) -> None:
        """Publish as a stranger would; ``envelope`` has content_type, correlation, reply_to where they differ."""

    @abstractmethod
    async def take(self, queue: str) -> bytes:
        """The next message of a queue, waiting for it."""

    @abstractmethod
    async def full_queue(self) -> str:
        """A queue that takes no more messages."""


class MemoryWorld(World):
    def __init__(self) -> None:
        super().__init__()
        self.clock = self.virtual = VirtualClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
        self.broker = MemoryBroker(self.clock)

    def _transport(self, queue: str, **options: Any) -> Transport:
        return MemoryTransport(self.broker, queue, self.clock, self.unsolicited.append, **options)

    def _listener(self, **options: Any) -> QueueListener:
        return MemoryListener(self.broker, self.queue, **options)

    async def _connected(self, transport: Transport) -> None:
        assert isinstance(transport, MemoryTransport)
        assert transport.connected

    async def pass_time(self, seconds: float) -> None:
        await self.virtual.advance(seconds)
        self.broker.ready(self.queue)  # it buries what has expired when somebody looks

    async def put(self, queue: str, body: bytes, **envelope: str) -> None:
        message = Message(
            body=body,
            content_type=envelope.get("content_type", CONTENT_TYPE),
            correlation=envelope.get("correlation", "c"),
            reply_to=envelope.get("reply_to", REPLY_PREFIX + "x"),
            durable=True,
        )
        self.broker.publish(queue, message)

    async def take(self, queue: str) -> bytes:
        await eventually(lambda: bool(self.broker.ready(queue)))
        message = self.broker.take(queue)
        assert message is not None
        return message.body

    async def full_queue(self) -> str:
        self.broker.declare("full", QueueOptions(max_length=0))
        return "full"


class RabbitWorld(World):
    """The broker lives in real time: ``pass_time`` is for this process alone."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.clock = self.leaping = LeapingClock()

    def _transport(self, queue: str, **options: Any) -> Transport:
        return RabbitTransport(self.url, queue, self.clock, SystemRandomness(), self.unsolicited.append, **options)

    def _listener(self, **options: Any) -> QueueListener:
        return RabbitListener(self.url, self.queue, self.clock, **options)

    async def _connected(self, transport: Transport) -> None:
        assert isinstance(transport, RabbitTransport)
        await eventually(lambda: transport.connected)

    async def pass_time(self, seconds: float) -> None:
        await asyncio.sleep(_MOMENT_S)
        self.leaping.leap(seconds)

    async def put(self, queue: str, body: bytes, **envelope: str) -> None:
        link = await Link.open(self.url, lambda: None)
        channel = await link.channel()
        properties = Properties(
            content_type=envelope.get("content_type", CONTENT_TYPE),
            correlation_id=envelope.get("correlation", "c"),
            reply_to=envelope.get("reply_to", REPLY_PREFIX + "x"),
            delivery_mode=PERSISTENT,
        )
        channel.basic_publish("", queue, body, properties)
        await link.close()

    async def take(self, queue: str) -> bytes:
        link = await Link.open(self.url, lambda: None)
        channel = await link.channel()
        taken: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        def on_message(_channel: Any, method: Any, _properties: Any, body: bytes) -> None:
            if not taken.done():
                channel.basic_ack(method.delivery_tag)
                taken.set_result(body)

        await link.call(channel.basic_qos, prefetch_count=1)
        await link.call(channel.basic_consume, queue, on_message)
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await taken
        finally:
            await link.close()

    async def full_queue(self) -> str:
        link = await Link.open(self.url, lambda: None)
        channel = await link.channel()
        name = self.queue + ".full"
        options = {"x-max-length": 0, "x-overflow": "reject-publish", "x-expires": 60_000}
        await link.call(channel.queue_declare, name, arguments=options)
        await link.close()
        return name


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait until ``condition`` holds; fails after ``PATIENCE_S``."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 what is waited for is another process's doing
            await asyncio.sleep(0.005)


async def echo(request: InboundRequest) -> None:
    """A host that answers with what it was asked."""
    request.reply(b"re:" + request.body)
    request.ack()


class Silent:
    """A host that reads and never answers, keeping what it was asked."""

    def __init__(self) -> None:
        self.asked: list[InboundRequest] = []

    async def __call__(self, request: InboundRequest) -> None:
        self.asked.append(request)

    async def one(self) -> InboundRequest:
        """The first request, waiting for it."""
        await eventually(lambda: bool(self.asked))
        return self.asked[0]
