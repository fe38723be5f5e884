"""What the channel asks of a hardware security module. No key and no PIN leaves it but as said here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

Algorithm = Literal["AES", "TDES"]


class HsmError(Exception):
    """The module cannot do it: a key that is not for this, a block that is none. Its text holds no key and no PIN."""


class PinBlockError(Exception):
    """A PIN block that does not open: another key, another card number, another format."""


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A key as its user keeps it: a TR-31 block under the module's own key, of no use to anybody else."""

    algorithm: Algorithm
    block: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """Fresh keys of one connection: two for us, and the same two as TR-31 blocks under the terminal's master key."""

    mac: HeldKey
    pin: HeldKey
    mac_for_terminal: str = field(repr=False)
    pin_for_terminal: str = field(repr=False)


class Hsm(Protocol):
    """A module may be across a network: every call may wait. All raise ``HsmError`` beside what they say."""

    async def check_master(self, master: str) -> Algorithm:
        """The algorithm of a terminal's master key, given as TR-31 block under the module's own key."""

    async def new_session(self, master: str) -> SessionKeys:
        """Fresh keys for a MAC and for PINs, of the master key's algorithm."""

    async def mac(self, key: HeldKey, data: bytes) -> bytes:
        """Eight bytes: AES-CMAC cut short, or ANSI X9.19."""

    async def check_mac(self, key: HeldKey, data: bytes, mac: bytes) -> bool:
        """Whether ``mac`` is that of ``data``; takes the same time wherever they differ."""

    async def clear_pin(self, key: HeldKey, block: bytes, pan: str) -> str:
        """The PIN of a block of format 4 (AES) or 0 (TDES), bound to ``pan``. Raises ``PinBlockError``."""

    async def translate_pin(
        self, key: HeldKey, block: bytes, pan: str, *, target: HeldKey, target_format: int
    ) -> bytes:
        """The same PIN for the same card under another key. Raises ``PinBlockError``.

        From a format that is bound to a card (0, 3, 4) never into one that is not (1, 2): that is ``HsmError``.
        """
