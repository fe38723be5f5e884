"""The ``tellerline`` command as a user's shell runs it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(frozen=True)
class Ran:
    """What one command left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document that it has to be."""
        return orjson.loads(self.out)


@dataclass(frozen=True)
class CommandLine:
    """A shell with ``environment``; commands may run side by side, each for ``patience`` seconds at most."""

    environment: Mapping[str, str]
    patience: float = 150

    async def run(self, *words: str, **more: str) -> Ran:
        """Wait for ``tellerline WORDS``, with ``more`` in its environment."""
        process = await asyncio.create_subprocess_exec(
            "tellerline",
            *words,
            env={**self.environment, **more},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(process.communicate(), self.patience)
        assert process.returncode is not None
        return Ran(process.returncode, out.decode(), err.decode())

    async def json(self, *words: str, code: int = 0) -> Any:
        """The document of a command that ends with ``code``."""
        ran = await self.run(*words, "--json")
        assert ran.code == code, ran
        return ran.document
