"""The way to one host: breaker, bulkhead, exchange, figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import TRACEPARENT, Log, Metrics, Tracing
from tellerline.connectors.connector import CannotBuildError
from tellerline.connectors.host import UNTRUSTED, Answer, LateReply
from tellerline.gateway.day.opening import QUEUE_GOES_FIRST, HostOpening
from tellerline.gateway.hosts.policy import HostBinding
from tellerline.gateway.resilience.breaker import Breaker, BreakerState
from tellerline.gateway.resilience.bulkhead import Bulkhead
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, HostCall
from tellerline.routing.model.outcome import Fate, NotSent, Unknown

_FAIR_SECONDS = 0.5
CANNOT_BUILD = "cannot_build"
_WORKING = BreakerState.CLOSED
_REPLIED = Fate.REPLIED


class HostGate:
    """One host. A place taken with ``enter`` is used by one ``exchange`` or given back with ``leave_unused``.

    The resolver's own calls (``advise``) need no place and no leave of the breaker: they are few, and they are how a
    host's return is noticed.
    """

    def __init__(self, binding: HostBinding, *, clock: Clock, metrics: Metrics, log: Log, tracing: Tracing) -> None:
        self.name = binding.host.name
        self.operations = binding.host.operations
        self.version_of = binding.version_of
        self.policy = binding.policy
        self.read_day = binding.read_day
        self._host = binding.host
        self._clock = clock
        self._metrics = metrics
        self._log = log
        self._tracing = tracing
        self.breaker = Breaker(clock, binding.policy.breaker)
        self.bulkhead = Bulkhead(clock, binding.policy.bulkhead)
        self.opening = HostOpening(binding.policy.day, clock)
        self.last_success_at: datetime | None = None
        self.last_failure_at: datetime | None = None
        self.last_failure = ""
        metrics.watch("breaker_open", self.name, lambda: self.breaker.state is not BreakerState.CLOSED)
        metrics.watch("in_flight", self.name, lambda: self.bulkhead.in_flight)
        metrics.watch("queued", self.name, lambda: self.bulkhead.queued)
        metrics.watch("closed", self.name, lambda: self.opening.closed() is not None)

    async def start(self, on_late_reply: Callable[[LateReply], None]) -> None:
        await self._host.start(on_late_reply)

    async def close(self) -> None:
        await self._host.close()

    async def closed(self, deadline: float, operation: str = "") -> NotSent | None:
        """Why nothing may be sent; waits a moment for what goes first, until ``deadline`` at most."""
        closed = self.opening.closed(operation)
        going_first = closed is not None and closed.reason == QUEUE_GOES_FIRST
        return None if going_first and await self.opening.released(deadline) else closed

    def enter_now(self) -> bool:
        """Take a place if one is free and the host is neither closed nor doubted; ``enter`` says what else there is."""
        unquestioned = not self.opening.watched and self.breaker.state is _WORKING
        return unquestioned and self.bulkhead.enter_now()

    async def enter(self, deadline: float, operation: str = "") -> NotSent | None:
        """Take a place, waiting until ``deadline`` at most; what is returned says why there is none."""
        closed = await self.closed(deadline, operation) if self.opening.watched else None
        if closed is not None:
            return closed
        if not self.breaker.allow():
            return NotSent(code=Code.HOST_UNAVAILABLE, reason="breaker_open")
        if self.bulkhead.enter_now():
            return None
        entered = False
        try:
            entered = await self.bulkhead.enter(deadline)
        finally:
            if not entered:
                self.breaker.abandoned()
        return None if entered else NotSent(code=Code.HOST_BUSY, reason="bulkhead_full")

    def leave_unused(self) -> None:
        """Give back a place that no exchange used."""
        self.breaker.abandoned()
        self.bulkhead.leave()

    async def exchange(self, command: Command, call: HostCall, deadline: float) -> Answer:
        """Ask the host once, in the place taken. Never raises, but for the caller's own cancellation."""
        told = False
        try:
            answer = await self._ask(command, call, deadline)
            told = True
            return answer
        finally:
            if not told:
                self.breaker.abandoned()
            self.bulkhead.leave()

    async def advise(self, command: Command, call: HostCall) -> Answer:
        """Ask the host about, or undo, something earlier; the operation's own timeout applies."""
        timeout = self.policy.timeout_of(command.operation)
        return await self._ask(command, call, self._clock.monotonic() + timeout)

    async def _ask(self, command: Command, call: HostCall, deadline: float) -> Answer:
        clock, operation = self._clock, command.operation
        began = clock.monotonic()
        try:
            if TRACEPARENT.get():
                answer = await self._traced(command, call, deadline)
            else:
                answer = await self._host.execute(command, call, deadline)
        except CannotBuildError as error:
            self.breaker.abandoned()
            reason = f"{CANNOT_BUILD}:{error.field}"
            return Answer(fate=Fate.NOT_SENT, outcome=NotSent(code=Code.INVALID_REQUEST, reason=reason))
        except Exception as error:  # a defect of a connector must not lose a transaction: it may have been sent
            self._log.error("connector_failed", host=self.name, operation=operation, error=repr(error))
            unknown = Unknown(code=Code.OUTCOME_UNKNOWN, reason="connector_failed")
            answer = Answer(fate=Fate.SENT_NO_REPLY, outcome=unknown)
        ended = clock.monotonic()
        self._watch_trust(answer, operation, call.reference)
        self._judge(answer, fair=deadline - began >= _FAIR_SECONDS)
        self._metrics.exchanges(self.name, operation, answer.fate).inc()
        self._metrics.exchange_seconds(self.name, operation).observe(ended - began)
        return answer

    async def _traced(self, command: Command, call: HostCall, deadline: float) -> Answer:
        """The same within a span, whose ``traceparent`` the transport may send along."""
        trace = self._tracing.exchange(f"{self.name} {command.operation}")
        if trace is None:
            return await self._host.execute(command, call, deadline)
        marked = TRACEPARENT.set(trace.traceparent)
        fate = "raised"
        try:
            answer = await self._host.execute(command, call, deadline)
            fate = answer.fate
            return answer
        finally:
            TRACEPARENT.reset(marked)
            self._tracing.end(trace, failed=fate != Fate.REPLIED, fate=fate, reference=call.reference)

    def _watch_trust(self, answer: Answer, operation: str, reference: str) -> None:
        """An alert for a reply that does not prove who it is from: the transaction is in doubt, and so is the line."""
        outcome = answer.outcome
        if isinstance(outcome, Unknown) and outcome.reason in UNTRUSTED:
            self._metrics.untrusted_replies(self.name, outcome.reason).inc()
            self._log.error(
                "reply_not_trusted", host=self.name, operation=operation, reference=reference, reason=outcome.reason
            )

    def _judge(self, answer: Answer, *, fair: bool) -> None:
        """Tell the breaker. A caller in a great hurry proves nothing about the host."""
        if answer.fate is _REPLIED:
            self.breaker.succeeded()
            self.last_success_at = self._clock.now()
            return
        if fair:
            self.breaker.failed()
        else:
            self.breaker.abandoned()
        self.last_failure_at = self._clock.now()
        outcome = answer.outcome
        self.last_failure = outcome.reason if isinstance(outcome, Unknown | NotSent) else str(answer.fate)
