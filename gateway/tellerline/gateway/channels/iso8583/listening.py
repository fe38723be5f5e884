"""New connections, taken one by one and no faster than is good for those that are there."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Final

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Log
from tellerline.gateway.channels.iso8583.pace import Pace
from tellerline.gateway.channels.iso8583.settings import AtmSettings

_BURST: Final = 0.2
_NO_DESCRIPTORS: Final = 0.1


class Listener:
    """From its making it listens; who connects waits with the kernel until ``serve`` takes him.

    Where none can be taken (no descriptor is left) it tries on, ten times a second, and says in the log that it began
    to and that it is over.
    """

    def __init__(self, settings: AtmSettings, clock: Clock, log: Log) -> None:
        """Raises ``OSError``."""
        self._clock = clock
        self._log = log
        self._pace = Pace(clock, settings.connections_per_second, _BURST)
        self._socket = socket.create_server(
            (settings.address, settings.port),
            family=socket.AF_INET6 if ":" in settings.address else socket.AF_INET,
            backlog=settings.connections,
            reuse_port=settings.reuse_port,
        )
        self._socket.setblocking(False)
        self._serving: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        port: int = self._socket.getsockname()[1]
        return port

    def serve(self, protocol: Callable[[], asyncio.BaseProtocol]) -> None:
        """Give each connection a protocol of its own, until ``close``. Returns at once."""
        self._serving = asyncio.get_running_loop().create_task(self._take_all(protocol))

    def close(self) -> None:
        """Take none any more; those that wait are reset. Idempotent."""
        if self._serving is not None:
            self._serving.cancel()
        else:
            self._socket.close()

    async def _take_all(self, protocol: Callable[[], asyncio.BaseProtocol]) -> None:
        with self._socket:
            failed = False
            while True:
                await self._pace.keep()
                try:
                    await self._take(protocol)
                except OSError as error:
                    if not failed:
                        self._log.error("connections_not_taken", error=error.strerror, port=self.port)
                    failed = True
                    await self._clock.sleep(_NO_DESCRIPTORS)
                    continue
                if failed:
                    self._log.info("connections_taken_again", port=self.port)
                failed = False

    async def _take(self, protocol: Callable[[], asyncio.BaseProtocol]) -> None:
        loop = asyncio.get_running_loop()
        connected, _ = await loop.sock_accept(self._socket)
        try:
            await loop.connect_accepted_socket(protocol, connected)
        except BaseException:
            connected.close()
            raise
