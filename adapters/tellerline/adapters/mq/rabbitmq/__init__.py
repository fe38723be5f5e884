"""RabbitMQ through pika's asyncio connection: the asking side, the host's side, and the queues they need."""

from tellerline.adapters.mq.rabbitmq.listener import RabbitListener
from tellerline.adapters.mq.rabbitmq.topology import declare_request_queue
from tellerline.adapters.mq.rabbitmq.transport import RabbitTransport

__all__ = ["RabbitListener", "RabbitTransport", "declare_request_queue"]
