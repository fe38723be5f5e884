"""The port that terminals connect to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from tellerline.gateway.channels.iso8583.connection import Connection, Counter
from tellerline.gateway.channels.iso8583.listening import Listener
from tellerline.gateway.channels.iso8583.terminals import Terminal, check_keys
from tellerline.gateway.channels.iso8583.wire import Wire


class Iso8583Front:
    """Serves terminals from ``start`` until ``drain``; not to be started again."""

    def __init__(self, counter: Counter, terminals: Mapping[str, Terminal]) -> None:
        self._counter = counter
        self._terminals = terminals
        self._connections: dict[Connection, asyncio.Task[None]] = {}
        self._of_terminal: dict[str, Connection] = {}
        self._listener: Listener | None = None
        self._draining = False

    async def start(self) -> int:
        """Listen and return the port. Raises ``OSError``; ``TerminalError`` for a master key that is of no use."""
        settings, clock = self._counter.settings, self._counter.clock
        await check_keys(self._terminals, self._counter.hsm)
        self._listener = Listener(settings, clock, self._counter.log)
        self._listener.serve(lambda: Wire(settings.framing(), clock, self._accept))
        self._counter.metrics.watch_connections(lambda: len(self._connections))
        return self._listener.port

    async def drain(self, grace: float) -> None:
        """Accept and read nothing new, let what is under way be answered, for ``grace`` seconds. Idempotent."""
        self._draining = True
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

    def _accept(self, wire: Wire) -> None:
        if self._draining or not self._make_room():
            self._counter.metrics.atm_connections_ended("no_room").inc()
            wire.close()
            return
        connection = Connection(wire, self._counter, self)
        task = asyncio.get_running_loop().create_task(connection.serve())
        self._connections[connection] = task
        task.add_done_callback(lambda _: self._forget(connection))

    def _forget(self, connection: Connection) -> None:
        del self._connections[connection]
        if self._of_terminal.get(connection.terminal) is connection:
            del self._of_terminal[connection.terminal]

    def _make_room(self) -> bool:
        """Whether one more may come; the oldest that serves nobody gives way to it."""
        if len(self._connections) < self._counter.settings.connections:
            return True
        least = next((connection for connection in self._connections if connection.gives_way), None)
        if least is not None:
            least.end("gave_way")
        return least is not None


def _cancel(tasks: Iterable[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
