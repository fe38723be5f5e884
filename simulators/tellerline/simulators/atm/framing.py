"""Frames on a stream: a length, an address where a terminal concentrator wants one, a message."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

_ADDRESS = bytes.fromhex("6000010000")
"""To network 0001, from 0000; answers carry the two exchanged."""


@dataclass(frozen=True, slots=True)
class Framing:
    """``length`` is ``binary2`` (most significant byte first) or ``ascii4`` (digits); it counts what follows it."""

    length: str = "binary2"
    tpdu: bool = False

    def framed(self, message: bytes) -> bytes:
        """The message as it goes out; raises ``ValueError`` when it is too long for its length header."""
        body = _ADDRESS + message if self.tpdu else message
        longest = 9_999 if self.length == "ascii4" else 0xFFFF
        if len(body) > longest:
            raise ValueError(f"a frame holds at most {longest} bytes")
        return (b"%04d" % len(body) if self.length == "ascii4" else len(body).to_bytes(2)) + body

    async def next(self, reader: asyncio.StreamReader) -> bytes | None:
        """The next whole frame; nothing when the stream ended or broke off, between frames or within one."""
        try:
            header = await reader.readexactly(4 if self.length == "ascii4" else 2)
            count = int(header) if self.length == "ascii4" else int.from_bytes(header)
            return header + await reader.readexactly(count)
        except (asyncio.IncompleteReadError, ConnectionError, ValueError):
            return None

    def message(self, frame: bytes) -> bytes:
        """What the frame carries."""
        return frame[(4 if self.length == "ascii4" else 2) + (len(_ADDRESS) if self.tpdu else 0) :]
