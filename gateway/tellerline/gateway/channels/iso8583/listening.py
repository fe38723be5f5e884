"""New connections: accepted at once, so that nobody waits behind others, and given to who serves them in turns."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Final, NamedTuple

from tellerline.adapters.clock import Clock, Timer
from tellerline.adapters.telemetry import Log
from tellerline.gateway.channels.addresses import household_of
from tellerline.gateway.channels.iso8583.arrivals import Arrivals, Taken
from tellerline.gateway.channels.iso8583.pace import Pace
from tellerline.gateway.channels.iso8583.settings import AtmSettings

_BURST_S: Final = 1.0
_AT_ONCE: Final = 2
_WITH_THE_KERNEL: Final = 2048
_IN_VAIN_PER_SECOND: Final = 1500.0
_IN_VAIN_BURST_S: Final = 0.1
_NO_DESCRIPTORS: Final = 0.1
_NOW: Final = struct.pack("ii", 1, 0)
Take = Callable[[socket.socket, str], Taken]
"""Gets a connection and who is at its other end, ``host:port``."""


class _Comer(NamedTuple):
    connected: socket.socket
    address: str


class Listener:
    """From its making it listens; who connects waits with the kernel until ``serve``, then in his address's line.

    Accepting takes time from those who are in: so of comers who are refused, or leave before their turn, 1500 a second
    are accepted. In a flood of more, newcomers wait with the kernel, and may be told to try again.

    Where none can be accepted (no descriptor is left) it tries on, ten times a second, and says in the log that it
    began to and that it is over.
    """

    def __init__(self, settings: AtmSettings, clock: Clock, log: Log) -> None:
        """Raises ``OSError``."""
        self._settings = settings
        self._clock = clock
        self._log = log
        self._socket = socket.create_server(
            (settings.address, settings.port),
            family=socket.AF_INET6 if ":" in settings.address else socket.AF_INET,
            backlog=_WITH_THE_KERNEL,
            reuse_port=settings.reuse_port,
        )
        self._socket.setblocking(False)
        self._loop = asyncio.get_running_loop()
        self._arrivals: Arrivals[_Comer] | None = None
        self._in_vain = Pace(clock, _IN_VAIN_PER_SECOND, _IN_VAIN_BURST_S)
        self._failed = False
        self._trying_again: Timer | None = None

    @property
    def port(self) -> int:
        port: int = self._socket.getsockname()[1]
        return port

    def serve(self, take: Take, refused: Callable[[], None]) -> None:
        """Give each connection to ``take`` when it is its turn, until ``close``. Returns at once.

        A connection for which ``take`` raises is reset, and logged as ``connection_not_served``. ``refused`` is called
        for each that is reset because too many wait.
        """

        def refuse(comer: _Comer) -> None:
            refused()
            self._came_in_vain()
            reset(comer.connected)

        self._arrivals = Arrivals(
            self._clock,
            per_second=self._settings.connections_per_second,
            burst=_BURST_S,
            most=self._settings.connections,
            take=lambda comer: self._give(take, comer),
            refuse=refuse,
        )
        self._loop.add_reader(self._socket, self._accept, self._arrivals)

    def room(self) -> None:
        """One of those whom ``take`` put off may come now."""
        if self._arrivals is not None:
            self._arrivals.room()

    def close(self) -> None:
        """Take none any more; those that wait are reset. Idempotent."""
        if self._socket.fileno() < 0:
            return
        self._loop.remove_reader(self._socket)
        if self._trying_again is not None:
            self._trying_again.cancel()
        if self._arrivals is not None:
            for comer in self._arrivals.close():
                reset(comer.connected)
        self._socket.close()

    def _accept(self, arrivals: Arrivals[_Comer]) -> None:
        if self._in_vain.wait() > 0:
            self._pause(_AT_ONCE / _IN_VAIN_PER_SECOND, arrivals)
            return
        for _ in range(_AT_ONCE):
            try:
                connected, peer = self._socket.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError as error:
                if not self._failed:
                    self._log.error("connections_not_taken", error=error.strerror, port=self.port)
                self._failed = True
                self._pause(_NO_DESCRIPTORS, arrivals)
                return
            if self._failed:
                self._failed = False
                self._log.info("connections_taken_again", port=self.port)
            connected.setblocking(False)
            arrivals.come(household_of(peer[0]), _Comer(connected, f"{peer[0]}:{peer[1]}"))

    def _pause(self, seconds: float, arrivals: Arrivals[_Comer]) -> None:
        self._loop.remove_reader(self._socket)
        self._trying_again = self._clock.call_later(
            seconds, lambda: self._loop.add_reader(self._socket, self._accept, arrivals)
        )

    def _came_in_vain(self) -> None:
        """Of many who leave at once no debt is made, which others would wait for."""
        if not self._in_vain.wait():
            self._in_vain.take()

    def _give(self, take: Take, comer: _Comer) -> Taken:
        try:
            if _has_left(comer.connected):
                comer.connected.close()
                self._came_in_vain()
                return Taken.GONE
            return take(*comer)
        except Exception as defect:
            self._log.error("connection_not_served", port=self.port, exc_info=defect)
            reset(comer.connected)
            return Taken.IN


def reset(connected: socket.socket) -> None:
    """Close it now; what was not read or sent is lost, and nothing of it stays with the kernel."""
    with suppress(OSError):
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NOW)
    connected.close()


def _has_left(connected: socket.socket) -> bool:
    try:
        return not connected.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        return True
