"""The server itself: brought up on free ports in a directory of its own, killed and restarted at will."""

from __future__ import annotations

import shutil
import signal
import tempfile
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tellerline.adapters.clock import SystemRandomness
from tellerline.simulators.servers.asterisk import configuration
from tellerline.simulators.servers.asterisk.installation import installed
from tellerline.simulators.servers.ports import free_port
from tellerline.simulators.servers.process import ServerProcess

_START_SECONDS = 90.0
_STOP_SECONDS = 10.0
_CONTROLLER = "tellerline"
_MEDIA_FIRST, _MEDIA_LAST = 20_000, 60_000


class AsteriskServer:
    """A switch on one directory and the same ports from ``start`` to ``close``, through any ``kill`` between.

    Its telephones register as ``extensions`` with ``extension_password``; anybody else on loopback is the trunk. Its
    controller is the application ``controller``, whose password is in no log. All methods block; none is safe to call
    from two threads at once. ``prompts`` is a folder of folders of WAV files, one for each language; its ``en`` takes
    the place of Asterisk's own. ``media_patience`` is in seconds. ``tone_callers`` are numbers outside whose telephones
    send keys as tones in band.
    """

    controller = _CONTROLLER

    def __init__(
        self,
        extensions: Sequence[str] = ("1001", "1002", "1003"),
        prompts: Path | None = None,
        media_patience: int = 30,
        tone_callers: Sequence[str] = (),
    ) -> None:
        randomness = SystemRandomness()
        self.extension_password = randomness.bytes(12).hex()
        self.controller_password = randomness.bytes(16).hex()
        self.ports = configuration.Ports(http=free_port(), sip=free_port(), media=_media_range(), trunk=free_port())
        self._media_patience = media_patience
        self._extensions = tuple(extensions)
        self._tone_callers = tuple(tone_callers)
        self._prompts = prompts
        self._directory: Path | None = None
        self._process: ServerProcess | None = None

    @property
    def url(self) -> str:
        """Of the REST interface, without its password."""
        return f"http://127.0.0.1:{self.ports.http}/ari"

    @property
    def recordings(self) -> Path:
        return self._home / "spool/recording"

    @property
    def log(self) -> Path:
        return self._home / "server.log"

    @property
    def directory(self) -> Path:
        """Everything that the server ever writes is below it."""
        return self._home

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.running

    def start(self) -> None:
        """Return when its REST interface answers; does nothing if it does.

        Raises ``ServerMissingError`` or ``ServerFailedError``.
        """
        if self.running:
            return
        program = installed()
        directory = self._directory = self._directory or Path(tempfile.mkdtemp(prefix="tellerline-asterisk-"))
        accounts = configuration.Accounts(
            extensions=self._extensions,
            extension_password=self.extension_password,
            controller=_CONTROLLER,
            controller_password=self.controller_password,
            tone_callers=self._tone_callers,
            media_patience=self._media_patience,
        )
        configuration.write(directory, program, self.ports, accounts)
        self._link_prompts(directory)
        self._process = ServerProcess(
            program.command("asterisk", "-C", str(directory / "etc/asterisk.conf"), "-f", "-n"),
            directory=directory,
            log=directory / "server.log",
            environment={**program.environment, "HOME": str(directory)},
        )
        self._process.wait_until(self._answers, _START_SECONDS)

    def stop(self) -> None:
        """End it in good order, and with it every call."""
        if self._process:
            self._process.stop(signal.SIGTERM, _STOP_SECONDS)

    def kill(self) -> None:
        """End it at once with SIGKILL."""
        if self._process:
            self._process.kill()

    def close(self) -> None:
        """End it and remove all that it wrote."""
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

    @property
    def _home(self) -> Path:
        assert self._directory is not None, "the server was never started"
        return self._directory

    def _link_prompts(self, directory: Path) -> None:
        for folder in self._prompts.iterdir() if self._prompts else ():
            link = directory / "data/sounds" / folder.name
            link.unlink(missing_ok=True)
            link.symlink_to(folder)

    def _answers(self) -> bool:
        who = b64encode(f"{_CONTROLLER}:{self.controller_password}".encode()).decode()
        request = urllib.request.Request(f"{self.url}/asterisk/ping", headers={"Authorization": f"Basic {who}"})  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=1) as response:  # noqa: S310 on loopback
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def _media_range() -> int:
    """Where a range of media ports begins; chosen by chance, for several servers may run side by side."""
    places = (_MEDIA_LAST - _MEDIA_FIRST) // configuration.MEDIA_PORTS
    chosen = int.from_bytes(SystemRandomness().bytes(2), "big") % places
    return _MEDIA_FIRST + chosen * configuration.MEDIA_PORTS
