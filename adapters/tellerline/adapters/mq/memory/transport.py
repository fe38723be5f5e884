"""The asking side of a queue on the in-process broker."""

from __future__ import annotations

from tellerline.adapters.clock import Clock
from tellerline.adapters.exchange import Exchanged, UnsolicitedHandler, WireRequest
from tellerline.adapters.mq.envelope import CONTENT_TYPE, REPLY_PREFIX
from tellerline.adapters.mq.memory.broker import MemoryBroker, Publication
from tellerline.adapters.mq.memory.queue import Consumer, Message
from tellerline.adapters.mq.pending import (
    BROKER_NACK,
    CLOSED,
    CONNECTION_LOST,
    NOT_CONNECTED,
    UNROUTABLE,
    PendingReplies,
)

_REFUSALS = {Publication.UNROUTABLE: UNROUTABLE, Publication.REFUSED: BROKER_NACK}


class MemoryTransport:
    """Request/reply with the consumer of ``queue``; see ``Transport`` for the promise.

    The reply queue outlives a crash of the broker, so that a durable reply still arrives afterwards, as unsolicited.
    """

    def __init__(
        self,
        broker: MemoryBroker,
        queue: str,
        clock: Clock,
        on_unsolicited: UnsolicitedHandler,
        *,
        max_outstanding: int = 1000,
        max_reply_bytes: int = 1 << 20,
    ) -> None:
        self._broker = broker
        self._queue = queue
        self._clock = clock
        self._pending = PendingReplies(
            clock, on_unsolicited, max_outstanding=max_outstanding, max_reply_bytes=max_reply_bytes
        )
        self._reply_to = broker.new_name(REPLY_PREFIX + queue + ".")
        self._consumer: Consumer | None = None
        self._attached = False

    @property
    def connected(self) -> bool:
        return self._consumer is not None

    @property
    def outstanding(self) -> int:
        """How many requests wait for their reply."""
        return len(self._pending)

    async def start(self) -> None:
        if not self._attached:
            self._attached = True
            self._broker.attach(self)

    async def close(self) -> None:
        if not self._attached:
            return
        self._attached = False
        self._broker.detach(self)
        self._consumer = None
        self._broker.delete(self._reply_to)
        self._pending.fail_all(CLOSED)

    async def exchange(self, request: WireRequest, deadline: float) -> Exchanged:
        remaining = deadline - self._clock.monotonic()
        refusal = self._pending.refusal(request.correlation, remaining)
        if refusal is not None:
            return refusal
        if self._consumer is None:
            return NOT_CONNECTED
        future = self._pending.open(request.correlation, remaining)
        self._publish(request, deadline)
        try:
            return await future
        finally:
            self._pending.forget(request.correlation, future)

    def on_broker_up(self) -> None:
        self._broker.declare(self._reply_to)
        self._consumer = self._broker.consume(self._reply_to, self._on_reply, auto_ack=True)

    def on_broker_down(self) -> None:
        self._consumer = None
        self._pending.fail_all(CONNECTION_LOST)

    def _publish(self, request: WireRequest, deadline: float) -> None:
        message = Message(
            body=request.body,
            content_type=CONTENT_TYPE,
            message_type=request.operation,
            correlation=request.correlation,
            reply_to=self._reply_to,
            durable=request.durable,
            expires_at=deadline,
        )
        publication = self._broker.publish(self._queue, message)
        if publication is not Publication.ROUTED:
            self._pending.settle(request.correlation, _REFUSALS[publication])

    def _on_reply(self, tag: int, message: Message) -> None:
        self._pending.take_reply(message.correlation, message.body)
