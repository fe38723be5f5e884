"""A system of ``tellerline up`` in a process of its own, which can be killed."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import orjson

_PATIENCE = 120


@dataclass
class SystemProcess:
    """``said`` is what it printed when it was ready."""

    process: asyncio.subprocess.Process
    said: Mapping[str, Any]
    log: Path

    @classmethod
    async def start(cls, environment: Mapping[str, str], folder: Path, *options: str) -> Self:
        """Returns when it is ready; what it writes to standard error goes to a file in ``folder``."""
        log = folder / "system.log"
        with log.open("ab") as errors:
            process = await asyncio.create_subprocess_exec(
                "tellerline",
                "up",
                "--json",
                *options,
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
            )
        assert process.stdout is not None
        printed = b""
        while not printed.endswith(b"}\n"):
            line = await asyncio.wait_for(process.stdout.readline(), _PATIENCE)
            assert line, log.read_text()
            printed += line
        return cls(process, orjson.loads(printed), log)

    async def kill(self) -> None:
        """As a power cut would."""
        os.kill(self.process.pid, signal.SIGKILL)
        await self.process.wait()

    async def stop(self) -> int:
        """In good order; returns its exit code."""
        if self.process.returncode is None:
            self.process.terminate()
        return await asyncio.wait_for(self.process.wait(), _PATIENCE)
