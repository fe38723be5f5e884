"""State and money: written before it is sent, settled whatever becomes of the one who asked."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Log, Metrics
from tellerline.gateway.access.grants import token_hash
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.day.opening import is_closed
from tellerline.gateway.day.queue import ClosedHostQueue
from tellerline.gateway.journal.codec import command_json, payload_hash
from tellerline.gateway.journal.port import Journal, StoreUnavailableError
from tellerline.gateway.journal.records import Acceptance, Accepted, Duplicate, Record, State
from tellerline.gateway.limits.rules import LimitRules
from tellerline.gateway.pipeline.acceptance import acceptance_of
from tellerline.gateway.pipeline.admitted import Admitted
from tellerline.gateway.pipeline.answers import (
    WAITING,
    Ending,
    Refused,
    Standing,
    conclude,
    ending_of,
    other_payload,
    over_limit,
    recorded,
    refusal,
)
from tellerline.gateway.pipeline.late import LateReplies
from tellerline.gateway.pipeline.losses import REPORT_LOSS, LossBlocks
from tellerline.gateway.pipeline.plan import OperationPlan
from tellerline.gateway.pipeline.settling import STATES, UNSETTLED, Settler
from tellerline.gateway.pipeline.waiting import done_by
from tellerline.gateway.pipeline.wall import on_the_wall
from tellerline.gateway.resilience.deadlines import DeadlineRules
from tellerline.gateway.services.ports import Request, Settled
from tellerline.routing.model.calendar import StandIn
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Effect, HostCall
from tellerline.routing.model.outcome import Done, NotSent, Outcome, Rejected, Unknown

_GRACE_SECONDS = 5.0
_POLL_FIRST = 0.01
_POLL_MOST = 0.25
_MARK_SECONDS = 0.1


@dataclass(slots=True, kw_only=True)
class _Work:
    """One transaction under way in this process. ``deadline`` is its first caller's; ``sent`` holds from just before
    the first byte may leave."""

    request: Request
    plan: OperationPlan
    acceptance: Acceptance
    deadline: float
    task: asyncio.Task[Ending] = field(init=False)
    sent: bool = False
    host_by: float = 0.0

    @property
    def kept(self) -> bytes:
        """Names the grant that it was asked under; empty for none."""
        return token_hash(self.request.grant) if self.request.grant else b""


@dataclass(slots=True, kw_only=True)
class DurableRunner:
    """Runs each transaction in a task of its own: a caller who leaves, or has no more time, ends the wait only."""

    journal: Journal
    settler: Settler
    evidence: LateReplies
    losses: LossBlocks
    queue: ClosedHostQueue
    clock: Clock
    deadlines: DeadlineRules
    limits: LimitRules
    metrics: Metrics
    log: Log
    owner: str
    _running: dict[tuple[str, str], _Work] = field(default_factory=dict)
    _serials_running: set[str] = field(default_factory=set)
    _marking: set[asyncio.Task[Ending]] = field(default_factory=set)

    async def run(self, admitted: Admitted) -> Settled:
        """How it ended, or stands, by the caller's deadline; see ``services.ports.Pipeline``."""
        request, call = admitted.request, admitted.call
        canonical = command_json(request.command)
        digest = payload_hash(canonical)
        work = self._running.get((request.channel, request.channel_serial))
        if work is None:
            work = self._begin(admitted, self._acceptance(admitted, canonical, digest))
        elif work.acceptance.payload_hash != digest:
            raise other_payload(work.acceptance.global_serial).error()
        if await done_by(work.task, self.deadlines.answer_by(call.deadline), self.clock):
            return conclude(self._cut_off(work) if work.task.cancelled() else work.task.result())
        return conclude(await self._unfinished(work, call))

    def is_running(self, global_serial: str) -> bool:
        """Whether this process still works on it itself, so that nobody needs to recover it."""
        return global_serial in self._serials_running

    async def drain(self, seconds: float) -> None:
        """Let what is under way end, for ``seconds`` at most; what is left stays as the journal has it."""
        until = self.clock.monotonic() + seconds
        for task in [*(work.task for work in self._running.values()), *self._marking]:
            if not await done_by(task, until, self.clock):
                task.cancel()

    async def refuse(self, admitted: Admitted, refused: NotSent) -> None:
        """Write down for good that this is never sent; nothing when its channel serial is taken already.

        Raises ``StoreUnavailableError``.
        """
        canonical = command_json(admitted.request.command)
        acceptance = self._acceptance(admitted, canonical, payload_hash(canonical))
        if isinstance(await self.journal.accept(acceptance), Accepted):
            await self.settler.end(acceptance, refused, UNSETTLED, before_reversal=True)

    def _acceptance(self, admitted: Admitted, canonical: bytes, digest: bytes) -> Acceptance:
        plan, now = admitted.plan, admitted.accepted_at
        allowed = max(0.0, admitted.call.deadline - self.clock.monotonic()) + plan.timeout + _GRACE_SECONDS
        return acceptance_of(
            admitted.request,
            serial=admitted.serial,
            host=plan.gate.name,
            limits=self.limits,
            accepted_at=now,
            due_at=now + timedelta(seconds=allowed),
            owner=self.owner,
            canonical=canonical,
            digest=digest,
            trace=admitted.trace.trace_id,
        )

    def _begin(self, admitted: Admitted, acceptance: Acceptance) -> _Work:
        request = admitted.request
        work = _Work(request=request, plan=admitted.plan, acceptance=acceptance, deadline=admitted.call.deadline)
        key = (request.channel, request.channel_serial)
        self._running[key] = work
        self._serials_running.add(acceptance.global_serial)
        work.task = asyncio.get_running_loop().create_task(self._perform(work))

        def forget(_task: object) -> None:
            del self._running[key]
            self._serials_running.discard(acceptance.global_serial)

        work.task.add_done_callback(forget)
        return work

    async def _perform(self, work: _Work) -> Ending:
        try:
            return await self._accept(work)
        except StoreUnavailableError as error:
            self.metrics.store_failures("accept").inc()
            self.log.error("store_unavailable", step="accept", reason=error.reason)
            return Refused(Code.STORE_UNAVAILABLE)
        except Exception as error:
            self.log.error("transaction_failed", serial=work.acceptance.global_serial, error=repr(error))
            return self._in_doubt(work, "failed") if work.sent else Refused(Code.INTERNAL)

    async def _accept(self, work: _Work) -> Ending:
        """Take a place at the host first: a refusal that needs no row writes none."""
        plan, acceptance = work.plan, work.acceptance
        paying_out = acceptance.effect is Effect.MONEY and not work.request.command.pays_in
        if paying_out and self.losses.closed(acceptance.account):
            return await self._unless_known(work, Refused(Code.ACCOUNT_REPORTED_LOST))
        closed = await plan.gate.enter(self.deadlines.send_by(work.deadline), plan.operation)
        if closed is not None:
            return await self._closed(work, closed)
        accepted = False
        try:
            verdict = await self.journal.accept(acceptance)
            accepted = isinstance(verdict, Accepted)
        finally:
            if not accepted:
                plan.gate.leave_unused()
        if isinstance(verdict, Duplicate):
            return await self._known(work, verdict.record)
        if isinstance(verdict, Accepted):
            return await self._send(work)
        return over_limit(verdict, currency=acceptance.limited.currency if acceptance.limited else "")

    async def _closed(self, work: _Work, closed: NotSent) -> Ending:
        """No place: queued where that is how this host is stood in for, else refused, with a row if it is closed."""
        gate, acceptance = work.plan.gate, work.acceptance
        if not is_closed(closed):
            return await self._unless_known(work, refusal(closed, host=gate.name))
        if gate.opening.stand_in(acceptance.operation) is StandIn.QUEUE:
            verdict = await self.queue.accept(gate, acceptance, closed)
            return await self._known(work, verdict.record) if isinstance(verdict, Duplicate) else self._waiting(work)
        refused = refusal(closed, host=gate.name, global_serial=acceptance.global_serial)
        ending = await self._unless_known(work, refused)
        if ending is refused:
            self.queue.refused(gate, acceptance, closed)
        return ending

    async def _send(self, work: _Work) -> Ending:
        """Exchange in the place taken, unless the caller's time has run out before the first byte."""
        plan, acceptance = work.plan, work.acceptance
        if acceptance.operation == REPORT_LOSS:
            self.losses.opened(acceptance.account, acceptance.global_serial)
        now = self.clock.monotonic()
        if now > self.deadlines.send_by(work.deadline):
            plan.gate.leave_unused()
            return await self._settle(work, NotSent(code=Code.DEADLINE_EXCEEDED, reason="deadline_before_sending"))
        work.sent = True
        work.host_by = now + plan.timeout
        host_call = HostCall(
            reference=acceptance.global_serial,
            channel=acceptance.channel,
            accepted_at=on_the_wall(acceptance.accepted_at, self.limits.zone),
            branch=acceptance.branch,
            operator=acceptance.agent,
        )
        outcome = _about_the_original((await plan.gate.exchange(work.request.command, host_call, work.host_by)).outcome)
        put_off = is_closed(outcome) and plan.gate.opening.stand_in(acceptance.operation) is StandIn.QUEUE
        if put_off and await self.queue.take_back(plan.gate, acceptance, outcome):
            return self._waiting(work)
        return await self._settle(work, outcome)

    async def _settle(self, work: _Work, outcome: Outcome) -> Ending:
        """Write the end down. Where the row is ahead of us already, it is the row that counts."""
        acceptance, at = work.acceptance, self.clock.now()
        try:
            if isinstance(outcome, Unknown):
                before = await self.settler.doubt(acceptance, outcome, kept=work.kept)
            else:
                before = await self.settler.end(
                    acceptance, outcome, UNSETTLED, at=at, before_reversal=True, kept=work.kept
                )
            if before is None:
                return await self._overtaken(work, outcome)
        except StoreUnavailableError as error:
            self.metrics.store_failures("settle").inc()
            self.log.error("store_unavailable", step="settle", serial=acceptance.global_serial, reason=error.reason)
            return self._in_doubt(work, "store_unavailable", Code.STORE_UNAVAILABLE)
        return self._standing(work, outcome, at)

    async def _overtaken(self, work: _Work, outcome: Outcome) -> Ending:
        """The row is not ours to settle any more: what we know is evidence, like a late reply."""
        record = await self.journal.get(work.acceptance.global_serial)
        if record is not None and isinstance(outcome, Done | Rejected):
            await self.evidence.weigh(record, outcome)
        return await self._reread(work)

    async def _reread(self, work: _Work) -> Ending:
        record = await self.journal.get(work.acceptance.global_serial)
        return recorded(record) if record is not None else self._in_doubt(work, "row_not_found")

    async def _unless_known(self, work: _Work, refused: Refused) -> Ending:
        """A serial that has been used already is answered for what it stands for, not for today's obstacle."""
        record = await self.journal.find(work.acceptance.channel, work.acceptance.channel_serial)
        return refused if record is None else await self._known(work, record)

    async def _known(self, work: _Work, record: Record) -> Ending:
        """The stored answer; a row that another process works on is waited for."""
        if record.payload_hash != work.acceptance.payload_hash:
            return other_payload(record.global_serial)
        until = self.deadlines.answer_by(work.deadline)
        pause = _POLL_FIRST
        while record.state is State.PENDING and self.clock.now() < record.due_at:
            if self.clock.monotonic() + pause >= until:
                return Refused(Code.STILL_RUNNING, {"global_serial": record.global_serial})
            await self.clock.sleep(pause)
            pause = min(pause * 2, _POLL_MOST)
            record = await self.journal.get(record.global_serial) or record
        return recorded(record)

    async def _unfinished(self, work: _Work, call: CallContext) -> Ending:
        """The caller's time is up and the work goes on: say what is certain, written down if possible."""
        serial = work.acceptance.global_serial
        if not work.sent:
            return Refused(Code.DEADLINE_EXCEEDED, {"global_serial": serial})
        marking = asyncio.get_running_loop().create_task(self._mark_in_doubt(work))
        self._marking.add(marking)
        marking.add_done_callback(self._marking.discard)
        if await done_by(marking, call.deadline + _MARK_SECONDS, self.clock):
            return marking.result()
        return self._in_doubt(work, "deadline")

    async def _mark_in_doubt(self, work: _Work) -> Ending:
        unknown = Unknown(code=Code.OUTCOME_UNKNOWN, reason="deadline")
        running = max(0.0, work.host_by - self.clock.monotonic())
        try:
            before = await self.settler.doubt(work.acceptance, unknown, still_running=running, kept=work.kept)
            return self._standing(work, unknown) if before is not None else await self._reread(work)
        except StoreUnavailableError:
            self.metrics.store_failures("mark").inc()
            return self._in_doubt(work, "deadline")

    def _cut_off(self, work: _Work) -> Ending:
        """A drain had no more time for it: the next life takes the row up."""
        return self._in_doubt(work, "shutting_down") if work.sent else Refused(Code.SHUTTING_DOWN)

    def _in_doubt(self, work: _Work, reason: str, code: Code = Code.OUTCOME_UNKNOWN) -> Ending:
        return self._standing(work, Unknown(code=code, reason=reason))

    def _waiting(self, work: _Work) -> Ending:
        closed, acceptance = work.plan.gate.opening.closed(), work.acceptance
        back = closed.until if closed is not None else ""
        return ending_of(
            Standing(
                global_serial=acceptance.global_serial,
                channel_serial=acceptance.channel_serial,
                host=acceptance.host,
                state=State.QUEUED,
                outcome=WAITING,
                accepted_at=acceptance.accepted_at,
                send_at=datetime.fromisoformat(back) if back else None,
            )
        )

    def _standing(self, work: _Work, outcome: Outcome, settled_at: datetime | None = None) -> Ending:
        acceptance = work.acceptance
        return ending_of(
            Standing(
                global_serial=acceptance.global_serial,
                channel_serial=acceptance.channel_serial,
                host=acceptance.host,
                state=STATES[type(outcome)],
                outcome=outcome,
                accepted_at=acceptance.accepted_at,
                settled_at=settled_at,
                host_serial="" if isinstance(outcome, Unknown | NotSent) else outcome.host_serial,
                accounting_date=outcome.accounting_date if isinstance(outcome, Done) else "",
            )
        )


def _about_the_original(outcome: Outcome) -> Outcome:
    """We send once: a host that speaks of a repetition has got two, and has not said what became of the first."""
    if isinstance(outcome, Rejected) and outcome.code is Code.DUPLICATE_AT_HOST:
        return Unknown(code=Code.OUTCOME_UNKNOWN, reason="duplicate_at_host")
    return outcome
