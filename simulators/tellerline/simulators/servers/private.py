"""What private servers have in common: one directory and one port, from their start to their end."""

from __future__ import annotations

import shutil
import signal
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from tellerline.adapters.clock import SystemRandomness
from tellerline.simulators.servers import debian
from tellerline.simulators.servers.errors import ServerMissingError
from tellerline.simulators.servers.ports import free_port
from tellerline.simulators.servers.process import ServerProcess


class PrivateServer(ABC):
    """A server that lives on one directory and one port from ``start`` to ``close``, through any ``kill`` between.

    All methods block; none is safe to call from two threads at once.
    """

    NAME: ClassVar[str]
    PACKAGE: ClassVar[str]
    """Debian's, which brings the programs."""
    START_SECONDS: ClassVar[float]
    STOP_SECONDS: ClassVar[float]
    STOP_SIGNAL: ClassVar[signal.Signals]

    def __init__(self) -> None:
        self._password = SystemRandomness().bytes(16).hex()
        self._port = free_port()
        self._directory: Path | None = None
        self._process: ServerProcess | None = None

    @classmethod
    def install(cls) -> None:
        """Make sure the programs are on this machine; raise ``ServerMissingError`` if they cannot be brought there."""
        try:
            cls._programs()
        except ServerMissingError:
            debian.install(cls.NAME, cls.PACKAGE)
            cls._programs()

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.running

    def start(self) -> None:
        """Return when the server serves clients; does nothing if it does. Recovery after a ``kill`` is included."""
        if self.running:
            return
        self._process = self._launch(self._programs())
        self._process.wait_until(self._ready, self.START_SECONDS)

    def stop(self) -> None:
        """End the server in good order (connections are cut); its data stays."""
        if self._process:
            self._process.stop(self.STOP_SIGNAL, self.STOP_SECONDS)

    def kill(self) -> None:
        """End every process of the server at once with SIGKILL; its data stays as it lies."""
        if self._process:
            self._process.kill()

    def close(self) -> None:
        """End the server and remove its data."""
        self.kill()
        if self._directory:
            shutil.rmtree(self._directory, ignore_errors=True)
            self._directory = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @staticmethod
    @abstractmethod
    def _programs() -> Path:
        """The folder of the server's programs; raises ``ServerMissingError`` if there are none."""

    @abstractmethod
    def _launch(self, programs: Path) -> ServerProcess:
        """Start the server on its directory, which is made and filled the first time."""

    @abstractmethod
    def _ready(self) -> bool:
        """Whether the server itself says that it serves clients."""
