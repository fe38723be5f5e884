"""A folder of keys: private files are their owner's alone, and nothing is written over."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tellerline.adapters.clock import Clock, Randomness
from tellerline.cli.keys.certificates import Authority, Pair

PRIVATE, PUBLIC = 0o600, 0o644
AUTHORITY = "ca"


@dataclass(frozen=True, slots=True)
class KeyFolder:
    """``NAME.pem`` is a certificate, ``NAME.key`` a private key."""

    path: Path

    def certificate(self, name: str) -> Path:
        return self.path / f"{name}.pem"

    def key(self, name: str) -> Path:
        return self.path / f"{name}.key"

    def keep(self, name: str, pair: Pair) -> None:
        """Raises ``FileExistsError``; ``OSError``; and then has written neither."""
        files = ((self.key(name), pair.key, PRIVATE), (self.certificate(name), pair.certificate, PUBLIC))
        self._write_all(files)

    def keep_all(self, files: Sequence[tuple[Path, bytes, int]]) -> None:
        """Each file with its content and mode, in a new folder or an old one. Raises ``FileExistsError``; ``OSError``;
        and then has written none.
        """
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._write_all(files)

    def _write_all(self, files: Sequence[tuple[Path, bytes, int]]) -> None:
        for file, _, _ in files:
            if os.path.lexists(file):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(file))
        with ExitStack() as written:
            for file, content, mode in files:
                self.write(file, content, mode)
                written.callback(file.unlink, missing_ok=True)
            written.pop_all()

    def write(self, file: Path, content: bytes, mode: int) -> None:
        """With exactly this mode from the first moment. Raises ``FileExistsError``; ``OSError``, and then leaves no
        half file.
        """
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
        with ExitStack() as begun:
            begun.callback(file.unlink, missing_ok=True)
            with os.fdopen(descriptor, "wb") as out:
                out.write(content)
                os.fchmod(out.fileno(), mode)
            begun.pop_all()

    def authority(self, clock: Clock, randomness: Randomness) -> Authority:
        """The folder's own. Raises ``FileNotFoundError``."""
        pair = Pair(self.certificate(AUTHORITY).read_bytes(), self.key(AUTHORITY).read_bytes())
        return Authority(pair=pair, now=clock.now(), randomness=randomness)
