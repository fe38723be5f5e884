"""Request/reply over message queues: RabbitMQ and an in-process broker alike; bodies are opaque bytes."""
