"""The host's side of a request queue on RabbitMQ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from tellerline.adapters.clock import Clock
from tellerline.adapters.mq.envelope import CONTENT_TYPE, refusal
from tellerline.adapters.mq.listener import Handler, HandlerTasks, InboundRequest, Settlement
from tellerline.adapters.mq.rabbitmq.link import PERSISTENT, Channel, Link, Properties
from tellerline.adapters.mq.rabbitmq.session import Session
from tellerline.adapters.mq.rabbitmq.topology import declare_request_queue


class _Desk:
    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def send_reply(self, request: InboundRequest, body: bytes) -> None:
        if self._channel.is_open:
            properties = Properties(
                content_type=CONTENT_TYPE,
                delivery_mode=PERSISTENT if request.durable else None,
                correlation_id=request.correlation,
                type=request.message_type,
            )
            self._channel.basic_publish("", request.reply_to, body, properties)

    def settle(self, request: InboundRequest, settlement: Settlement) -> None:
        if not self._channel.is_open:
            return
        if settlement is Settlement.ACK:
            self._channel.basic_ack(request.tag)
        else:
            self._channel.basic_nack(request.tag, requeue=settlement is Settlement.NACK)


class RabbitListener:
    """Consumes ``queue`` over a connection of its own; see ``QueueListener`` for the promise."""

    def __init__(
        self,
        url: str,
        queue: str,
        clock: Clock,
        *,
        prefetch: int = 100,
        delivery_limit: int = 5,
        max_length: int | None = None,
    ) -> None:
        self._queue = queue
        self._prefetch = prefetch
        self._delivery_limit = delivery_limit
        self._max_length = max_length
        self._session = Session(url, clock, self._set_up, lambda: None)
        self._tasks: HandlerTasks | None = None
        self._refused: Counter[str] = Counter()

    @property
    def refused(self) -> Mapping[str, int]:
        return self._refused

    async def start(self, handler: Handler) -> None:
        self._tasks = HandlerTasks(handler)
        await self._session.start()

    async def close(self) -> None:
        tasks, self._tasks = self._tasks, None
        await self._session.close()
        if tasks is not None:
            await tasks.cancel()

    async def _set_up(self, link: Link) -> None:
        channel = await link.channel()
        await declare_request_queue(
            link, channel, self._queue, delivery_limit=self._delivery_limit, max_length=self._max_length
        )
        await link.call(channel.basic_qos, prefetch_count=self._prefetch)
        await link.call(channel.basic_consume, self._queue, self._on_message)

    def _on_message(self, channel: Any, method: Any, properties: Any, body: bytes) -> None:
        if self._tasks is None:
            return
        reason = refusal(properties.content_type, properties.correlation_id, properties.reply_to)
        if reason:
            self._refused[reason] += 1
            channel.basic_nack(method.delivery_tag, requeue=False)
            return
        request = InboundRequest(
            _Desk(channel),
            method.delivery_tag,
            body,
            correlation=properties.correlation_id,
            reply_to=properties.reply_to,
            message_type=properties.type or "",
            redelivered=method.redelivered,
            durable=properties.delivery_mode == PERSISTENT,
        )
        self._tasks.run(request)
