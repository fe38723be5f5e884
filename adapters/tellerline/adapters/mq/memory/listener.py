"""The host's side of a queue on the in-process broker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from tellerline.adapters.mq.envelope import CONTENT_TYPE, DEAD_SUFFIX, refusal
from tellerline.adapters.mq.listener import Handler, HandlerTasks, InboundRequest, Settlement
from tellerline.adapters.mq.memory.broker import MemoryBroker
from tellerline.adapters.mq.memory.queue import Consumer, Message, QueueOptions


class _Desk:
    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker
        self.consumer: Consumer | None = None

    def send_reply(self, request: InboundRequest, body: bytes) -> None:
        if self.consumer is not None:
            reply = Message(
                body=body,
                content_type=CONTENT_TYPE,
                message_type=request.message_type,
                correlation=request.correlation,
                durable=request.durable,
            )
            self._broker.publish(request.reply_to, reply)

    def settle(self, request: InboundRequest, settlement: Settlement) -> None:
        if self.consumer is None:
            return
        if settlement is Settlement.ACK:
            self.consumer.ack(request.tag)
        elif settlement is Settlement.NACK:
            self.consumer.nack(request.tag)
        else:
            self.consumer.dead_letter(request.tag)


class MemoryListener:
    """Consumes ``queue`` of an in-process broker; see ``QueueListener`` for the promise."""

    def __init__(
        self,
        broker: MemoryBroker,
        queue: str,
        *,
        prefetch: int = 100,
        delivery_limit: int = 5,
        max_length: int | None = None,
    ) -> None:
        self._broker = broker
        self._queue = queue
        self._prefetch = prefetch
        self._options = QueueOptions(
            max_length=max_length, delivery_limit=delivery_limit, dead_letter_to=queue + DEAD_SUFFIX
        )
        self._desk = _Desk(broker)
        self._tasks: HandlerTasks | None = None
        self._refused: Counter[str] = Counter()

    @property
    def refused(self) -> Mapping[str, int]:
        return self._refused

    async def start(self, handler: Handler) -> None:
        self._tasks = HandlerTasks(handler)
        self._broker.attach(self)

    async def close(self) -> None:
        tasks, self._tasks = self._tasks, None
        if tasks is None:
            return
        self._broker.detach(self)
        consumer = self._desk.consumer
        self.on_broker_down()
        if consumer is not None:
            consumer.cancel()
        await tasks.cancel()

    def on_broker_up(self) -> None:
        self._broker.declare(self._queue + DEAD_SUFFIX)
        self._broker.declare(self._queue, self._options)
        self._desk = _Desk(self._broker)
        self._desk.consumer = self._broker.consume(self._queue, self._on_message, prefetch=self._prefetch)

    def on_broker_down(self) -> None:
        self._desk.consumer = None

    def _on_message(self, tag: int, message: Message) -> None:
        desk = self._desk
        if desk.consumer is None or self._tasks is None:
            return
        reason = refusal(message.content_type, message.correlation, message.reply_to)
        if reason:
            self._refused[reason] += 1
            desk.consumer.dead_letter(tag)
            return
        request = InboundRequest(
            desk,
            tag,
            message.body,
            correlation=message.correlation,
            reply_to=message.reply_to,
            message_type=message.message_type,
            redelivered=message.returns > 0,
            durable=message.durable,
        )
        self._tasks.run(request)
