"""Secret digits in a box that only the connector can open which asked for them."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tellerline.adapters.clock import Randomness

_PURPOSE = b"tellerline softswitch digits 1"
_ONCE = bytes(12)


def box(digits: bytes, key: X25519PublicKey, collection: str, randomness: Randomness) -> bytes:
    """An ephemeral public key of 32 bytes, then the digits under the key agreed on, bound to the collection."""
    ephemeral = X25519PrivateKey.from_private_bytes(randomness.bytes(32))
    ours, theirs = ephemeral.public_key().public_bytes_raw(), key.public_bytes_raw()
    agreed = HKDF(SHA256(), 32, salt=ours + theirs, info=_PURPOSE).derive(ephemeral.exchange(key))
    return ours + ChaCha20Poly1305(agreed).encrypt(_ONCE, digits, collection.encode())
