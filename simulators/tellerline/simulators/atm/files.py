"""Files that survive a loss of power: written whole or not at all, and on disk before the call returns."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import BinaryIO

_OWNER_ONLY = 0o600


def replace_file(path: Path, content: bytes) -> None:
    """Put ``content`` in the place of the file. Blocks until it is durable."""
    draft = path.with_name(f"{path.name}.tmp")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _sync_folder(path.parent)


class InUseError(OSError):
    """Another process works on the same files."""


class DamagedFileError(OSError):
    """A file of the machine holds what no machine writes; the message names it."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is damaged")


def hold(path: Path) -> BinaryIO:
    """Keep others out until the file that is returned is closed or this process ends, in whatever way."""
    file = path.open("wb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise InUseError(f"another machine runs on {path.parent}") from None
    return file


class AppendFile:
    """Lines that are only ever added. ``read`` leaves out a last line that a loss of power cut off."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def read(self) -> list[bytes]:
        """Every whole line, without its newline; what follows the last newline is cut off the file as well."""
        if not self._path.exists():
            return []
        content = self._path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) != len(content):
            os.truncate(self._path, len(whole))
        return whole.splitlines()

    def add(self, line: bytes) -> None:
        """Blocks until the line, which holds no newline, is durable."""
        if self._descriptor < 0:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
            self._descriptor = os.open(self._path, flags, _OWNER_ONLY)
            _sync_folder(self._path.parent)
        os.write(self._descriptor, line + b"\n")
        os.fsync(self._descriptor)

    def rewrite(self, lines: list[bytes]) -> None:
        """Have these lines and no others."""
        self.close()
        replace_file(self._path, b"".join(line + b"\n" for line in lines))

    def close(self) -> None:
        """Idempotent; the next ``add`` opens the file again."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
