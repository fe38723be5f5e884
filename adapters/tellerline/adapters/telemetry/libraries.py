"""What libraries report through the standard library's logging, as masked lines of the one log."""

from __future__ import annotations

import asyncio
import logging
import threading

from tellerline.adapters.telemetry.logs import Log


class LibraryLines(logging.Handler):
    """Takes warnings and worse of every library, from any thread, between ``start`` and ``stop``.

    Each becomes an event ``library`` with the library's name, its text and, where there is one, the exception.
    """

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0

    def start(self) -> None:
        """To be called on the running loop, on whose thread every line is then written."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        logging.getLogger().addHandler(self)

    def stop(self) -> None:
        """Idempotent."""
        logging.getLogger().removeHandler(self)
        self._loop = None

    def emit(self, record: logging.LogRecord) -> None:
        loop = self._loop
        if threading.get_ident() == self._thread:
            self._write(record)
        elif loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._write, record)

    def _write(self, record: logging.LogRecord) -> None:
        tell = self._log.error if record.levelno >= logging.ERROR else self._log.warning
        try:
            tell("library", library=record.name, text=record.getMessage(), exc_info=record.exc_info)
        except Exception:
            self.handleError(record)
