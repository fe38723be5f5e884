"""Child processes of a benchmark: they say when they are ready, and may take orders, one JSON line each way."""

from __future__ import annotations

import select
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

import orjson

_PATIENCE = 20
_SILENCE = 120


class BenchFailedError(Exception):
    """A run that must not be reported: a process ended, or a request did not end well."""


class Worker:
    """``python ARGUMENTS`` with JSON lines on its standard input and output; its standard error goes to ``log``."""

    def __init__(self, *arguments: str, log: Path) -> None:
        self._log = log
        self._what = " ".join(arguments[:3])
        with log.open("ab") as errors:
            self._process = subprocess.Popen(  # noqa: S603 our own modules
                [sys.executable, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, bufsize=0
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def hear(self) -> dict[str, Any]:
        """Block for the next line. Raises ``BenchFailedError`` with the log's end when none comes for two minutes."""
        out: IO[bytes] = self._process.stdout  # type: ignore[assignment]
        readable, _, _ = select.select([out], [], [], _SILENCE)
        line = out.readline() if readable else b""
        if not line:
            last = self._log.read_text(errors="replace").strip().splitlines()[-5:]
            raise BenchFailedError("\n".join([f"no answer from {self._what}", *last]))
        said: dict[str, Any] = orjson.loads(line)
        return said

    def order(self, order: dict[str, Any]) -> dict[str, Any]:
        """Hand over one order and block for its answer."""
        orders: IO[bytes] = self._process.stdin  # type: ignore[assignment]
        orders.write(orjson.dumps(order) + b"\n")
        orders.flush()
        return self.hear()

    def stop(self) -> None:
        """Ask it to end; kill it when it has not after 20 s. Idempotent."""
        self._process.terminate()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
