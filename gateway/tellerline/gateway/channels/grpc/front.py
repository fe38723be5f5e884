"""What every front promises, and the limits that it keeps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """PEM files. With ``client_authority`` every client must present a certificate that it signed (mutual TLS)."""

    certificate: Path
    key: Path
    client_authority: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontSettings:
    """Where a front listens and what it refuses.

    ``port`` 0 takes a free one; ``reuse_port`` lets several processes share it. ``message_limit`` bounds a request
    after decompression, in bytes; ``metadata_limit`` what a caller may send beside it, counted as gRPC does: name +
    value + 32 for each entry. ``running_calls`` bounds handlers at work in this process, whatever became of their
    callers. Times are in seconds: a call without a deadline gets ``default_deadline``, none gets more than
    ``maximum_deadline``; a client may leave a reply unread for ``stalled_after``, where the library can tell.
    ``reflection`` shows the schema to anyone: for development only.
    """

    address: str = "127.0.0.1"
    port: int = 0
    tls: TlsFiles | None = None
    reuse_port: bool = False
    reflection: bool = False
    default_deadline: float = 10.0
    maximum_deadline: float = 60.0
    message_limit: int = 4 * _MEBIBYTE
    metadata_limit: int = 8192
    running_calls: int = 1024
    streams_per_connection: int = 256
    connections: int = 4096
    idle_timeout: float = 1800.0
    handshake_timeout: float = 5.0
    stalled_after: float = 5.0

    def __post_init__(self) -> None:
        if not 0 < self.default_deadline <= self.maximum_deadline:
            raise ValueError("a front needs 0 < default_deadline <= maximum_deadline")
        if min(self.message_limit, self.metadata_limit, self.running_calls, self.streams_per_connection) <= 0:
            raise ValueError("a front's limits are positive")


class Front(Protocol):
    """Serves services on one port of one process, from ``start`` until ``drain``; not to be started again."""

    async def start(self) -> int:
        """Listen and return the port. Raises ``OSError`` when the address cannot be had."""

    async def drain(self, grace: float) -> None:
        """Report NOT_SERVING, accept nothing new, let running calls end, and return when they have.

        After ``grace`` seconds what still runs is cancelled and its callers get UNAVAILABLE. Idempotent.
        """
