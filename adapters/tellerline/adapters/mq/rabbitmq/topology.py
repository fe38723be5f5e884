"""The queues of the large form: quorum queues for requests, with dead letters and a delivery limit."""

from __future__ import annotations

from tellerline.adapters.mq.envelope import DEAD_SUFFIX
from tellerline.adapters.mq.rabbitmq.link import Channel, Link

REPLY_QUEUE_EXPIRES_MS = 600_000
"""A reply queue that nobody consumes is deleted after this long; until then late replies wait in it."""


async def declare_request_queue(
    link: Link, channel: Channel, queue: str, *, delivery_limit: int = 5, max_length: int | None = None
) -> None:
    """Declare a replicated request queue and its dead-letter queue; raises ``BrokerUnavailableError`` if refused.

    A request that came back ``delivery_limit`` times, was rejected, or expired goes to ``<queue>.dead``, and leaves
    the request queue only once it has arrived there. A full queue refuses (nack) instead of dropping.
    """
    dead = queue + DEAD_SUFFIX
    await link.call(channel.queue_declare, dead, durable=True, arguments={"x-queue-type": "quorum"})
    arguments: dict[str, object] = {
        "x-queue-type": "quorum",
        "x-delivery-limit": delivery_limit,
        "x-overflow": "reject-publish",
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": dead,
        "x-dead-letter-strategy": "at-least-once",
    }
    if max_length is not None:
        arguments["x-max-length"] = max_length
    await link.call(channel.queue_declare, queue, durable=True, arguments=arguments)


async def declare_reply_queue(link: Link, channel: Channel, queue: str) -> None:
    """Declare the durable reply queue of one client; it outlives its connection and a restart of the broker."""
    await link.call(channel.queue_declare, queue, durable=True, arguments={"x-expires": REPLY_QUEUE_EXPIRES_MS})
