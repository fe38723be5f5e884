"""Requests that wait for their reply: one timer each, one end each, nothing that can hang."""

from __future__ import annotations

import asyncio
from functools import partial

from tellerline.adapters.clock import Clock, Timer
from tellerline.adapters.exchange import Exchanged, Fate, Unsolicited, UnsolicitedHandler

DEADLINE_OVER = Exchanged(Fate.NOT_SENT, reason="deadline_over")
NOT_CONNECTED = Exchanged(Fate.NOT_SENT, reason="not_connected")
BROKER_BLOCKED = Exchanged(Fate.NOT_SENT, reason="broker_blocked")
TOO_MANY_OUTSTANDING = Exchanged(Fate.NOT_SENT, reason="too_many_outstanding")
DUPLICATE_CORRELATION = Exchanged(Fate.NOT_SENT, reason="duplicate_correlation")
UNREPRESENTABLE = Exchanged(Fate.NOT_SENT, reason="unrepresentable")
UNROUTABLE = Exchanged(Fate.NOT_SENT, reason="unroutable")
BROKER_NACK = Exchanged(Fate.NOT_SENT, reason="broker_nack")
NO_REPLY = Exchanged(Fate.SENT_NO_REPLY, reason="no_reply")
CONNECTION_LOST = Exchanged(Fate.SENT_NO_REPLY, reason="connection_lost")
CLOSED = Exchanged(Fate.SENT_NO_REPLY, reason="closed")


class PendingReplies:
    """Ties replies to requests by correlation. To be used on the loop's thread only.

    Every request that was opened ends exactly once: by its reply, by ``settle``, by its deadline or by ``fail_all``.
    A reply that finds no request goes to ``on_unsolicited``, on a later pass of the loop.
    """

    def __init__(
        self, clock: Clock, on_unsolicited: UnsolicitedHandler, *, max_outstanding: int, max_reply_bytes: int
    ) -> None:
        self._clock = clock
        self._on_unsolicited = on_unsolicited
        self._max_outstanding = max_outstanding
        self._max_reply_bytes = max_reply_bytes
        self._waiting: dict[str, tuple[asyncio.Future[Exchanged], Timer]] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def refusal(self, correlation: str, remaining: float) -> Exchanged | None:
        """Why a request may not be sent now; None if it may."""
        if remaining <= 0:
            return DEADLINE_OVER
        if len(self._waiting) >= self._max_outstanding:
            return TOO_MANY_OUTSTANDING
        if correlation in self._waiting:
            return DUPLICATE_CORRELATION
        return None

    def open(self, correlation: str, remaining: float) -> asyncio.Future[Exchanged]:
        """Begin to wait, ``remaining`` seconds at most; the future only ever gets a result."""
        future: asyncio.Future[Exchanged] = asyncio.get_running_loop().create_future()
        timer = self._clock.call_later(remaining, partial(self.settle, correlation, NO_REPLY))
        self._waiting[correlation] = (future, timer)
        return future

    def settle(self, correlation: str, end: Exchanged) -> None:
        """End the wait of ``correlation``; does nothing if nobody waits for it."""
        entry = self._waiting.pop(correlation, None)
        if entry is not None:
            future, timer = entry
            timer.cancel()
            if not future.done():
                future.set_result(end)

    def forget(self, correlation: str, future: asyncio.Future[Exchanged]) -> None:
        """Stop waiting with ``future``, whose owner has gone; does nothing if it has ended."""
        entry = self._waiting.get(correlation)
        if entry is not None and entry[0] is future:
            entry[1].cancel()
            del self._waiting[correlation]

    def take_reply(self, correlation: str | None, body: bytes) -> None:
        """Hand a reply to whoever waits for it, or to ``on_unsolicited``."""
        if correlation is None or correlation not in self._waiting:
            unsolicited = Unsolicited(correlation or "", body[: self._max_reply_bytes])
            asyncio.get_running_loop().call_soon(self._on_unsolicited, unsolicited)
        elif len(body) > self._max_reply_bytes:
            self.settle(correlation, Exchanged(Fate.REPLIED_UNREADABLE, body[: self._max_reply_bytes], "oversized"))
        else:
            self.settle(correlation, Exchanged(Fate.REPLIED, body))

    def fail_all(self, end: Exchanged) -> None:
        """End every wait in the same way."""
        for correlation in list(self._waiting):
            self.settle(correlation, end)
