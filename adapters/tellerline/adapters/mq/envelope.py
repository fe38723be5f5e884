"""What both ends of a queue agree on besides the body: names, the content type, and who may be answered."""

from __future__ import annotations

CONTENT_TYPE = "application/octet-stream"
"""The only content type that is handed on; a body that claims to be anything else is never opened."""

REPLY_PREFIX = "tellerline.reply."
"""Every named reply queue begins with this."""

DIRECT_REPLY_PREFIX = "amq.rabbitmq.reply-to."
"""Reply addresses that the broker itself made for a channel; they cannot name a queue."""

DEAD_SUFFIX = ".dead"
"""The dead-letter queue of a request queue is named after it."""


def refusal(content_type: str | None, correlation: str | None, reply_to: str | None) -> str:
    """Why a request must be dead-lettered unread, as a stable word; empty when its envelope is in order."""
    if content_type != CONTENT_TYPE:
        return "content_type"
    if not correlation:
        return "no_correlation"
    if not reply_to or not reply_to.startswith((REPLY_PREFIX, DIRECT_REPLY_PREFIX)):
        return "reply_to"
    return ""
