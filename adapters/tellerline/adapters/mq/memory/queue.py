"""One queue of the in-process broker with its consumers."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueOptions:
    """How a queue behaves.

    ``max_length`` refuses further publishing when that many messages are ready (None: no bound). A message given back
    more than ``delivery_limit`` times goes to ``dead_letter_to``, as do rejected and expired ones; without such a
    queue they are dropped.
    """

    max_length: int | None = None
    delivery_limit: int | None = None
    dead_letter_to: str = ""


@dataclass(slots=True, kw_only=True)
class Message:
    """A message on a queue. ``expires_at`` is a reading of the broker's clock; ``returns`` counts redeliveries."""

    body: bytes
    content_type: str = ""
    message_type: str = ""
    correlation: str = ""
    reply_to: str = ""
    durable: bool = False
    expires_at: float | None = None
    returns: int = 0
    dead_reason: str = field(default="", compare=False)


class Consumer:
    """Receives a queue's messages on later passes of the loop, ``prefetch`` unsettled ones at most (0: no bound)."""

    def __init__(self, queue: Queue, on_message: Callable[[int, Message], None], prefetch: int, auto_ack: bool) -> None:
        self._queue = queue
        self._on_message = on_message
        self._prefetch = prefetch
        self._auto_ack = auto_ack
        self._next_tag = 1
        self._unsettled: dict[int, Message] = {}
        self.active = True

    @property
    def has_room(self) -> bool:
        return not self._prefetch or len(self._unsettled) < self._prefetch

    def deliver(self, message: Message) -> None:
        tag = self._next_tag
        self._next_tag += 1
        self._unsettled[tag] = message
        asyncio.get_running_loop().call_soon(self._hand_over, tag)

    def ack(self, tag: int) -> None:
        self._unsettled.pop(tag)
        self._queue.pump()

    def nack(self, tag: int) -> None:
        self._queue.give_back(self._unsettled.pop(tag))
        self._queue.pump()

    def dead_letter(self, tag: int) -> None:
        self._queue.bury(self._unsettled.pop(tag), "rejected")
        self._queue.pump()

    def cancel(self) -> None:
        """Stop; everything unsettled goes back to the head of the queue in its old order. Idempotent."""
        if not self.active:
            return
        self.active = False
        self._queue.consumers.remove(self)
        self.release()
        self._queue.pump()

    def release(self) -> None:
        """Give back everything unsettled, to the head of the queue in its old order."""
        unsettled = list(self._unsettled.values())
        self._unsettled.clear()
        for message in reversed(unsettled):
            self._queue.give_back(message)

    def _hand_over(self, tag: int) -> None:
        message = self._unsettled.get(tag)
        if message is None:
            return
        if self._auto_ack:
            del self._unsettled[tag]
        self._on_message(tag, message)


class Queue:
    """Messages in order, consumers in turn."""

    def __init__(
        self,
        name: str,
        options: QueueOptions,
        monotonic: Callable[[], float],
        on_dead: Callable[[str, Message], None],
    ) -> None:
        self.name = name
        self.options = options
        self.ready: deque[Message] = deque()
        self.consumers: deque[Consumer] = deque()
        self._monotonic = monotonic
        self._on_dead = on_dead

    def offer(self, message: Message) -> bool:
        """Append; False when the queue is full."""
        limit = self.options.max_length
        if limit is not None:
            self.expire()
            if len(self.ready) >= limit:
                return False
        self.ready.append(message)
        self.pump()
        return True

    def give_back(self, message: Message) -> None:
        """Put an unsettled message back at the head, or bury it when it came back too often."""
        message.returns += 1
        limit = self.options.delivery_limit
        if limit is not None and message.returns > limit:
            self.bury(message, "delivery_limit")
        else:
            self.ready.appendleft(message)

    def bury(self, message: Message, reason: str) -> None:
        message.dead_reason = reason
        message.expires_at = None
        self._on_dead(self.options.dead_letter_to, message)

    def expire(self) -> None:
        """Bury what has expired at the head of the queue."""
        ready = self.ready
        while ready:
            expires_at = ready[0].expires_at
            if expires_at is None or expires_at > self._monotonic():
                return
            self.bury(ready.popleft(), "expired")

    def pump(self) -> None:
        """Hand ready messages to consumers with room, in turn."""
        while self.ready:
            self.expire()
            consumer = self._next_consumer()
            if consumer is None or not self.ready:
                return
            consumer.deliver(self.ready.popleft())

    def crash(self) -> None:
        """Lose all consumers, and every message that is not durable."""
        gone = list(self.consumers)
        self.consumers.clear()
        for consumer in reversed(gone):
            consumer.active = False
            consumer.release()
        kept = [message for message in self.ready if message.durable]
        self.ready.clear()
        self.ready.extend(kept)

    def _next_consumer(self) -> Consumer | None:
        for _ in range(len(self.consumers)):
            consumer = self.consumers[0]
            self.consumers.rotate(-1)
            if consumer.has_room:
                return consumer
        return None
