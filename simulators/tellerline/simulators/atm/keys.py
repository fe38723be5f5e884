"""What a machine does with keys: it unwraps them, hides PINs under them and proves that nobody changed a message."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.cmac import CMAC
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from psec import tr31

from tellerline.adapters.clock import Randomness

MAC_BYTES = 8
_NONCE = 12
_CMAC, _X919, _PIN_KEY = "M6", "M3", "P0"


class KeyRefusedError(ValueError):
    """A key block is not for this machine, or not for this use. Holds nothing of the key."""


@dataclass(frozen=True, slots=True, repr=False)
class MasterKey:
    """The one key that somebody carried to the machine. ``aes`` or else TDES."""

    key: bytes
    aes: bool

    @classmethod
    def from_hex(cls, text: str) -> Self:
        """32 or 64 hexadecimal digits are an AES key; ``tdes:`` before 32 or 48 is one of double or triple length."""
        kind, _, digits = text.strip().rpartition(":")
        try:
            key = bytes.fromhex(digits)
        except ValueError:
            raise KeyRefusedError("the master key is not hexadecimal") from None
        if kind not in ("", "tdes", "aes") or len(key) not in ((16, 24) if kind == "tdes" else (16, 32)):
            raise KeyRefusedError("the master key is of no known length")
        return cls(key, kind != "tdes")

    def session(self, mac_block: str, pin_block: str) -> SessionKeys:
        """The keys of a session from their TR-31 blocks; raises ``KeyRefusedError``."""
        usage = _CMAC if self.aes else _X919
        return SessionKeys(self._unwrap(mac_block, usage, "C"), self._unwrap(pin_block, _PIN_KEY, "E"), self.aes)

    def seal(self, text: str, randomness: Randomness) -> str:
        """``text`` as hexadecimal digits that only this key's holder reads."""
        nonce = randomness.bytes(_NONCE)
        return (nonce + AESGCM(self._storage_key()).encrypt(nonce, text.encode(), None)).hex()

    def unseal(self, sealed: str) -> str:
        """What was sealed; raises ``KeyRefusedError`` if that was under another key."""
        data = bytes.fromhex(sealed)
        try:
            return AESGCM(self._storage_key()).decrypt(data[:_NONCE], data[_NONCE:], None).decode()
        except InvalidTag:
            raise KeyRefusedError("sealed under another master key") from None

    def _storage_key(self) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"cash machine's own storage").derive(self.key)

    def _unwrap(self, block: str, usage: str, mode: str) -> bytes:
        try:
            header, key = tr31.unwrap(self.key, block)
        except (tr31.KeyBlockError, tr31.HeaderError, ValueError):
            raise KeyRefusedError("a session key's block cannot be opened") from None
        if (header.key_usage, header.mode_of_use, len(key)) != (usage, mode, 16):
            raise KeyRefusedError("a session key is for another use")
        return key


@dataclass(frozen=True, slots=True, repr=False)
class SessionKeys:
    """Keys of one connection: AES-128 each, or TDES of double length."""

    mac_key: bytes
    pin_key: bytes
    aes: bool

    def mac(self, data: bytes) -> bytes:
        """AES-CMAC, its first eight bytes; or ANSI X9.19."""
        if self.aes:
            cmac = CMAC(algorithms.AES(self.mac_key))
            cmac.update(data)
            return cmac.finalize()[:MAC_BYTES]
        return _retail_mac(self.mac_key, data)

    def believes(self, data: bytes, mac: bytes) -> bool:
        return hmac.compare_digest(self.mac(data), mac)

    def pin_block(self, pin: str, card: str, randomness: Randomness) -> bytes:
        """The PIN for the acquirer's eyes: ISO 9564 format 4 (16 bytes) under AES, format 0 (8 bytes) under TDES."""
        if self.aes:
            return _format_4(pin, card, _ecb(algorithms.AES(self.pin_key)), randomness)
        return _ecb(_tdes(self.pin_key))(_xor(_pin_field(pin, "0", "F" * 14), bytes.fromhex("0000" + card[-13:-1])))


def _format_4(pin: str, card: str, encrypt: Callable[[bytes], bytes], randomness: Randomness) -> bytes:
    filled = _pin_field(pin, "4", "A" * 14) + randomness.bytes(8)
    account = card.rjust(12, "0")
    number = f"{len(account) - 12}{account}".ljust(32, "0")
    return encrypt(_xor(encrypt(filled), bytes.fromhex(number)))


def _pin_field(pin: str, form: str, filler: str) -> bytes:
    return bytes.fromhex(form + f"{len(pin):X}" + (pin + filler)[:14])


def _retail_mac(key: bytes, data: bytes) -> bytes:
    """ISO 9797-1 algorithm 3, padding 1: single DES along the data, triple at its end."""
    padded = data + bytes(-len(data) % 8)
    first = _ecb(_tdes(key[:8]))
    state = bytes(8)
    for at in range(0, len(padded), 8):
        state = first(_xor(state, padded[at : at + 8]))
    undo = Cipher(_tdes(key[8:]), modes.ECB()).decryptor()  # noqa: S305 the standard's own construction
    return first(undo.update(state))


def _tdes(key: bytes) -> TripleDES:
    """Triple DES with a key of 8 or 16 bytes repeated to 24; of 8 bytes it is single DES."""
    return TripleDES(key * 3 if len(key) == 8 else key + key[:8])


def _ecb(algorithm: algorithms.AES | TripleDES) -> Callable[[bytes], bytes]:
    return Cipher(algorithm, modes.ECB()).encryptor().update  # noqa: S305 the standards encrypt single blocks


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(left, right, strict=True))
