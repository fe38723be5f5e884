"""The port that terminals connect to."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable, Mapping

from tellerline.gateway.channels.iso8583.arrivals import Taken
from tellerline.gateway.channels.iso8583.connection import Connection, Counter
from tellerline.gateway.channels.iso8583.listening import Listener, reset
from tellerline.gateway.channels.iso8583.terminals import Terminal, check_keys
from tellerline.gateway.channels.iso8583.wire import Wire


class Iso8583Front:
    """Serves terminals from ``start`` until ``drain``; not to be started again."""

    def __init__(self, counter: Counter, terminals: Mapping[str, Terminal]) -> None:
        self._counter = counter
        self._terminals = terminals
        self._framing = counter.settings.framing()
        self._connections: dict[Connection, asyncio.Task[None]] = {}
        self._of_terminal: dict[str, Connection] = {}
        self._listener: Listener | None = None

    async def start(self) -> int:
        """Listen and return the port. Raises ``OSError``; ``TerminalError`` for a master key that is of no use."""
        await check_keys(self._terminals, self._counter.hsm)
        self._listener = Listener(self._counter.settings, self._counter.clock, self._counter.log)
        self._listener.serve(self._take, self._count_no_room)
        self._counter.metrics.watch_connections(lambda: len(self._connections))
        return self._listener.port

    async def drain(self, grace: float) -> None:
        """Accept and read nothing new, let what is under way be answered, for ``grace`` seconds. Idempotent."""
        if self._listener is not None:
            self._listener.close()
        for connection in self._connections:
            connection.end("drained")
        tasks = set(self._connections.values())
        if tasks:
            timer = self._counter.clock.call_later(grace, lambda: _cancel(tasks))
            await asyncio.wait(tasks)
            timer.cancel()

    def signed_on(self, connection: Connection, terminal: str) -> None:
        """See ``connection.Hall``."""
        older = self._of_terminal.get(terminal)
        self._of_terminal[terminal] = connection
        if older is not None and older is not connection:
            older.end("signed_on_elsewhere")

    def _take(self, connected: socket.socket, address: str) -> Taken:
        """Serve it. Without room, the oldest connection that serves nobody gives way to it; it waits until one has."""
        if len(self._connections) < self._counter.settings.connections:
            wire = Wire(self._framing, self._counter.clock)
            connection = Connection(wire, address, self._counter, self)
            task = asyncio.get_running_loop().create_task(self._serve(connected, wire, connection))
            self._connections[connection] = task
            task.add_done_callback(lambda _: self._forget(connection))
        elif any(connection.give_way() for connection in self._connections):
            return Taken.LATER
        else:
            self._count_no_room()
            reset(connected)
        return Taken.IN

    async def _serve(self, connected: socket.socket, wire: Wire, connection: Connection) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(lambda: wire, connected)
        except Exception as error:
            self._counter.desk.tell_defect(error)
            reset(connected)
        else:
            await connection.serve()

    def _forget(self, connection: Connection) -> None:
        del self._connections[connection]
        if self._of_terminal.get(connection.terminal) is connection:
            del self._of_terminal[connection.terminal]
        if self._listener is not None:
            self._listener.room()

    def _count_no_room(self) -> None:
        self._counter.metrics.atm_connections_ended("no_room").inc()


def _cancel(tasks: Iterable[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
