"""Frames off a transport, within a fixed room for each connection; and answers onto it."""

from __future__ import annotations

import asyncio
import math
from typing import Any, Final, cast

from tellerline.adapters.clock import Clock, Timer
from tellerline.gateway.channels.iso8583.framing import BadLengthError, Framing

_MOST_UNREAD: Final = 64 * 1024
_MOST_TOGETHER: Final = 16 * 1024
_EARLY_S: Final = 0.001
"""How much earlier than asked for a clock may call."""


class GoneError(Exception):
    """No frame comes any more. ``why`` is a stable word."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Wire(asyncio.BufferedProtocol):
    """One connection's bytes. For one reader at a time.

    Nothing is read beyond the room for two frames: a peer that sends faster waits. A peer that does not take its
    answers is cut off.
    """

    def __init__(self, framing: Framing, clock: Clock) -> None:
        self._framing = framing
        self._clock = clock
        self._room = bytearray(2 * (framing.header_bytes + framing.most))
        self._view = memoryview(self._room)
        self._loop = asyncio.get_running_loop()
        self._head = framing.header_bytes
        self._filled = 0
        self._idle = 0.0
        self._idle_from = math.inf
        self._patience: Timer | None = None
        self._full = False
        self._why = ""
        self._hurried = False
        self._news: asyncio.Future[None] | None = None
        self._rest: asyncio.Future[None] | None = None
        self._transport: asyncio.Transport | None = None
        self._leaving: list[bytes] = []
        self._leaving_bytes = 0

    @property
    def ended(self) -> bool:
        """Whether ``frame`` would raise."""
        return bool(self._why)

    async def frame(self, idle: float, half: float) -> tuple[bytes, bytes]:
        """The next frame's TPDU, for the answer, and its message. Raises ``GoneError``.

        The first byte may take ``idle`` seconds (``idle``), the rest ``half`` (``half_frame``).
        """
        hasty: Timer | None = None
        self._idle, self._idle_from = idle, self._clock.monotonic()
        if self._patience is None and not self._why:
            self._patience = self._clock.call_later(idle, self._lose_patience)
        try:
            while True:
                if self._why:
                    raise GoneError(self._why)
                found = self._cut()
                if found is not None:
                    return found
                if self._filled and hasty is None:
                    self._idle_from = math.inf
                    hasty = self._clock.call_later(half, lambda: self.end("half_frame"))
                self._news = self._loop.create_future()
                await self._news
        except BadLengthError:
            self.end("bad_length")
            raise GoneError(self._why) from None
        finally:
            self._idle_from = math.inf
            if hasty is not None:
                hasty.cancel()

    async def rest(self, seconds: float) -> None:
        """Let the peer wait. Returns after so long, or when ``end`` is called, even for another time.

        At once if it has been called more than once before.
        """
        if seconds <= 0 or self._hurried:
            return
        self._rest = self._loop.create_future()
        over = self._clock.call_later(seconds, lambda: _wake(self._rest))
        try:
            await self._rest
        finally:
            over.cancel()

    def write(self, tpdu: bytes, message: bytes) -> None:
        """Send one frame; returns at once. Nothing happens on a connection that is gone.

        Frames that are ready at the same moment leave together.
        """
        if self._transport is None or self._transport.is_closing():
            return
        frame = self._framing.framed(tpdu, message)
        if not self._leaving:
            self._loop.call_soon(self._flush)
        self._leaving.append(frame)
        self._leaving_bytes += len(frame)
        if self._leaving_bytes > _MOST_TOGETHER:
            self._flush()

    def end(self, why: str) -> None:
        """Let ``frame`` raise from now on. Idempotent; the first reason counts."""
        self._hurried = bool(self._why)
        self._why = self._why or why
        if self._patience is not None:
            self._patience.cancel()
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()
        _wake(self._news)
        _wake(self._rest)

    def close(self) -> None:
        """Give the connection back, once what was written has gone out; who does not take it is not waited for."""
        if self._patience is not None:
            self._patience.cancel()
        if self._transport is not None:
            self._flush()
            self._transport.close()
            self._clock.call_later(1.0, self._transport.abort)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.end("left")

    def eof_received(self) -> bool:
        """Answers to what came before may still go out."""
        self.end("left")
        return True

    def get_buffer(self, sizehint: int) -> Any:
        return self._view[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        self._filled += nbytes
        if self._filled == len(self._room) and self._transport is not None:
            self._full = True
            self._transport.pause_reading()
        _wake(self._news)

    def _cut(self) -> tuple[bytes, bytes] | None:
        """The first whole frame of what has come. Raises ``BadLengthError`` as soon as its header has."""
        room, head, filled = self._room, self._head, self._filled
        if filled < head:
            return None
        end = head + self._framing.length(bytes(room[:head]))
        if filled < end:
            return None
        body = bytes(room[head:end])
        self._filled = filled - end
        if filled > end:
            room[: filled - end] = room[end:filled]
        if self._full and self._transport is not None:
            self._full = False
            self._transport.resume_reading()
        return self._framing.opened(body)

    def _flush(self) -> None:
        frames, self._leaving, self._leaving_bytes = self._leaving, [], 0
        transport = self._transport
        if not frames or transport is None or transport.is_closing():
            return
        transport.write(frames[0] if len(frames) == 1 else b"".join(frames))
        if transport.get_write_buffer_size() > _MOST_UNREAD:
            self.end("does_not_read")
            transport.abort()

    def _lose_patience(self) -> None:
        """One timer for many frames: when it is over, it is set again for what is left since the last one came."""
        left = self._idle + min(0.0, self._idle_from - self._clock.monotonic())
        if left <= _EARLY_S:
            self.end("idle")
        else:
            self._patience = self._clock.call_later(left, self._lose_patience)


def _wake(waiting: asyncio.Future[None] | None) -> None:
    if waiting is not None and not waiting.done():
        waiting.set_result(None)
