"""One worker of h2corn on the running loop, for every front that it carries."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from dataclasses import replace
from typing import Any

import h2corn

_MILLISECONDS = 1000
# Where the system has them: a connection that says nothing is not handed over; the first bytes may come with the first
# packet, from so many at once.
_OPTIONS = {"TCP_DEFER_ACCEPT": 1, "TCP_FASTOPEN": 512}


class H2cornWorker:
    """Signals are left to the process's entry point. ``name`` is that of its task. A connection whose client takes
    nothing of what waits for him for ``stall`` seconds is cut by the system, where it can (Linux), over HTTP/1.1 too;
    0 for never.

    The listener is ours: h2corn keeps its own open until the last request has ended, and whoever connects to a server
    that drains would wait in its queue until then, instead of trying the next one.
    """

    def __init__(self, application: Any, config: h2corn.Config, *, name: str, stall: float = 0) -> None:
        self._application = application
        self._config = config
        self._name = name
        self._stall = stall
        self._listener: socket.socket | None = None
        self._server: h2corn.Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> int:
        """Listen and return the port; raises ``OSError``."""
        listener = self._listener = _listening(self._config, self._stall)
        config = replace(self._config, bind=(f"fd://{listener.fileno()}",), reuse_port=False)
        server = self._server = h2corn.Server(self._application, config)
        self._serving = asyncio.create_task(server.serve(), name=self._name)
        try:
            await server.wait_started()
        except Exception:
            await asyncio.wait((self._serving,))
            self._serving.exception()  # the same; asked for, or asyncio reports it as lost
            self._stop_listening()
            raise
        return int(listener.getsockname()[1])

    async def drain(self, grace: float) -> bool:
        """Accept nothing new and let requests end; False when some still run after ``grace`` seconds. Idempotent."""
        if self._serving is None or self._server is None:
            return True
        if not self._serving.done():
            self._server.shutdown()
        self._stop_listening()
        done, _ = await asyncio.wait((self._serving,), timeout=grace)
        return bool(done)

    def _stop_listening(self) -> None:
        """Refuse connections from now on, although h2corn has the same socket under a descriptor of its own."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()


def _listening(config: h2corn.Config, stall: float) -> socket.socket:
    """The socket that h2corn would have opened, with options that its connections inherit; raises ``OSError``."""
    host, _, port = config.bind[0].rpartition(":")
    found = socket.getaddrinfo(host.strip("[]") or None, int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, _, _, _, address = found[0]
    listener = socket.create_server(address, family=family, backlog=config.backlog, reuse_port=config.reuse_port)
    stalled = {"TCP_USER_TIMEOUT": max(1, round(stall * _MILLISECONDS))} if stall else {}
    for name, value in (_OPTIONS | stalled).items():
        if hasattr(socket, name):
            listener.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    return listener
