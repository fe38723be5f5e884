"""Gateways that start in a fraction of a second: forked from a process that has imported everything and done nothing.

A forked gateway reads its settings and runs from there on as ``gateway_process`` does; ``kill`` is ``kill -9``.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import orjson


@dataclass
class Forked:
    """One gateway. All methods block."""

    said: IO[bytes]
    pid: int = 0

    def ready(self) -> str:
        """Wait until it serves; returns its target."""
        line = self.said.readline()
        assert line, "the gateway ended before it was ready; see its log"
        ready = orjson.loads(line)
        self.pid = ready["pid"]
        target: str = ready["target"]
        return target

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        """Return when it is gone: nobody holds the other end of its output any more."""
        os.kill(self.pid, number)
        self.said.read()
        self.said.close()


@dataclass(frozen=True)
class Nursery:
    orders: socket.socket

    def start(self, settings: Path, log: Path) -> Forked:
        """Does not wait until it is ready."""
        out, into = os.pipe()
        errors = os.open(log, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        socket.send_fds(self.orders, [str(settings).encode()], [into, errors])
        self.orders.recv(1)
        os.close(into)
        os.close(errors)
        return Forked(os.fdopen(out, "rb"))


@contextmanager
def nursery() -> Iterator[Nursery]:
    """Everything imported once."""
    ours, theirs = socket.socketpair()
    process = subprocess.Popen([sys.executable, __file__, str(theirs.fileno())], pass_fds=[theirs.fileno()])
    theirs.close()
    try:
        ours.recv(1)
        yield Nursery(ours)
    finally:
        ours.close()
        process.wait(60)


def _main(orders: socket.socket) -> None:
    """Fork a gateway for each order, until there is nobody left to give any."""
    import uvloop

    import tellerline.gateway.journal.postgresql
    import tellerline.gateway.journal.sqlite  # noqa: F401 what the children need
    from tellerline.cli.system.gateway_process import serve
    from tellerline.gateway.settings import GatewaySettings

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    orders.send(b".")
    while True:
        settings, descriptors, _flags, _address = socket.recv_fds(orders, 4096, 2)
        if not settings:
            return
        if os.fork() == 0:
            orders.close()
            for target, descriptor in enumerate(descriptors, 1):
                os.dup2(descriptor, target)
                os.close(descriptor)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            uvloop.run(serve(GatewaySettings.load(Path(settings.decode()))))
            sys.exit(0)
        for descriptor in descriptors:
            os.close(descriptor)
        orders.send(b".")


if __name__ == "__main__":
    _main(socket.socket(fileno=int(sys.argv[1])))
