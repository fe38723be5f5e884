"""The host's side of a request queue, whichever broker carries it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from enum import Enum
from typing import Protocol

_log = logging.getLogger(__name__)


class Settlement(Enum):
    """What becomes of a request that was handed over."""

    ACK = "ack"
    NACK = "nack"
    DEAD_LETTER = "dead_letter"


class Desk(Protocol):
    """Where one connection's deliveries are answered and settled. Does nothing once that connection is gone."""

    def send_reply(self, request: InboundRequest, body: bytes) -> None: ...

    def settle(self, request: InboundRequest, settlement: Settlement) -> None: ...


class InboundRequest:
    """One request as it came off the queue. It stays with this consumer until it is settled.

    A request that is never settled, or whose consumer dies, is delivered again with ``redelivered`` set; after the
    queue's delivery limit the broker dead-letters it.
    """

    __slots__ = (
        "_desk",
        "_settled",
        "body",
        "correlation",
        "durable",
        "message_type",
        "redelivered",
        "reply_to",
        "tag",
    )

    def __init__(
        self,
        desk: Desk,
        tag: int,
        body: bytes,
        *,
        correlation: str,
        reply_to: str,
        message_type: str,
        redelivered: bool,
        durable: bool,
    ) -> None:
        self._desk = desk
        self._settled = False
        self.tag = tag
        self.body = body
        self.correlation = correlation
        self.reply_to = reply_to
        self.message_type = message_type
        self.redelivered = redelivered
        self.durable = durable

    def reply(self, body: bytes) -> None:
        """Send ``body`` to whoever asked, as durable as the request was. May be repeated; settles nothing."""
        self._desk.send_reply(self, body)

    def ack(self) -> None:
        """The request is dealt with. Settling again, in any way, does nothing."""
        self._settle(Settlement.ACK)

    def nack(self) -> None:
        """Give the request back to be delivered again."""
        self._settle(Settlement.NACK)

    def dead_letter(self) -> None:
        """Move the request to the dead-letter queue: it can never be understood."""
        self._settle(Settlement.DEAD_LETTER)

    def _settle(self, settlement: Settlement) -> None:
        if not self._settled:
            self._settled = True
            self._desk.settle(self, settlement)


Handler = Callable[[InboundRequest], Awaitable[None]]
"""Deals with one request, settling it. One that raises gives the request back (``nack``)."""


class QueueListener(Protocol):
    """Consumes one request queue.

    Requests whose envelope is not in order (foreign content type, no correlation, a reply address outside the agreed
    prefix) are dead-lettered unread and counted in ``refused``. Handlers run concurrently, ``prefetch`` at most.
    """

    @property
    def refused(self) -> Mapping[str, int]:
        """How many requests were dead-lettered unread, by reason."""

    async def start(self, handler: Handler) -> None:
        """Declare the queue with its dead-letter queue and consume; goes on by itself after the broker was away."""

    async def close(self) -> None:
        """Stop consuming, cancel handlers still running; what they had not settled goes back. Idempotent."""


class HandlerTasks:
    """Runs a handler as one task per request."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._running: set[asyncio.Task[None]] = set()

    def run(self, request: InboundRequest) -> None:
        task = asyncio.get_running_loop().create_task(self._guarded(request))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def cancel(self) -> None:
        """Cancel what is running, but for the caller's own task, and wait until it is over."""
        running = self._running - {asyncio.current_task()}
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _guarded(self, request: InboundRequest) -> None:
        try:
            await self._handler(request)
        except Exception:
            _log.exception("request handler failed; the request goes back to its queue")
            request.nack()
