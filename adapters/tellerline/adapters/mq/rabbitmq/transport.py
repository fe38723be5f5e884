"""The asking side of a request queue on RabbitMQ."""

from __future__ import annotations

from typing import Any

from tellerline.adapters.clock import Clock, Randomness
from tellerline.adapters.exchange import Exchanged, UnsolicitedHandler, WireRequest
from tellerline.adapters.mq.envelope import REPLY_PREFIX
from tellerline.adapters.mq.pending import (
    BROKER_BLOCKED,
    BROKER_NACK,
    CLOSED,
    CONNECTION_LOST,
    NOT_CONNECTED,
    UNREPRESENTABLE,
    UNROUTABLE,
    PendingReplies,
)
from tellerline.adapters.mq.rabbitmq.confirms import Confirms
from tellerline.adapters.mq.rabbitmq.link import BrokerRefusedError, Channel, Link
from tellerline.adapters.mq.rabbitmq.publisher import Publisher
from tellerline.adapters.mq.rabbitmq.session import Session
from tellerline.adapters.mq.rabbitmq.topology import declare_reply_queue

_DIRECT_REPLY = "amq.rabbitmq.reply-to"


class RabbitTransport:
    """Request/reply with the consumer of ``queue``; see ``Transport`` for the promise.

    A durable request is persistent, confirmed by the broker, and answered over a durable reply queue of this client:
    its reply arrives, unsolicited, even when the connection or the broker was gone in between. Others are answered
    over the broker's direct reply-to, which is cheaper and lost with the connection. Every request is mandatory
    and expires at its deadline.
    """

    def __init__(
        self,
        url: str,
        queue: str,
        clock: Clock,
        randomness: Randomness,
        on_unsolicited: UnsolicitedHandler,
        *,
        max_outstanding: int = 1000,
        max_reply_bytes: int = 1 << 20,
    ) -> None:
        self._queue = queue
        self._clock = clock
        self._randomness = randomness
        self._pending = PendingReplies(
            clock, on_unsolicited, max_outstanding=max_outstanding, max_reply_bytes=max_reply_bytes
        )
        self._session = Session(url, clock, self._set_up, self._on_lost)
        self._reply_to = self._new_reply_queue()
        self._link: Link | None = None
        self._durable: Publisher
        self._plain: Publisher
        self._confirms = Confirms(self._on_nack)

    @property
    def connected(self) -> bool:
        return self._link is not None

    @property
    def outstanding(self) -> int:
        """How many requests wait for their reply."""
        return len(self._pending)

    async def start(self) -> None:
        await self._session.start()

    async def close(self) -> None:
        self._link = None
        self._pending.fail_all(CLOSED)
        await self._session.close()

    async def exchange(self, request: WireRequest, deadline: float) -> Exchanged:
        remaining = deadline - self._clock.monotonic()
        refusal = self._pending.refusal(request.correlation, remaining)
        if refusal is not None:
            return refusal
        if self._link is None:
            return NOT_CONNECTED
        if self._link.blocked:
            return BROKER_BLOCKED
        future = self._pending.open(request.correlation, remaining)
        try:
            self._publish(request, remaining)
            return await future
        except ValueError:
            return UNREPRESENTABLE
        finally:
            self._pending.forget(request.correlation, future)

    def _publish(self, request: WireRequest, remaining: float) -> None:
        publisher = self._durable if request.durable else self._plain
        expires_ms = max(1, int(remaining * 1000))
        publisher.publish(request.body, request.correlation, request.operation, expires_ms, trace=request.trace)
        if request.durable:
            self._confirms.published(request.correlation)

    async def _set_up(self, link: Link) -> None:
        durable, plain = await link.channel(), await link.channel()
        confirms = Confirms(self._on_nack)
        await link.call(durable.confirm_delivery, confirms.on_confirm)
        await self._consume_replies(link, durable)
        await link.call(plain.basic_consume, _DIRECT_REPLY, self._on_reply, auto_ack=True)
        for channel in (durable, plain):
            channel.add_on_return_callback(self._on_return)
        self._durable = Publisher(link.emit, durable.channel_number, self._queue, self._reply_to, durable=True)
        self._plain = Publisher(link.emit, plain.channel_number, self._queue, _DIRECT_REPLY, durable=False)
        self._confirms, self._link = confirms, link

    async def _consume_replies(self, link: Link, channel: Channel) -> None:
        try:
            await declare_reply_queue(link, channel, self._reply_to)
            await link.call(channel.basic_consume, self._reply_to, self._on_reply, auto_ack=True, exclusive=True)
        except BrokerRefusedError:
            # Held by our own connection that the broker has not given up yet, or on a node that is down.
            self._reply_to = self._new_reply_queue()
            raise

    def _on_lost(self) -> None:
        self._link = None
        self._pending.fail_all(CONNECTION_LOST)

    def _on_reply(self, channel: Any, method: Any, properties: Any, body: bytes) -> None:
        self._pending.take_reply(properties.correlation_id, body)

    def _on_return(self, channel: Any, method: Any, properties: Any, body: bytes) -> None:
        self._pending.settle(properties.correlation_id, UNROUTABLE)

    def _on_nack(self, correlation: str) -> None:
        self._pending.settle(correlation, BROKER_NACK)

    def _new_reply_queue(self) -> str:
        return f"{REPLY_PREFIX}{self._queue}.{self._randomness.bytes(8).hex()}"
