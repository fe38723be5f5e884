"""One process per database file, held by the kernel: a killed owner has let go."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from tellerline.adapters.store.errors import StoreError


class FileOwnership:
    """An exclusive claim on ``path``, kept in ``<path>.lock`` beside it."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".lock")
        self._descriptor = -1

    def take(self) -> None:
        """Raises ``StoreError`` at once if another process, or another engine of this one, has it."""
        try:
            descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(f"database cannot be opened: {error.strerror}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise StoreError("another process owns the database file") from error
        self._descriptor = descriptor

    def give_up(self) -> None:
        """Idempotent. The lock file stays: removing it would let two owners in."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
