"""Where the controller is connected: its requests come in here, and events go out, each with its number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import orjson

from tellerline.adapters.clock import Clock
from tellerline.adapters.lines.connection import LineConnection, LineHandler
from tellerline.simulators.faults import FaultEngine, Injector
from tellerline.simulators.softswitch.board import OrderRefusedError, Reason
from tellerline.simulators.softswitch.fields import Fields
from tellerline.simulators.softswitch.orders import Result

WIRE = 1
"""The version of the wire; docs/softswitch.md."""


class Serving(Protocol):
    """What the desk asks of the switch."""

    def carry_out(self, order: str, fields: Fields) -> Result: ...

    def controller_left(self) -> None:
        """Nobody is connected any more, or somebody else is about to be."""

    def crash(self, seconds: float) -> None: ...


class Desk:
    """One controller at a time: whoever connects takes the place of the one before.

    Answers come in the order of the requests, and an event after the answer to the order that made it, unless a fault
    says otherwise.
    """

    def __init__(self, clock: Clock, faults: FaultEngine, serving: Serving) -> None:
        self.run = ""
        self.closed = True
        """Whether whoever connects is sent away at once."""
        self._clock = clock
        self._injector = Injector(faults, clock)
        self._serving = serving
        self._told = 0
        self._controller: LineConnection | None = None
        self._held: list[bytes] | None = None

    @property
    def manned(self) -> bool:
        return self._controller is not None

    def open(self, run: str) -> None:
        """A new run: its events are numbered from 1."""
        self.run, self._told, self.closed = run, 0, False

    def accept(self, connection: LineConnection) -> LineHandler:
        if self.closed:
            connection.abort()
            return _Deaf()
        if self._controller is not None:
            self._controller.send(b'{"bye":"REPLACED"}')
            self._controller.close()
            self._leave()
        self._controller = connection
        connection.send(orjson.dumps({"switch": self.run, "wire": WIRE, "seq": self._told}))
        return _Controller(self, connection)

    def tell(self, event: str, **fields: str) -> None:
        """Number an event and send it; without a controller it is lost, and its number with it."""
        self._told += 1
        line = orjson.dumps({"seq": self._told, "event": event, "at": self._clock.now().isoformat(), **fields})
        if self._held is not None:
            self._held.append(line)
        elif self._controller is not None:
            self._controller.send(line)

    def cut(self) -> None:
        """Break the link off; events on their way are lost."""
        if self._controller is not None:
            self._controller.abort()
            self._leave()

    def received(self, connection: LineConnection, line: bytes) -> None:
        request = _request(line)
        if request is None:
            connection.send(b'{"bye":"UNREADABLE"}')
            connection.close()
            self.lost(connection)
            return
        self._held = []
        try:
            self._injector.serve(_Attempt(self._serving, connection, request))
        finally:
            held, self._held = self._held, None
            for event in held:
                connection.send(event)

    def lost(self, connection: LineConnection) -> None:
        if connection is self._controller:
            self._leave()

    def _leave(self) -> None:
        self._controller = None
        self._serving.controller_left()


class _Controller:
    __slots__ = ("_connection", "_desk")

    def __init__(self, desk: Desk, connection: LineConnection) -> None:
        self._desk = desk
        self._connection = connection

    def line_received(self, line: bytes) -> None:
        self._desk.received(self._connection, line)

    def connection_lost(self) -> None:
        self._desk.lost(self._connection)


class _Deaf:
    def line_received(self, line: bytes) -> None: ...

    def connection_lost(self) -> None: ...


class _Attempt:
    """One request at the desk, as faults see it."""

    amount = None

    def __init__(self, serving: Serving, connection: LineConnection, request: Mapping[str, Any]) -> None:
        self._serving = serving
        self._connection = connection
        self._fields = {name: value for name, value in request.items() if name not in ("id", "order")}
        self._id: int = request["id"]
        self.operation: str = request["order"]
        self.account = str(self._fields.get("address", self._fields.get("leg", "")))

    def carry_out(self) -> bytes:
        try:
            result = self._serving.carry_out(self.operation, Fields(self._fields))
        except OrderRefusedError as refused:
            return self._refusal(refused.reason, refused.detail)
        return orjson.dumps({"id": self._id, "result": result})

    def refuse(self, code: str) -> bytes:
        return self._refusal(Reason.REFUSED, f"fault {code}")

    def contradict(self) -> bytes:
        return self._refusal(Reason.REFUSED, "contradiction")

    def send(self, reply: bytes) -> None:
        self._connection.send(reply.replace(b"\n", b" "))

    def cut(self, reply: bytes) -> None:
        self.send(reply[: len(reply) // 2])

    def leave(self) -> None: ...

    def crash(self, seconds: float) -> None:
        self._serving.crash(seconds)

    def _refusal(self, reason: Reason, detail: str) -> bytes:
        return orjson.dumps({"id": self._id, "error": reason.value, "detail": detail})


def _request(line: bytes) -> dict[str, Any] | None:
    try:
        request = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(request, dict):
        return None
    readable = isinstance(request.get("id"), int) and isinstance(request.get("order"), str)
    return request if readable else None
