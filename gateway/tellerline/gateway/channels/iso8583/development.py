"""Terminals with keys for development: a registry, the software module's own key, and each master key for its terminal.

Everything goes between gateway and terminal as files: ``terminals.toml`` and ``hsm.key`` are the gateway's;
``<terminal>.key`` is what somebody would carry to the machine: hexadecimal digits, with ``tdes:`` before a TDES key.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tellerline.adapters.clock import Randomness
from tellerline.gateway.channels.iso8583.hsm import key_blocks
from tellerline.gateway.channels.iso8583.hsm.key_blocks import ClearKey
from tellerline.gateway.channels.iso8583.hsm.port import Algorithm
from tellerline.gateway.channels.iso8583.settings import AtmSettings

REGISTRY: Final = "terminals.toml"
OWN_KEY: Final = "hsm.key"

_OWN_KEY_BYTES: Final = 32
_MASTER_BYTES: Final[dict[Algorithm, int]] = {"AES": 32, "TDES": 16}


@dataclass(frozen=True, slots=True)
class DevelopmentTerminal:
    """One terminal to make up."""

    id: str
    algorithm: Algorithm = "AES"
    version: str = "1987"
    encoding: str = "ascii"


STANDARD: Final = (
    DevelopmentTerminal("T0000001"),
    DevelopmentTerminal("T0000002", "TDES"),
    DevelopmentTerminal("T0000003", version="1993", encoding="cp037"),
    DevelopmentTerminal("T0000004", "TDES", encoding="cp500"),
)
"""One of each kind that matters."""


def make_terminals(
    directory: Path, randomness: Randomness, terminals: tuple[DevelopmentTerminal, ...] = STANDARD
) -> AtmSettings:
    """Write the files into ``directory``, for their owner only, and return settings that use them."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    own = ClearKey("AES", key_blocks.MASTER, randomness.bytes(_OWN_KEY_BYTES))
    _write(directory / OWN_KEY, own.secret.hex() + "\n")
    _write(directory / REGISTRY, "\n".join(_tables(directory, own, randomness, terminals)))
    return AtmSettings(mode="development", terminals=directory / REGISTRY, hsm_key=directory / OWN_KEY)


def _tables(
    directory: Path, own: ClearKey, randomness: Randomness, terminals: tuple[DevelopmentTerminal, ...]
) -> Iterator[str]:
    for number, terminal in enumerate(terminals, 1):
        master = ClearKey(terminal.algorithm, key_blocks.MASTER, randomness.bytes(_MASTER_BYTES[terminal.algorithm]))
        prefix = "tdes:" if terminal.algorithm == "TDES" else ""
        _write(directory / f"{terminal.id}.key", f"{prefix}{master.secret.hex()}\n")
        yield f"[terminals.{terminal.id}]"
        yield f'branch = "B{number:03d}"'
        yield f'version = "{terminal.version}"'
        yield f'encoding = "{terminal.encoding}"'
        yield f'master_key = "{key_blocks.wrapped(own, master, "D")}"\n'


def _write(file: Path, text: str) -> None:
    with os.fdopen(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(text)
