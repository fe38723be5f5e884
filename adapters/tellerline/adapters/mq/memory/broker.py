"""The in-process broker: the default exchange of AMQP, where a routing key is a queue's name."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Protocol

from tellerline.adapters.clock import Clock
from tellerline.adapters.mq.memory.queue import Consumer, Message, Queue, QueueOptions


class Publication(Enum):
    """What the broker says about a published message; ``ROUTED`` is its confirm."""

    ROUTED = "routed"
    UNROUTABLE = "unroutable"
    REFUSED = "refused"


class Client(Protocol):
    """Something connected to the broker, told when the connection comes and goes."""

    def on_broker_up(self) -> None: ...

    def on_broker_down(self) -> None: ...


class MemoryBroker:
    """Named queues shared by the clients of one loop.

    Publishing and settling act at once; deliveries reach consumers on a later pass of the loop. ``stop`` is a crash:
    connections break, consumers are gone, unsettled messages go back, messages that are not durable are lost.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queues: dict[str, Queue] = {}
        self._clients: list[Client] = []
        self._names = 0
        self.running = True

    def attach(self, client: Client) -> None:
        """Connect a client; it stays attached over ``stop`` and ``start``."""
        self._clients.append(client)
        if self.running:
            client.on_broker_up()

    def detach(self, client: Client) -> None:
        """Forget a client. Its consumers are its own to cancel."""
        self._clients.remove(client)

    def new_name(self, prefix: str) -> str:
        """A queue name that was never given out before."""
        self._names += 1
        return f"{prefix}{self._names}"

    def declare(self, name: str, options: QueueOptions | None = None) -> None:
        """Create a queue, or check that it exists with the same options (``ValueError`` otherwise)."""
        wanted = options or QueueOptions()
        queue = self._queues.get(name)
        if queue is None:
            self._queues[name] = Queue(name, wanted, self._clock.monotonic, self._publish_dead)
        elif queue.options != wanted:
            raise ValueError(f"queue {name} exists with other options")

    def delete(self, name: str) -> None:
        """Drop a queue with its messages and consumers; one that is not there is no error."""
        queue = self._queues.pop(name, None)
        if queue is not None:
            for consumer in list(queue.consumers):
                consumer.cancel()

    def publish(self, name: str, message: Message) -> Publication:
        queue = self._queues.get(name)
        if queue is None:
            return Publication.UNROUTABLE
        return Publication.ROUTED if queue.offer(message) else Publication.REFUSED

    def consume(
        self, name: str, on_message: Callable[[int, Message], None], *, prefetch: int = 0, auto_ack: bool = False
    ) -> Consumer:
        """Begin to consume; raises ``KeyError`` for a queue that is not there."""
        queue = self._queues[name]
        consumer = Consumer(queue, on_message, prefetch, auto_ack)
        queue.consumers.append(consumer)
        queue.pump()
        return consumer

    def ready(self, name: str) -> tuple[Message, ...]:
        """What lies ready on a queue, oldest first; empty for a queue that is not there."""
        queue = self._queues.get(name)
        if queue is None:
            return ()
        queue.expire()
        return tuple(queue.ready)

    def take(self, name: str) -> Message | None:
        """Remove the oldest ready message of a queue."""
        return self._queues[name].ready.popleft() if self.ready(name) else None

    def stop(self) -> None:
        """Crash. Idempotent."""
        if not self.running:
            return
        self.running = False
        for client in list(self._clients):
            client.on_broker_down()
        for queue in self._queues.values():
            queue.crash()

    def start(self) -> None:
        """Come back after ``stop``; clients still attached are connected again. Idempotent."""
        if self.running:
            return
        self.running = True
        for client in list(self._clients):
            client.on_broker_up()

    def _publish_dead(self, dead_letter_to: str, message: Message) -> None:
        if dead_letter_to:
            self.publish(dead_letter_to, message)
