"""Randomness behind a seam: the operating system's in production, a seed's in tests, demos and replays."""

from __future__ import annotations

import random
import secrets
from typing import Protocol


class Randomness(Protocol):
    """A source of chance. ``SystemRandomness`` is fit for secrets; a seeded one never is."""

    def bytes(self, count: int) -> bytes: ...

    def below(self, limit: int) -> int:
        """A whole number from 0 to ``limit`` - 1, uniformly."""

    def fraction(self) -> float:
        """A number from 0.0 up to but not including 1.0, uniformly."""


class SystemRandomness:
    """The operating system's generator: unpredictable, thread-safe."""

    def bytes(self, count: int) -> bytes:
        return secrets.token_bytes(count)

    def below(self, limit: int) -> int:
        return secrets.randbelow(limit)

    def fraction(self) -> float:
        return secrets.randbits(53) / (1 << 53)


class SeededRandomness:
    """The same sequence for the same seed, on every machine. Not thread-safe; not for secrets."""

    def __init__(self, seed: int | str) -> None:
        self._source = random.Random(seed)  # noqa: S311 clock-seam

    def bytes(self, count: int) -> bytes:
        return self._source.randbytes(count)

    def below(self, limit: int) -> int:
        return self._source.randrange(limit)

    def fraction(self) -> float:
        return self._source.random()
