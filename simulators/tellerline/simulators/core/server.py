"""The core host at its socket: SOAP in, SOAP out, faults in between."""

from __future__ import annotations

import asyncio

from tellerline.adapters.clock import Clock
from tellerline.simulators.core import envelope
from tellerline.simulators.core.contract import Contract, UnknownOperationError, UnreadableError, wsdl
from tellerline.simulators.core.envelope import Envelopes
from tellerline.simulators.core.host import CoreHost
from tellerline.simulators.core.http import Connection, HttpRequest
from tellerline.simulators.core.messages import CoreRequest, Reply
from tellerline.simulators.faults import FaultEngine, Injector
from tellerline.simulators.hosting.codes import OK, REFUSED, RETRYABLE, UNKNOWN_OPERATION, UNREADABLE
from tellerline.simulators.hosting.received import ReceivedLog
from tellerline.simulators.ledger.money import minor_units

PATH = "/core"


class CoreServer:
    """Listens on one address, on the running loop. ``GET /core?wsdl`` answers the contract."""

    def __init__(self, host: CoreHost, faults: FaultEngine, clock: Clock) -> None:
        self.host = host
        self.faults = faults
        self.received = ReceivedLog("core")
        self.crashes = 0
        self.envelopes = Envelopes(host.calendar)
        self._clock = clock
        self._injector = Injector(faults, clock)
        self._contract = Contract()
        self._connections: set[Connection] = set()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._address = ("127.0.0.1", 0)
        self._running = False

    @property
    def url(self) -> str:
        """Where it listens; the port is the one bound first, also while the host is down."""
        return f"http://{self._address[0]}:{self._address[1]}{PATH}"

    @property
    def up(self) -> bool:
        return self._server is not None

    async def start(self, address: str = "127.0.0.1", port: int = 0) -> None:
        """Bind and listen; port 0 takes a free one. ``OSError`` when the port is taken."""
        self._address = (address, port)
        self._running = True
        await self._listen()

    async def close(self) -> None:
        """Stop listening and drop every connection. Idempotent."""
        self._running = False
        for task in tuple(self._tasks):
            task.cancel()
        self._die()

    def crash(self, seconds: float) -> None:
        """Die as a process does: connections drop, the port refuses; back after ``seconds`` of the clock."""
        self.crashes += 1
        self._die()
        self._clock.call_later(seconds, self._revive)

    def handle(self, request: HttpRequest, connection: Connection) -> None:
        path, _, query = request.target.partition("?")
        if path != PATH:
            connection.answer(404, b"no such service", "text/plain")
        elif request.method == "POST":
            self._serve(request, connection)
        elif request.method == "GET" and query.lower() == "wsdl":
            connection.answer(200, wsdl(self.url))
        else:
            connection.answer(405, b"POST a SOAP message, or GET ?wsdl", "text/plain")

    def _serve(self, request: HttpRequest, connection: Connection) -> None:
        try:
            message = self._contract.read(request.body, request.action)
        except UnreadableError as error:
            self.received.add(self.host.calendar.now(), "unreadable", "", {})
            connection.answer(500, envelope.fault(UNREADABLE, error.why))
        except UnknownOperationError as error:
            self.received.add(self.host.calendar.now(), "unknown", "", {})
            connection.answer(500, envelope.fault(UNKNOWN_OPERATION, str(error)))
        else:
            self.received.add(self.host.calendar.now(), message.operation, message.reference, message.fields)
            self._injector.serve(SoapAttempt(self, message, connection))

    async def _listen(self) -> None:
        def connect() -> Connection:
            return Connection(self.handle, self._connections)

        self._server = await asyncio.get_running_loop().create_server(connect, *self._address, reuse_address=True)
        self._address = (self._address[0], self._server.sockets[0].getsockname()[1])

    def _die(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in tuple(self._connections):
            connection.abort()

    def _revive(self) -> None:
        if self._running and self._server is None:
            task = asyncio.get_running_loop().create_task(self._listen())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


class SoapAttempt:
    """One SOAP request as the fault injector sees it."""

    __slots__ = ("_connection", "_message", "_server")

    def __init__(self, server: CoreServer, message: CoreRequest, connection: Connection) -> None:
        self._server = server
        self._message = message
        self._connection = connection

    @property
    def operation(self) -> str:
        return self._message.operation

    @property
    def account(self) -> str:
        fields = self._message.fields
        return fields.get("debitAccount") or fields.get("account", "")

    @property
    def amount(self) -> int | None:
        fields = self._message.fields
        try:
            return minor_units(fields["amount/value"], fields["amount/currency"])
        except (KeyError, ValueError):
            return None

    def carry_out(self) -> bytes:
        return self._server.envelopes.reply(self._message, self._server.host.handle(self._message))

    def refuse(self, code: str) -> bytes:
        """A SOAP fault for the codes that mean "not now", a rejection for the others."""
        if code in RETRYABLE:
            return envelope.fault(code, reference=self._message.reference)
        return self._reply(code)

    def contradict(self) -> bytes:
        return self._reply(REFUSED)

    def send(self, reply: bytes) -> None:
        html = reply.startswith(b"<html")
        status = 500 if reply.startswith(envelope.FAULT_OPENING) else 200
        self._connection.answer(status, reply, "text/html" if html else "text/xml; charset=utf-8")

    def cut(self, reply: bytes) -> None:
        self._connection.answer_half(200, reply)

    def leave(self) -> None:
        """The caller waits until its own patience ends."""

    def crash(self, seconds: float) -> None:
        self._server.crash(seconds)

    def _reply(self, code: str) -> bytes:
        assert code != OK
        date = self._server.host.calendar.accounting_date()
        reply = Reply(reference=self._message.reference, host_code=code, accounting_date=date)
        return self._server.envelopes.reply(self._message, reply)
