"""What was accepted for a closed host: written down, and sent before anything else when the host is back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Log, Metrics
from tellerline.gateway.doubt.policy import TRANSIENT_REFUSALS
from tellerline.gateway.doubt.schedule import WakeUp
from tellerline.gateway.hosts.gate import CANNOT_BUILD, HostGate
from tellerline.gateway.journal.codec import NotInJournalError, command_from_json, outcome_json
from tellerline.gateway.journal.port import ClosedHosts, Journal, StoreUnavailableError
from tellerline.gateway.journal.records import Acceptance, Accepted, Duplicate, Record, State
from tellerline.gateway.limits.rules import LimitRules
from tellerline.gateway.pipeline.answers import in_words
from tellerline.gateway.pipeline.losses import REPORT_LOSS, LossBlocks
from tellerline.gateway.pipeline.settling import Settler
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import HostCall
from tellerline.routing.model.outcome import NotSent, Outcome, Rejected, Unknown

QUEUED = frozenset({State.QUEUED})
_RETRY_SECONDS = (1.0, 2.0, 4.0, 8.0, 15.0)
_ELSEWHERE_SECONDS = 0.1
_STORE_SECONDS = 1.0


@dataclass(slots=True)
class _Line:
    """One host's line. ``tries`` counts what was sent in vain since anything was taken."""

    gate: HostGate
    wake: WakeUp
    tries: int = 0
    attempts: int = 1
    told: tuple[str, str] = ("", "")
    task: asyncio.Task[None] | None = None


