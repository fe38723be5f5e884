"""The credit host at its queue: records in, records out, faults in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import date
from typing import Any

from tellerline.adapters.clock import Clock
from tellerline.adapters.mq.listener import InboundRequest, QueueListener
from tellerline.simulators.credit.copybook import RecordError, Value
from tellerline.simulators.credit.host import CreditHost
from tellerline.simulators.credit.messages import Reply
from tellerline.simulators.credit.population import make_loans
from tellerline.simulators.credit.records import Records
from tellerline.simulators.faults import FaultEngine, Injector
from tellerline.simulators.hosting.codes import REFUSED, UNREADABLE
from tellerline.simulators.hosting.host import Books, Holder
from tellerline.simulators.hosting.received import ReceivedLog
from tellerline.simulators.ledger import Ledger

REQUEST_QUEUE = "credit.requests"
OPERATIONS = {
    "ECHO": "Echo",
    "INQUIRE": "InquireTransaction",
    "REVERSE": "ReverseTransaction",
    "GETLOAN": "GetLoan",
    "LISTINST": "ListInstalments",
    "REPAYLN": "RepayLoan",
}
"""Message types as fault rules and the log of requests name them."""
_REFERENCE = slice(10, 42)


class CreditServer:
    """Consumes one request queue. A request is acknowledged when it is answered, or lost on purpose.

    ``listeners`` makes a new listener of the request queue for each life of the host; None: it hears nothing.
    """

    name = "credit"
    url = ""
    changing = frozenset({"RepayLoan"})

    def __init__(
        self, host: CreditHost, faults: FaultEngine, clock: Clock, listeners: Callable[[], QueueListener] | None
    ) -> None:
        self.host = host
        self.faults = faults
        self.received = ReceivedLog(self.name)
        self.crashes = 0
        self.records = Records()
        self._clock = clock
        self._injector = Injector(faults, clock)
        self._listeners = listeners
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
        """Without the ledger, which is the core host's."""
        return (self.host,)

    @property
    def references(self) -> int:
        return len(self.host.references)

    def populate(self, holders: Sequence[Holder], seed: int) -> None:
        today = date.fromisoformat(self.host.calendar.accounting_date())
        for loan in make_loans(holders, seed, today):
            self.host.grant(loan)

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
        try:
            row = self.records.read(request.body)
        except RecordError:
            self.received.add(self.host.calendar.now(), "unreadable", "", {})
            request.reply(self._unreadable(request.body))
            request.ack()
            return
        attempt = RecordAttempt(self, row, request)
        self.received.add(self.host.calendar.now(), attempt.operation, attempt.reference, row)
        self._injector.serve(attempt)

    async def _listen(self) -> None:
        if self._listeners is not None:
            listener = self._listener = self._listeners()
            await listener.start(self.handle)

    def _revive(self) -> None:
        if self._running and self._listener is None:
            self._spawn(self._listen())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _unreadable(self, body: bytes) -> bytes:
        reference = body[_REFERENCE].decode("ascii", "replace").strip(" ").replace("\ufffd", "?")
        return self.records.failure(
            Reply(reference=reference, host_code=UNREADABLE, accounting_date=self.host.calendar.accounting_date())
        )


class RecordAttempt:
    """One request record as the fault injector sees it."""

    __slots__ = ("_message_type", "_request", "_row", "_server", "reference")

    def __init__(self, server: CreditServer, row: dict[str, Value], request: InboundRequest) -> None:
        self._server = server
        self._row = row
        self._request = request
        self._message_type = str(row["MESSAGE-TYPE"])
        self.reference = str(row["REFERENCE"])

    @property
    def operation(self) -> str:
        return OPERATIONS[self._message_type]

    @property
    def account(self) -> str:
        return str(self._row.get("ACCOUNT", ""))

    @property
    def amount(self) -> int | None:
        amount = self._row.get("AMOUNT")
        return amount if isinstance(amount, int) else None

    def carry_out(self) -> bytes:
        reply = self._server.host.handle(self._message_type, self.reference, self._row)
        return self._server.records.reply(self._message_type, reply)

    def refuse(self, code: str) -> bytes:
        date = self._server.host.calendar.accounting_date()
        reply = Reply(reference=self.reference, host_code=code, accounting_date=date)
        return self._server.records.reply(self._message_type, reply)

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
