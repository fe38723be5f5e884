"""A server program that this process starts, watches until it is ready, and ends with all that it started itself."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from pwd import struct_passwd
from threading import Event

import psutil

from tellerline.adapters.clock import Clock, SystemClock
from tellerline.simulators.servers.errors import ServerFailedError

_POLL_SECONDS = 0.05
_KILL_SECONDS = 10.0
_LOG_TAIL = 25


class ServerProcess:
    """One running program, its output in ``log``. Every method that waits blocks the calling thread.

    The program does not outlive this process, however this process ends.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        directory: Path,
        log: Path,
        environment: Mapping[str, str] | None = None,
        owner: struct_passwd | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 programs found by this package, arguments its own
                command,
                cwd=directory,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=owner.pw_uid if owner else None,
                group=owner.pw_gid if owner else None,
                extra_groups=[] if owner else None,
            )
        self._guard = _start_guard(self._process.pid)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Return as soon as ``ready`` says so; raise ``ServerFailedError`` if the program or the time ends first."""
        deadline = self._clock.monotonic() + seconds
        while not ready():
            if self._ended_within(_POLL_SECONDS):
                raise ServerFailedError(f"ended with {self._process.returncode} while starting\n{self._tail()}")
            if self._clock.monotonic() > deadline:
                self.kill()
                raise ServerFailedError(f"not ready after {seconds:g} s\n{self._tail()}")

    def stop(self, how: signal.Signals, seconds: float) -> None:
        """Ask the program to end with signal ``how``; kill it if it has not after ``seconds``."""
        if self.running:
            self._process.send_signal(how)
            self._ended_within(seconds)
        self.kill()

    def kill(self) -> None:
        """End the program and its descendants at once, as a crash of the machine would; returns when all are gone."""
        family: list[psutil.Process] = []
        with contextlib.suppress(psutil.NoSuchProcess):
            parent = psutil.Process(self.pid) if self.running else None
            family = [parent, *parent.children(recursive=True)] if parent else []
        for member in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()
        self._process.wait()
        deadline = self._clock.monotonic() + _KILL_SECONDS
        while not all(map(_gone, family)) and self._clock.monotonic() < deadline:
            Event().wait(_POLL_SECONDS / 10)
        self._guard.kill()
        self._guard.communicate()

    def _ended_within(self, seconds: float) -> bool:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _tail(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines()
        return "\n".join(lines[-_LOG_TAIL:])


def _start_guard(group: int) -> subprocess.Popen[bytes]:
    """Start a shell that kills process group ``group`` when this process is gone and its end of the pipe closes."""
    script = 'read -r _; kill -KILL "-$1"'
    return subprocess.Popen(  # noqa: S603 the script is ours, the argument a number
        ["/bin/sh", "-c", script, "guard", str(group)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _gone(member: psutil.Process) -> bool:
    """Whether nothing of a process runs any more, even if nobody has asked for its exit status yet."""
    try:
        return member.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.NoSuchProcess:
        return True
