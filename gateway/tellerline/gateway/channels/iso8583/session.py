"""What one connection has proved, and holds for as long as it lives."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from tellerline.gateway.channels.iso8583.hsm.port import SessionKeys
from tellerline.gateway.channels.iso8583.terminals import Terminal
from tellerline.gateway.channels.iso8583.work.proofs import Proof


@dataclass(slots=True)
class Session:
    """``terminal`` is whose keys these are; it is proved by the first MAC under them, which ``signed_on`` needs.

    ``proof`` is the card whose PIN was right last; ``proving`` lets one PIN be compared at a time. ``unopened`` counts
    PIN blocks that did not open under these keys, which are ``opening`` one at a time; after ``strikes`` of them these
    keys open no other.
    """

    address: str
    terminal: Terminal | None = None
    keys: SessionKeys | None = None
    signed_on: bool = False
    strikes: int = 5
    unopened: int = 0
    proof: Proof | None = field(default=None, repr=False)
    proving: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    opening: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    @property
    def opens_pins(self) -> bool:
        return self.keys is not None and self.unopened < self.strikes
