"""PIN blocks of ISO 9564: format 0 under TDES, format 4 under AES, and which may become which."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from psec import des, pinblock

from tellerline.gateway.channels.iso8583.hsm.port import Algorithm, HsmError, PinBlockError

FORMAT_OF: Final[dict[Algorithm, int]] = {"TDES": 0, "AES": 4}
"""The format that PINs come in under a key of the algorithm."""

_BYTES: Final[dict[Algorithm, int]] = {"TDES": 8, "AES": 16}
_AES_BLOCK: Final = 16
_SHORTEST_PAN: Final = 12
_LONGEST_PAN: Final = 19
_PIN_LENGTHS: Final = {f"4{length:x}": length for length in range(4, 13)}
_FILL: Final = 14 * "a"
_BOUND_TO_CARD: Final = frozenset({0, 3, 4})
_OFFERED: Final = frozenset(FORMAT_OF.values())

Opener = Callable[[bytes, str], str]
"""The PIN of a block for a card number. Raises ``PinBlockError`` when it is none."""


def opener(algorithm: Algorithm, key: bytes) -> Opener:
    """Opens blocks under ``key``. To be kept: an AES key's schedule is by far the dearest part of opening a block."""
    read = _aes_reader(key) if algorithm == "AES" else _tdes_reader(key)
    length = _BYTES[algorithm]

    def opened(block: bytes, pan: str) -> str:
        if len(block) != length:
            raise PinBlockError
        try:
            return read(block, pan)
        except ValueError:
            raise PinBlockError from None

    return opened


def _aes_reader(key: bytes) -> Opener:
    decrypt = Cipher(algorithms.AES(key), modes.ECB()).decryptor().update  # noqa: S305 - ISO 9564-1 9.4.2: single blocks

    def read(block: bytes, pan: str) -> str:
        bound = int.from_bytes(decrypt(block), "big") ^ pan_field(pan)
        return pin_of_field(decrypt(bound.to_bytes(_AES_BLOCK, "big")))

    return read


def pan_field(pan: str) -> int:
    """The card number's field of format 4. Raises ``ValueError``."""
    if not (0 < len(pan) <= _LONGEST_PAN and pan.isascii() and pan.isdigit()):
        raise ValueError("not a card number")
    return int(f"{max(0, len(pan) - _SHORTEST_PAN)}{pan:0>{_SHORTEST_PAN}}".ljust(2 * _AES_BLOCK, "0"), 16)


def pin_of_field(data: bytes) -> str:
    """The PIN in the plain field of format 4. Raises ``ValueError``."""
    digits = data.hex()
    length = _PIN_LENGTHS.get(digits[:2], 0)
    pin = digits[2 : 2 + length]
    if not pin.isdigit() or digits[2 + length : _AES_BLOCK] != _FILL[length:]:
        raise ValueError("not a PIN field")
    return pin


def _tdes_reader(key: bytes) -> Opener:
    return lambda block, pan: pinblock.decode_pinblock_iso_0(des.decrypt_tdes_ecb(key, block), pan)


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
