"""The one promise every transport makes: a request's fate, stated as what is known and no more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Fate(StrEnum):
    """What is known about one request after the wire is done with it.

    Only ``NOT_SENT`` proves that the host did nothing, and only ``REPLIED`` hands over an answer; the other two
    leave the effect at the host unknown (``faults.md``, "Timeouts, exactly").
    """

    NOT_SENT = "NOT_SENT"
    """Refused before the first byte: connection refused, unroutable, nack, deadline already over."""
    SENT_NO_REPLY = "SENT_NO_REPLY"
    """At least one byte may have left; no reply came before the deadline, or the connection died."""
    REPLIED = "REPLIED"
    """A complete, correlated reply of the right shape came; the connector may parse it."""
    REPLIED_UNREADABLE = "REPLIED_UNREADABLE"
    """Something came back that is not a readable, correlated reply: truncated, HTML, oversized, forbidden XML."""


@dataclass(slots=True, kw_only=True)
class WireRequest:
    """Bytes to send, with what a transport needs to address and correlate them.

    ``operation`` is the name the wire uses for routing (SOAPAction or message type). ``correlation`` is echoed by the
    host and ties a reply to this request; it is unique per attempt. ``durable`` asks for persistence and a publisher
    confirm where the technology has them: every request that changes something sets it. ``trace`` is a W3C
    ``traceparent`` to send along, empty for none.
    """

    body: bytes
    operation: str
    correlation: str
    durable: bool = False
    trace: str = ""


@dataclass(slots=True)
class Exchanged:
    """A fate with its evidence. ``reason`` is a stable lower-case word for metrics and the journal, never free text."""

    fate: Fate
    body: bytes = b""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Unsolicited:
    """A reply that nobody was waiting for: late, duplicate or with an unknown correlation. Evidence, never an error."""

    correlation: str
    body: bytes = field(repr=False)


UnsolicitedHandler = Callable[[Unsolicited], None]


class Transport(Protocol):
    """Request/reply with one counterpart.

    ``exchange`` never raises for anything the wire does (only ``CancelledError`` passes through, and then the request
    may have been sent); it returns by ``deadline``, a reading of the injected clock's ``monotonic``. It never retries.
    It may be called concurrently; replies may arrive in any order.
    """

    async def start(self) -> None:
        """Prepare the connection; a counterpart that is down is not an error, its fate shows at the exchange."""

    async def close(self) -> None:
        """Stop; exchanges still waiting end with ``SENT_NO_REPLY``. Idempotent."""

    async def exchange(self, request: WireRequest, deadline: float) -> Exchanged:
        """Send and wait; see the class for the promise."""
