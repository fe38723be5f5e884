"""PIN blocks of ISO 9564: format 0 under TDES, format 4 under AES, and which may become which."""

from __future__ import annotations

from typing import Final

from psec import des, pinblock

from tellerline.gateway.channels.iso8583.hsm.port import Algorithm, HsmError, PinBlockError

FORMAT_OF: Final[dict[Algorithm, int]] = {"TDES": 0, "AES": 4}
"""The format that PINs come in under a key of the algorithm."""

_BYTES: Final[dict[Algorithm, int]] = {"TDES": 8, "AES": 16}
_BOUND_TO_CARD: Final = frozenset({0, 3, 4})
_OFFERED: Final = frozenset(FORMAT_OF.values())


def opened(algorithm: Algorithm, key: bytes, block: bytes, pan: str) -> str:
    """The PIN. Raises ``PinBlockError`` when this is no block for ``pan`` under ``key``."""
    if len(block) != _BYTES[algorithm]:
        raise PinBlockError
    try:
        if algorithm == "AES":
            return pinblock.decipher_pinblock_iso_4(key, block, pan)
        return pinblock.decode_pinblock_iso_0(des.decrypt_tdes_ecb(key, block), pan)
    except ValueError:
        raise PinBlockError from None


def sealed(algorithm: Algorithm, key: bytes, pin: str, pan: str) -> bytes:
    """The block of ``pin``, in the algorithm's format."""
    if algorithm == "AES":
        return pinblock.encipher_pinblock_iso_4(key, pin, pan)
    return des.encrypt_tdes_ecb(key, pinblock.encode_pinblock_iso_0(pin, pan))


def check_translation(source: int, target: int) -> None:
    """Return if a block of format ``source`` may be made one of format ``target`` here; raise ``HsmError`` if not.

    A block that is not bound to a card could be tried with another card's, so none is ever made of one that is bound.
    """
    if source in _BOUND_TO_CARD and target not in _BOUND_TO_CARD:
        raise HsmError(f"PIN block translation from format {source} to format {target} is forbidden")
    if source not in _OFFERED or target not in _OFFERED:
        raise HsmError(f"PIN block translation from format {source} to format {target} is not offered")
