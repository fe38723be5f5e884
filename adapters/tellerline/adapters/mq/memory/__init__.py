"""A broker in the process: named queues, prefetch, redelivery, dead letters, expiry; a client and a listener for it."""

from tellerline.adapters.mq.memory.broker import MemoryBroker
from tellerline.adapters.mq.memory.listener import MemoryListener
from tellerline.adapters.mq.memory.queue import Message, QueueOptions
from tellerline.adapters.mq.memory.transport import MemoryTransport

__all__ = ["MemoryBroker", "MemoryListener", "MemoryTransport", "Message", "QueueOptions"]
