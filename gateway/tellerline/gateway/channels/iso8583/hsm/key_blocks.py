"""TR-31 key blocks: what a key is for stands in its block's header, and is held to."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Final

from psec import tr31

from tellerline.gateway.channels.iso8583.hsm.port import Algorithm, HsmError

# psec asks for TDES under its old name, with the keys of one and two parts that X9.19 is made of; each is told of.
for _told in ("TripleDES has been moved", "Two-key TripleDES", "Single-key TripleDES"):
    warnings.filterwarnings("ignore", message=_told, module="psec")

_LETTERS: Final[dict[str, Algorithm]] = {"A": "AES", "T": "TDES"}
_VERSIONS: Final[dict[Algorithm, str]] = {"AES": "D", "TDES": "B"}
_LENGTHS: Final[dict[Algorithm, tuple[int, ...]]] = {"AES": (16, 24, 32), "TDES": (16, 24)}

MASTER: Final = "K1"
PIN: Final = "P0"
MAC: Final[dict[Algorithm, str]] = {"AES": "M6", "TDES": "M3"}


@dataclass(frozen=True, slots=True)
class ClearKey:
    """A key out of its block. Only a software module ever holds one."""

    algorithm: Algorithm
    usage: str
    secret: bytes = field(repr=False)


def check_length(algorithm: Algorithm, secret: bytes) -> None:
    """Single-length DES can be searched through in a day, and is no key here."""
    if len(secret) not in _LENGTHS[algorithm]:
        raise HsmError(f"a {algorithm} key of {8 * len(secret)} bits is not served")


def wrapped(protection: ClearKey, key: ClearKey, mode: str) -> str:
    """The block of ``key`` under ``protection``, not to be exported further. ``mode`` is the header's mode of use."""
    letter = "A" if key.algorithm == "AES" else "T"
    header = f"{_VERSIONS[protection.algorithm]}0000{key.usage}{letter}{mode}00N0000"
    return tr31.wrap(protection.secret, header, key.secret)


def unwrapped(protection: ClearKey, block: str, usage: tuple[str, ...]) -> ClearKey:
    """The key in ``block``. Raises ``HsmError`` when it was not wrapped by ``protection``, or is for something else."""
    try:
        header, secret = tr31.unwrap(protection.secret, block)
    except ValueError:
        raise HsmError("not a key block under this key") from None
    algorithm = _LETTERS.get(header.algorithm)
    if algorithm is None:
        raise HsmError(f"a key of algorithm {header.algorithm!r} is not served")
    if header.key_usage not in usage:
        raise HsmError(f"a key for {header.key_usage}, not for {' or '.join(usage)}")
    check_length(algorithm, secret)
    return ClearKey(algorithm, header.key_usage, secret)
