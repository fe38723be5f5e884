"""How a host gets at its queue: on a broker in the process, or on RabbitMQ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tellerline.adapters.clock import Clock
from tellerline.adapters.mq.listener import QueueListener

if TYPE_CHECKING:
    from tellerline.adapters.mq.memory import MemoryBroker
    from tellerline.simulators.hosting.host import Queues


def memory_queues(broker: MemoryBroker) -> Queues:
    """Listeners on a broker of this process."""
    from tellerline.adapters.mq.memory import MemoryListener

    def listener(queue: str) -> QueueListener:
        return MemoryListener(broker, queue)

    return listener


def rabbitmq_queues(url: str, clock: Clock) -> Queues:
    """Listeners on RabbitMQ at an amqp URL, each with a connection of its own."""
    from tellerline.adapters.mq.rabbitmq import RabbitListener

    def listener(queue: str) -> QueueListener:
        return RabbitListener(url, queue, clock)

    return listener
