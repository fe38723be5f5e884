"""A SOAP host at its socket: SOAP in, SOAP out, faults in between."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, ClassVar

from tellerline.adapters.clock import Clock
from tellerline.simulators.faults import FaultEngine, Injector
from tellerline.simulators.hosting.codes import OK, REFUSED, RETRYABLE, UNKNOWN_OPERATION, UNREADABLE
from tellerline.simulators.hosting.host import Books
from tellerline.simulators.hosting.received import ReceivedLog
from tellerline.simulators.ledger import Ledger
from tellerline.simulators.ledger.money import minor_units
from tellerline.simulators.soap.contract import Contract, UnknownOperationError, UnreadableError
from tellerline.simulators.soap.envelope import Envelopes, is_fault
from tellerline.simulators.soap.host import SoapHost
from tellerline.simulators.soap.http import Connection, HttpRequest
from tellerline.simulators.soap.messages import Reply, SoapRequest


class SoapServer:
    """Listens on one address, on the running loop. ``GET /<name>?wsdl`` answers the contract.

    A ``SimulatedHost`` but for ``populate``; a subclass names itself and, in ``changing``, its operations that
    magic accounts and amounts strike.
    """

    name: ClassVar[str]
    changing: ClassVar[frozenset[str]] = frozenset()

    def __init__(
        self, host: SoapHost, contract: Contract, envelopes: Envelopes, faults: FaultEngine, clock: Clock
    ) -> None:
        self.faults = faults
        self.received = ReceivedLog(self.name)
        self.crashes = 0
        self.contract = contract
        self.envelopes = envelopes
        self._host = host
        self._path = f"/{self.name}"
        self._clock = clock
        self._injector = Injector(faults, clock)
        self._connections: set[Connection] = set()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._address = ("127.0.0.1", 0)
        self._running = False

    @property
    def url(self) -> str:
        """Where it listens; the port is the one bound first, also while the host is down."""
        return f"http://{self._address[0]}:{self._address[1]}{self._path}"

    @property
    def up(self) -> bool:
        return self._server is not None

    @property
    def ledger(self) -> Ledger:
        return self._host.ledger

    @property
    def books(self) -> Sequence[Books]:
        return self._host.ledger, self._host

    @property
    def references(self) -> int:
        return len(self._host.references)

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

    def carry_out(self, message: SoapRequest) -> bytes:
        return self.envelopes.reply(message.operation, self._host.handle(message))

    def reject(self, message: SoapRequest, code: str) -> bytes:
        """A rejection with this code, whatever the host would have said."""
        assert code != OK
        date = self._host.calendar.accounting_date()
        reply: Reply[Any] = Reply(reference=message.reference, host_code=code, accounting_date=date)
        return self.envelopes.reply(message.operation, reply)

    def handle(self, request: HttpRequest, connection: Connection) -> None:
        path, _, query = request.target.partition("?")
        if path != self._path:
            connection.answer(404, b"no such service", "text/plain")
        elif request.method == "POST":
            self._serve(request, connection)
        elif request.method == "GET" and query.lower() == "wsdl":
            connection.answer(200, self.contract.published(self.url))
        else:
            connection.answer(405, b"POST a SOAP message, or GET ?wsdl", "text/plain")

    def _serve(self, request: HttpRequest, connection: Connection) -> None:
        now = self._host.calendar.now()
        try:
            message = self.contract.read(request.body, request.action)
        except UnreadableError as error:
            self.received.add(now, "unreadable", "", {})
            connection.answer(500, self.envelopes.fault(UNREADABLE, error.why))
        except UnknownOperationError as error:
            self.received.add(now, "unknown", "", {})
            connection.answer(500, self.envelopes.fault(UNKNOWN_OPERATION, str(error)))
        else:
            self.received.add(now, message.operation, message.reference, message.fields)
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

    def __init__(self, server: SoapServer, message: SoapRequest, connection: Connection) -> None:
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
        return self._server.carry_out(self._message)

    def refuse(self, code: str) -> bytes:
        """A SOAP fault for the codes that mean "not now", a rejection for the others."""
        if code in RETRYABLE:
            return self._server.envelopes.fault(code, reference=self._message.reference)
        return self._server.reject(self._message, code)

    def contradict(self) -> bytes:
        return self._server.reject(self._message, REFUSED)

    def send(self, reply: bytes) -> None:
        html = reply.startswith(b"<html")
        status = 500 if is_fault(reply) else 200
        self._connection.answer(status, reply, "text/html" if html else "text/xml; charset=utf-8")

    def cut(self, reply: bytes) -> None:
        self._connection.answer_half(200, reply)

    def leave(self) -> None:
        """The caller waits until its own patience ends."""

    def crash(self, seconds: float) -> None:
        self._server.crash(seconds)
