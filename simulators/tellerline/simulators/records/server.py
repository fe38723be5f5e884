"""A host at its queue: records in, records out, faults in between."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, ClassVar

from tellerline.adapters.clock import Clock
from tellerline.adapters.mq.listener import InboundRequest, QueueListener
from tellerline.simulators.faults import FaultEngine, Injector
from tellerline.simulators.hosting.codes import REFUSED
from tellerline.simulators.hosting.copybook import RecordError, Row
from tellerline.simulators.hosting.host import Books, Holder, Queues
from tellerline.simulators.hosting.received import ReceivedLog
from tellerline.simulators.ledger import Ledger
from tellerline.simulators.records.host import RecordHost
from tellerline.simulators.records.reply import Reply


class RecordServer:
    """Consumes one request queue. A request is acknowledged when it is answered, or lost on purpose.

    ``queues`` makes a new listener on ``queue`` for each life of the host; None: it hears nothing. A subclass says its
    name and queue, what fault rules and the log of requests call its message types, and which of those change
    something; ``account_fields`` are the fields that may hold the account that a fault rule names.
    """

    name: ClassVar[str]
    queue: ClassVar[str]
    operations: ClassVar[Mapping[str, str]]
    changing: ClassVar[frozenset[str]]
    account_fields: ClassVar[Sequence[str]] = ("ACCOUNT",)
    url = ""

    def __init__(self, host: RecordHost, faults: FaultEngine, clock: Clock, queues: Queues | None) -> None:
        self.host = host
        self.faults = faults
        self.received = ReceivedLog(self.name)
        self.crashes = 0
        self._clock = clock
        self._injector = Injector(faults, clock)
        self._queues = queues
        self._listener: QueueListener | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._running = False

    @property
    def up(self) -> bool:
        return self._listener is not None

    @property
    def ledger(self) -> Ledger:
        return self.host.ledger

    @property
    def books(self) -> Sequence[Books]:
        return self.host.ledger, self.host

    @property
    def references(self) -> int:
        return len(self.host.references)

    def populate(self, holders: Sequence[Holder], seed: int) -> None:
        """Nothing, unless a subclass keeps something for each customer."""

    async def start(self, address: str = "", port: int = 0) -> None:
        """Listen on the queue; there is no address to bind."""
        self._running = True
        await self._listen()

    async def close(self) -> None:
        """Stop consuming; requests not answered go back to the queue. Idempotent."""
        self._running = False
        for task in tuple(self._tasks):
            task.cancel()
        listener, self._listener = self._listener, None
        if listener is not None:
            await listener.close()

    def crash(self, seconds: float) -> None:
        """Die as a process does: nothing is settled any more; back after ``seconds`` of the clock."""
        listener, self._listener = self._listener, None
        if listener is None:
            return
        self.crashes += 1
        self._spawn(listener.close())
        self._clock.call_later(seconds, self._revive)

    async def handle(self, request: InboundRequest) -> None:
        """Answer one delivery; while the host is down it is neither read nor settled."""
        if self._listener is None:
            return
        calendar = self.host.calendar
        try:
            row = self.host.layout.read(request.body)
        except RecordError:
            self.received.add(calendar.now(), "unreadable", "", {})
            request.reply(self.host.layout.failure(request.body, calendar.accounting_date()))
            request.ack()
            return
        attempt = RecordAttempt(self, row, request)
        self.received.add(calendar.now(), attempt.operation, attempt.reference, row)
        self._injector.serve(attempt)

    async def _listen(self) -> None:
        if self._queues is not None:
            listener = self._listener = self._queues(self.queue)
            await listener.start(self.handle)

    def _revive(self) -> None:
        if self._running and self._listener is None:
            self._spawn(self._listen())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class RecordAttempt:
    """One request record as the fault injector sees it."""

    __slots__ = ("_message_type", "_request", "_row", "_server", "reference")

    def __init__(self, server: RecordServer, row: Row, request: InboundRequest) -> None:
        self._server = server
        self._row = row
        self._request = request
        self._message_type = str(row["MESSAGE-TYPE"])
        self.reference = str(row["REFERENCE"])

    @property
    def operation(self) -> str:
        return self._server.operations[self._message_type]

    @property
    def account(self) -> str:
        accounts = (str(self._row.get(name, "")) for name in self._server.account_fields)
        return next((account for account in accounts if account), "")

    @property
    def amount(self) -> int | None:
        amount = self._row.get("AMOUNT")
        return amount if isinstance(amount, int) else None

    def carry_out(self) -> bytes:
        return self._encoded(self._server.host.handle(self._message_type, self.reference, self._row))

    def refuse(self, code: str) -> bytes:
        return self._encoded(self._server.host.reply(self.reference, host_code=code))

    def contradict(self) -> bytes:
        return self.refuse(REFUSED)

    def send(self, reply: bytes) -> None:
        self._request.reply(reply)
        self._request.ack()

    def cut(self, reply: bytes) -> None:
        self.send(reply[: len(reply) // 2])

    def leave(self) -> None:
        self._request.ack()

    def crash(self, seconds: float) -> None:
        self._server.crash(seconds)

    def _encoded(self, reply: Reply) -> bytes:
        return self._server.host.layout.reply(self._message_type, reply)
