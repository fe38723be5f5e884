"""What both ends of a connection of lines are, whatever carries it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

MAX_LINE = 1 << 20
"""Bytes in a line, without its newline. A longer one breaks the connection."""
MAX_UNSENT = 16 << 20
"""Bytes that may wait for a peer that does not read. More break the connection."""


class LineHandler(Protocol):
    """Hears one connection, on the loop. Must not block."""

    def line_received(self, line: bytes) -> None:
        """One line without its newline, in the order of sending."""

    def connection_lost(self) -> None:
        """Once, after the last line; not after this end's own ``close`` or ``abort``."""


class LineConnection(Protocol):
    """One end of a connection."""

    def send(self, line: bytes) -> None:
        """Send a line, which holds no newline, without waiting. On a connection that is gone it has no effect."""

    def close(self) -> None:
        """Let go once everything is sent. The handler hears nothing more. Idempotent."""

    def abort(self) -> None:
        """Break off: what is on its way may be lost. The handler hears nothing more. Idempotent."""


Accept: TypeAlias = Callable[[LineConnection], LineHandler]
"""Gives a new connection its handler; may send at once."""

Connect: TypeAlias = Callable[[Accept], Awaitable[LineConnection]]
"""Makes a connection, or raises ``OSError``."""
