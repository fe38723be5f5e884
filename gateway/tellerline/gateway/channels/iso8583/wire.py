"""Frames off a transport, within a fixed room for each connection; and answers onto it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, cast

from tellerline.adapters.clock import Clock, Timer
from tellerline.gateway.channels.iso8583.framing import BadLengthError, Framing

_MOST_UNREAD: Final = 64 * 1024
_MOST_TOGETHER: Final = 16 * 1024


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

    def __init__(self, framing: Framing, clock: Clock, accepted: Callable[[Wire], None]) -> None:
        self._framing = framing
        self._clock = clock
        self._accepted = accepted
        self._room = bytearray(2 * (framing.header_bytes + framing.most))
        self._filled = 0
        self._full = False
        self._why = ""
        self._news: asyncio.Future[None] | None = None
        self._transport: asyncio.Transport | None = None
        self._leaving: list[bytes] = []
        self._leaving_bytes = 0
        self.address = ""

    async def frame(self, idle: float, half: float) -> tuple[bytes, bytes]:
        """The next frame's TPDU, for the answer, and its message. Raises ``GoneError``.

        The first byte may take ``idle`` seconds (``idle``), the rest ``half`` (``half_frame``).
        """
        timer, begun = self._expiring(idle, "idle"), False
        try:
            while True:
                if self._why:
                    raise GoneError(self._why)
                found = self._cut()
                if found is not None:
                    return found
                if self._filled and not begun:
                    timer.cancel()
                    timer, begun = self._expiring(half, "half_frame"), True
                self._news = asyncio.get_running_loop().create_future()
                await self._news
        except BadLengthError:
            self.end("bad_length")
            raise GoneError(self._why) from None
        finally:
            timer.cancel()

    def write(self, tpdu: bytes, message: bytes) -> None:
        """Send one frame; returns at once. Nothing happens on a connection that is gone.

        Frames that are ready at the same moment leave together.
        """
        if self._transport is None or self._transport.is_closing():
            return
        frame = self._framing.framed(tpdu, message)
        if not self._leaving:
            asyncio.get_running_loop().call_soon(self._flush)
        self._leaving.append(frame)
        self._leaving_bytes += len(frame)
        if self._leaving_bytes > _MOST_TOGETHER:
            self._flush()

    def end(self, why: str) -> None:
        """Let ``frame`` raise from now on. Idempotent; the first reason counts."""
        self._why = self._why or why
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()
        self._wake()

    def close(self) -> None:
        """Give the connection back, once what was written has gone out; who does not take it is not waited for."""
        if self._transport is not None:
            self._flush()
            self._transport.close()
            self._clock.call_later(1.0, self._transport.abort)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        self.address = f"{peer[0]}:{peer[1]}" if peer else ""
        self._accepted(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.end("left")

    def eof_received(self) -> bool:
        """Answers to what came before may still go out."""
        self.end("left")
        return True

    def get_buffer(self, sizehint: int) -> Any:
        return memoryview(self._room)[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        self._filled += nbytes
        if self._filled == len(self._room) and self._transport is not None:
            self._full = True
            self._transport.pause_reading()
        self._wake()

    def _cut(self) -> tuple[bytes, bytes] | None:
        """The first whole frame of what has come. Raises ``BadLengthError`` as soon as its header has."""
        head = self._framing.header_bytes
        if self._filled < head:
            return None
        end = head + self._framing.length(bytes(self._room[:head]))
        if self._filled < end:
            return None
        body = bytes(self._room[head:end])
        self._room[: self._filled - end] = self._room[end : self._filled]
        self._filled -= end
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

    def _expiring(self, seconds: float, why: str) -> Timer:
        return self._clock.call_later(seconds, lambda: self.end(why))

    def _wake(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)
