"""Keys for secret digits: the switch locks them in, and only the process that asked for them can open."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tellerline.adapters.clock import Randomness

_INFO = b"tellerline softswitch digits 1"
_NONCE = bytes(12)
_KEY_BYTES = 32


class BoxKey:
    """The key of one collection. It is never written anywhere; with it, the digits are gone."""

    def __init__(self, randomness: Randomness) -> None:
        self._private = X25519PrivateKey.from_private_bytes(randomness.bytes(_KEY_BYTES))

    @property
    def public(self) -> bytes:
        return self._private.public_key().public_bytes_raw()

    def open(self, box: bytes, collection: str) -> str:
        """The digits. ``ValueError`` for a box that was not made for this key and collection."""
        sender, locked = box[:_KEY_BYTES], box[_KEY_BYTES:]
        shared = self._private.exchange(X25519PublicKey.from_public_bytes(sender))
        key = HKDF(SHA256(), _KEY_BYTES, salt=sender + self.public, info=_INFO).derive(shared)
        try:
            return ChaCha20Poly1305(key).decrypt(_NONCE, locked, collection.encode()).decode("ascii")
        except InvalidTag:
            raise ValueError("not a box of this collection") from None