@dataclass(slots=True, kw_only=True)
class ClosedHostQueue:
    """One per gateway; several gateways on one database send each row once and in order, by claims.

    A row is sent under its own reference to a host that does each reference once, so a crash at any point means that
    it is sent again. A readable answer settles it; silence makes it a doubt, which no longer holds up the line; a host
    that is not there, or says "later", is asked again.
    """

    waiting: ClosedHosts
    journal: Journal
    settler: Settler
    losses: LossBlocks
    limits: LimitRules
    clock: Clock
    metrics: Metrics
    log: Log
    owner: str
    sweep_seconds: float
    _lines: dict[str, _Line] = field(default_factory=dict)

    async def start(self, gates: Iterable[HostGate]) -> None:
        """Look for what earlier lives and other gateways accepted, then keep looking until ``close``.

        What waits for a host that is not among ``gates`` becomes a doubt, which goes to people for want of anybody to
        ask. Raises ``StoreUnavailableError``.
        """
        gone = set(await self.waiting.awaited())
        for gate in gates:
            gone.discard(gate.name)
            if gate.opening.queues or gate.opening.held or await self.waiting.queued(gate.name, 1):
                self._keep(gate)
        for host in sorted(gone):
            await self._give_up(host)

    def watch(self, gate: HostGate) -> None:
        """Look after a host for which something may be accepted from now on while it is closed."""
        self._keep(gate).wake.due_in(0.0)

    async def close(self) -> None:
        """Stop at once: what waits is safe. Idempotent."""
        tasks = [line.task for line in self._lines.values() if line.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._lines.clear()

    async def accept(self, gate: HostGate, acceptance: Acceptance, closed: NotSent) -> Accepted | Duplicate:
        """Accept durably what is to be sent when ``gate`` is open again. Raises ``StoreUnavailableError``."""
        back = datetime.fromisoformat(closed.until) if closed.until else acceptance.due_at
        event = self.settler.event("queued", host=gate.name, reason=closed.reason, back_at=closed.until)
        verdict = await self.waiting.accept(replace(acceptance, due_at=back), event)
        if isinstance(verdict, Accepted):
            self._joined(gate, acceptance)
        return verdict

    def refused(self, gate: HostGate, acceptance: Acceptance, closed: NotSent) -> None:
        """Leave a trace of what was refused because ``gate`` is closed, off the caller's way; limits are untouched."""
        at = self.clock.now()
        self.journal.audit(unsent(acceptance, closed, at))
        event = self.settler.event("refused_while_closed", host=gate.name, reason=closed.reason, back_at=closed.until)
        self.waiting.note(acceptance.global_serial, event)
        self.metrics.stand_ins(gate.name, acceptance.operation, "refused").inc()

    async def take_back(self, gate: HostGate, acceptance: Acceptance, outcome: Outcome) -> bool:
        """Queue what the host itself has just put off; False, and nothing written, if the row has moved on."""
        event = self.settler.event("queued", host=gate.name, reason=in_words(outcome).lower())
        if await self.settler.put_off(acceptance, event) is None:
            return False
        self._joined(gate, acceptance)
        line = self._keep(gate)
        gate.opening.stalled = True
        line.wake.due_in(_RETRY_SECONDS[0])
        return True

    def _joined(self, gate: HostGate, acceptance: Acceptance) -> None:
        gate.opening.hold()
        self.metrics.stand_ins(gate.name, acceptance.operation, "queued").inc()
        if acceptance.operation == REPORT_LOSS:
            self.losses.opened(acceptance.account, acceptance.global_serial)
        self._keep(gate)

    def _keep(self, gate: HostGate) -> _Line:
        line = self._lines.get(gate.name)
        if line is None:
            line = self._lines[gate.name] = _Line(gate, WakeUp(self.clock, self.sweep_seconds))
            gate.opening.hold()
            gate.opening.on_turn = lambda: line.wake.due_in(0.0)
            line.task = asyncio.get_running_loop().create_task(self._run(line))
        return line

    async def _give_up(self, host: str) -> None:
        """Never sent from here, but perhaps by a gateway that was still connected: no more is known than that."""
        unknown = Unknown(code=Code.OUTCOME_UNKNOWN, reason="host_not_connected")
        while waiting := await self.waiting.queued(host):
            for record in waiting:
                if await self.settler.doubt(record, unknown, expected=QUEUED) is not None:
                    self.log.error("host_gone", serial=record.global_serial, host=host, operation=record.operation)

    async def _run(self, line: _Line) -> None:
        while True:
            line.wake.begin()
            try:
                await self._drain(line)
            except StoreUnavailableError as error:
                self.metrics.store_failures("queue").inc()
                self.log.error("store_unavailable", step="queue", host=line.gate.name, reason=error.reason)
                line.wake.due_in(_STORE_SECONDS)
            except Exception as error:  # one row's defect must not close a host for ever
                self.log.error("queue_failed", host=line.gate.name, exc_info=error)
                line.wake.due_in(_STORE_SECONDS)
            await line.wake.wait()

    async def _drain(self, line: _Line) -> None:
        """Send what waits, one after the other, until there is none or the host takes no more."""
        gate, opening = line.gate, line.gate.opening
        while True:
            closed_for = opening.closed_for()
            if closed_for != 0.0:
                if closed_for is not None:
                    line.wake.due_in(closed_for)
                return
            looked = opening.looking()
            head = await self.waiting.queued(gate.name, 1)
            if not head:
                if opening.release(looked):
                    return
                continue
            if not opening.held:
                opening.hold()
            if not await self.waiting.claim(head[0].global_serial, self.owner, self.clock.now()):
                line.wake.due_in(_ELSEWHERE_SECONDS)
                return
            if not await self._send(line, head[0]):
                opening.stalled = True
                line.wake.due_in(_RETRY_SECONDS[min(line.tries, len(_RETRY_SECONDS)) - 1])
                return
            opening.stalled, line.tries = False, 0

    async def _send(self, line: _Line, record: Record) -> bool:
        """Whether it waits no more."""
        line.attempts += 1
        outcome = await self._ask(line, record)
        if _later(outcome):
            line.tries += 1
            reason = outcome.reason if isinstance(outcome, NotSent) else in_words(outcome).lower()
            if line.told != (record.global_serial, reason):
                line.told = record.global_serial, reason
                await self.settler.note(record, self.settler.event("still_waiting", reason=reason))
            return False
        if isinstance(outcome, Unknown):
            await self.settler.doubt(record, outcome, expected=QUEUED)
        elif isinstance(outcome, NotSent):
            unsendable = Unknown(code=Code.OUTCOME_UNKNOWN, reason=outcome.reason)
            await self.settler.doubt(record, unsendable, expected=QUEUED)
        else:
            event = self.settler.event("sent_when_back", answer=in_words(outcome))
            await self.settler.end(record, outcome, QUEUED, event)
        self.metrics.stand_ins(record.host, record.operation, "sent").inc()
        self.log.info("sent_when_back", serial=record.global_serial, host=record.host, answer=in_words(outcome))
        return True

    async def _ask(self, line: _Line, record: Record) -> Outcome:
        try:
            command = command_from_json(record.command)
        except NotInJournalError:
            return Unknown(code=Code.OUTCOME_UNKNOWN, reason="command_unreadable")
        call = HostCall(
            reference=record.global_serial,
            channel=record.channel,
            accepted_at=record.accepted_at.astimezone(self.limits.zone).isoformat(),
            attempt=line.attempts,
            branch=record.branch,
            operator=record.agent,
        )
        return (await line.gate.advise(command, call)).outcome


def unsent(acceptance: Acceptance, closed: NotSent, at: datetime) -> Record:
    """The final row of something that never left."""
    shared = {name: getattr(acceptance, name) for name in Acceptance.__slots__ if name != "limited"}
    return Record(
        **shared,
        state=State.NOT_SENT,
        settled_at=at,
        outcome=outcome_json(closed),
        host_serial="",
        accounting_date="",
        code=closed.code,
    )


def _later(outcome: Outcome) -> bool:
    if isinstance(outcome, NotSent):
        return not outcome.reason.startswith(CANNOT_BUILD)
    return isinstance(outcome, Rejected) and outcome.code in TRANSIENT_REFUSALS
