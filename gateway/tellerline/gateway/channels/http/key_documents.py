"""Where the issuer's key set comes from: a file or a URL, neither of which may take as long as it likes."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Final, Protocol

from tellerline.adapters.clock import Clock
from tellerline.adapters.web import read_document

_MOST_BYTES: Final = 65_536
_LONGEST_READING: Final = 15.0


class KeyDocument(Protocol):
    """Where the key set comes from."""

    async def read(self) -> bytes:
        """The JWK set (RFC 7517). Raises ``OSError``."""


class KeyFile:
    """A key set in a file, read anew each time. Takes 15 s for the whole of it and 64 KiB at most.

    A reading that the file system holds up is left behind in a thread of its own, which keeps no process from ending.
    Until it comes back there is no other: ``OSError`` at once.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._reading: Future[bytes] | None = None

    async def read(self) -> bytes:
        if self._reading is not None and not self._reading.done():
            raise OSError(f"{self._path} still holds up the reading before")
        reading = self._reading = self._begin()
        try:
            async with asyncio.timeout(None) as limit:
                timer = self._clock.call_later(_LONGEST_READING, lambda: limit.reschedule(0))
                try:
                    return await asyncio.wrap_future(reading)
                finally:
                    timer.cancel()
        except TimeoutError:
            if limit.expired():
                raise TimeoutError(f"{self._path} not read within {_LONGEST_READING:g} s") from None
            raise

    def _begin(self) -> Future[bytes]:
        reading: Future[bytes] = Future()
        reading.set_running_or_notify_cancel()  # from then on nobody but the thread ends it

        def work() -> None:
            try:
                content = _content(self._path)
            except Exception as error:
                reading.set_exception(error)
            else:
                reading.set_result(content)

        threading.Thread(target=work, name="issuer-keys", daemon=True).start()
        return reading


class KeyUrl:
    """A key set at an address that the settings name, and nowhere else. Takes 15 s for the whole of it and 64 KiB at
    most; closes its connection when cancelled.
    """

    def __init__(self, url: str, clock: Clock) -> None:
        self._url = url
        self._clock = clock

    async def read(self) -> bytes:
        return await read_document(self._url, most=_MOST_BYTES, seconds=_LONGEST_READING, clock=self._clock)


def _content(path: Path) -> bytes:
    content = b""
    with path.open("rb", buffering=0) as file:
        while part := file.read(_MOST_BYTES + 1 - len(content)):
            content += part
    if len(content) > _MOST_BYTES:
        raise OSError(f"{path} has more than {_MOST_BYTES} bytes")
    return content
