"""Processes that a system is made of: started, waited for until they are ready, stopped with their parent."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

import orjson

_PATIENCE = 20


class ChildFailedError(Exception):
    """A process ended before it was ready; the text ends with what it last said."""


class Child:
    """One ``python -m MODULE`` process that prints a JSON line when it is ready."""

    def __init__(self, module: str, *arguments: str, log: Path) -> None:
        self._log = log
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, stderr=log.open("ab")
        )

    def ready(self) -> dict[str, Any]:
        """Block until it is ready and return what it said. Raises ``ChildFailedError``."""
        out: IO[bytes] = self.process.stdout  # type: ignore[assignment]
        line = out.readline()
        if not line:
            self.process.wait(_PATIENCE)
            last = self._log.read_text(errors="replace").strip().splitlines()[-3:]
            raise ChildFailedError("\n".join([f"process ended with {self.process.returncode}", *last]))
        said: dict[str, Any] = orjson.loads(line)
        return said

    def stop(self) -> int:
        """Ask it to drain; kill it when it has not after 20 s. Returns its exit code. Idempotent."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self) -> int:
        """End it as a power cut would."""
        self.process.kill()
        return self.process.wait(_PATIENCE)
