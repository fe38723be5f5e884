"""A security module in software, for development: clear keys in the process's memory."""

from __future__ import annotations

import hmac
from functools import lru_cache
from pathlib import Path
from typing import Final

from cachetools import LRUCache
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.cmac import CMAC
from psec import mac as psec_mac

from tellerline.adapters.clock import Randomness
from tellerline.gateway.channels.iso8583.hsm import key_blocks, pin_blocks
from tellerline.gateway.channels.iso8583.hsm.key_blocks import ClearKey
from tellerline.gateway.channels.iso8583.hsm.port import Algorithm, HeldKey, HsmError, SessionKeys

_MAC_BYTES: Final = 8
_KEY_BYTES: Final = 16
_ZERO_PADDING: Final = 1
_REMEMBERED: Final = 8192
_OWN_KEY_BYTES: Final = 32


def read_own_key(file: Path) -> ClearKey:
    """The module's own key, 64 hexadecimal digits in a file. Raises ``HsmError``; ``OSError`` if unreadable."""
    try:
        secret = bytes.fromhex(file.read_text("ascii").strip())
    except (ValueError, UnicodeDecodeError):
        secret = b""
    if len(secret) != _OWN_KEY_BYTES:
        raise HsmError(f"{file}: not an AES-256 key of 64 hexadecimal digits")
    return ClearKey("AES", key_blocks.MASTER, secret)


class SoftwareHsm:
    """Keeps the promises of ``Hsm``, but not a module's secrets: whoever reads this process's memory has them.

    Raises ``HsmError`` where it is asked to serve in production. ``randomness`` must be fit for secrets outside tests.
    """

    def __init__(self, own_key: ClearKey, randomness: Randomness, *, production: bool) -> None:
        if production:
            raise HsmError("the software HSM is for development: it does not serve in production")
        self._own = own_key
        self._randomness = randomness
        self._opened: LRUCache[str, ClearKey] = LRUCache(_REMEMBERED)
        self._cmac = lru_cache(_REMEMBERED)(self._prepared_cmac)
        self._opener = lru_cache(_REMEMBERED)(self._prepared_opener)

    async def check_master(self, master: str) -> Algorithm:
        return self._key(master, key_blocks.MASTER).algorithm

    async def new_session(self, master: str) -> SessionKeys:
        protection = self._key(master, key_blocks.MASTER)
        mac = self._fresh(protection.algorithm, key_blocks.MAC[protection.algorithm])
        pin = self._fresh(protection.algorithm, key_blocks.PIN)
        return SessionKeys(
            mac=HeldKey(mac.algorithm, key_blocks.wrapped(self._own, mac, "C")),
            pin=HeldKey(pin.algorithm, key_blocks.wrapped(self._own, pin, "D")),
            mac_for_terminal=key_blocks.wrapped(protection, mac, "C"),
            pin_for_terminal=key_blocks.wrapped(protection, pin, "E"),
        )

    async def mac(self, key: HeldKey, data: bytes) -> bytes:
        return self._mac(key, data)

    async def check_mac(self, key: HeldKey, data: bytes, mac: bytes) -> bool:
        return hmac.compare_digest(self._mac(key, data), mac)

    async def clear_pin(self, key: HeldKey, block: bytes, pan: str) -> str:
        return self._opener(key.block)(block, pan)

    async def translate_pin(
        self, key: HeldKey, block: bytes, pan: str, *, target: HeldKey, target_format: int
    ) -> bytes:
        held, goal = self._key(key.block, key_blocks.PIN), self._key(target.block, key_blocks.PIN)
        pin_blocks.check_translation(pin_blocks.FORMAT_OF[held.algorithm], target_format)
        if pin_blocks.FORMAT_OF[goal.algorithm] != target_format:
            raise HsmError(f"a block of format {target_format} is not made with a {goal.algorithm} key")
        return pin_blocks.sealed(goal.algorithm, goal.secret, self._opener(key.block)(block, pan), pan)

    def _mac(self, key: HeldKey, data: bytes) -> bytes:
        if key.algorithm == "AES":
            running = self._cmac(key.block).copy()
            running.update(data)
            return running.finalize()[:_MAC_BYTES]
        secret = self._key(key.block, key_blocks.MAC["TDES"]).secret
        return psec_mac.generate_retail_mac(secret[:8], secret[8:16], data, _ZERO_PADDING)

    def _fresh(self, algorithm: Algorithm, usage: str) -> ClearKey:
        return ClearKey(algorithm, usage, self._randomness.bytes(_KEY_BYTES))

    def _key(self, block: str, usage: str) -> ClearKey:
        known = self._opened.get(block)
        if known is None:
            known = self._opened[block] = key_blocks.unwrapped(self._own, block, (usage,))
        if known.usage != usage:
            raise HsmError(f"a key for {known.usage}, not for {usage}")
        return known

    def _prepared_opener(self, block: str) -> pin_blocks.Opener:
        held = self._key(block, key_blocks.PIN)
        return pin_blocks.opener(held.algorithm, held.secret)

    def _prepared_cmac(self, block: str) -> CMAC:
        return CMAC(algorithms.AES(self._key(block, key_blocks.MAC["AES"]).secret))
