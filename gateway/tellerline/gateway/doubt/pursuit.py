"""One step of one doubt: ask or undo at the host, then write what follows from the answer."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import timedelta

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Metrics
from tellerline.gateway.doubt.policy import DoubtPolicy, NotFoundRule
from tellerline.gateway.doubt.schedule import WakeUp
from tellerline.gateway.doubt.steps import (
    Absent,
    Again,
    Ended,
    Step,
    Stuck,
    Undone,
    after_advice,
    after_inquiry,
    after_resend,
    after_reversal,
)
from tellerline.gateway.hosts.gate import HostGate
from tellerline.gateway.journal.codec import NotInJournalError, command_from_json
from tellerline.gateway.journal.port import Journal
from tellerline.gateway.journal.records import FINAL_STATES, Doubt, DoubtStage, Event, Record, State
from tellerline.gateway.limits.rules import LimitRules
from tellerline.gateway.pipeline.answers import in_words
from tellerline.gateway.pipeline.plan import Plans
from tellerline.gateway.pipeline.settling import IN_DOUBT, STATES, Settler
from tellerline.gateway.serials import Serials
from tellerline.routing.model.cash import ReturnCash
from tellerline.routing.model.command import HostCall, Inquire, Reverse
from tellerline.routing.model.outcome import Done, NotFound, Outcome

_REVERSAL = "R"
_UNDONE = frozenset({State.REVERSED})
_NEVER_DONE = frozenset({State.REVERSED, State.REJECTED, State.NOT_SENT})


@dataclass(frozen=True, slots=True)
class _Case:
    """A claimed doubt with everything that a step needs. ``age`` is in seconds."""

    doubt: Doubt
    record: Record
    gate: HostGate
    policy: DoubtPolicy
    age: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pursuit:
    """Never debits twice: the original is only ever re-sent under its own reference, to a host that does it once."""

    journal: Journal
    settler: Settler
    plans: Plans
    serials: Serials
    limits: LimitRules
    wake: WakeUp
    clock: Clock
    metrics: Metrics

    async def step(self, doubt: Doubt) -> None:
        """Take the next step of a doubt claimed by the caller. Raises ``StoreUnavailableError``.

        A reversal in doubt (what takes back a leg of a plan) is an advice: sent again until it is acknowledged. So is
        what gives cash back, which is written in doubt before it is ever sent.
        """
        record = await self.journal.get(doubt.global_serial)
        if record is None or record.state is not State.IN_DOUBT:
            return
        gate = self.plans.gates.get(doubt.host)
        if gate is None:
            await self.settler.hand_over(record, doubt, "host_not_connected")
            return
        policy = gate.policy.doubt_of(record.operation, record.effect)
        if policy.version != doubt.policy:
            changed = self.settler.event("policy_changed", was=doubt.policy, now=policy.version)
            await self.journal.note(doubt.global_serial, changed)
            doubt = replace(doubt, policy=policy.version)
        age = (self.clock.now() - doubt.opened_at).total_seconds()
        case = _Case(doubt, record, gate, policy, age)
        if record.operation in (Reverse.operation, ReturnCash.operation):
            await self._resend(case)
        elif doubt.stage is DoubtStage.INQUIRE:
            await self._inquire(case)
        elif Reverse.operation in gate.operations:
            await self._reverse(case)
        else:
            await self.settler.hand_over(record, doubt, "host_cannot_reverse")

    async def _inquire(self, case: _Case) -> None:
        record = case.record
        if Inquire.operation in case.gate.operations:
            inquiry = Inquire(
                original_reference=record.global_serial,
                original_operation=record.operation,
                original_account=record.account,
            )
            call = self._call(record, self.serials.next(), case.doubt.attempts + 1)
            outcome = (await case.gate.advise(inquiry, call)).outcome
        else:
            outcome = Done(result=NotFound())
        step = after_inquiry(outcome, case.policy, case.age)
        self._count(case, "inquire")
        if isinstance(step, Absent):
            await self._absent(case, step)
        else:
            await self._apply(case, step, "inquired", outcome)

    async def absent(self, doubt: Doubt) -> None:
        """Ask the host at once: a day of its that is closed has no such line, but another day may have it.

        A host that cannot be asked has said by it that it knows nothing. Nothing happens before the host's maximum
        processing time, nor once a reversal has begun.
        """
        record = await self.journal.get(doubt.global_serial)
        gate = self.plans.gates.get(doubt.host)
        if record is None or record.state is not State.IN_DOUBT or gate is None:
            return
        policy = gate.policy.doubt_of(record.operation, record.effect)
        age = (self.clock.now() - doubt.opened_at).total_seconds()
        if age >= policy.max_processing and doubt.stage is DoubtStage.INQUIRE:
            await self._inquire(_Case(doubt, record, gate, policy, age))

    async def _absent(self, case: _Case, step: Absent) -> None:
        """The host has had its time and knows nothing."""
        if step.rule is NotFoundRule.RESEND:
            await self._resend(case)
        elif step.rule is NotFoundRule.MANUAL:
            await self.settler.hand_over(case.record, case.doubt, "not_found_at_host")
        elif Reverse.operation not in case.gate.operations:
            await self.settler.hand_over(case.record, case.doubt, "host_cannot_reverse")
        else:
            await self._begin_reversal(case)

    async def _begin_reversal(self, case: _Case) -> None:
        """Decide durably before the first reversal leaves. It falls due again only after this attempt has ended."""
        wait = case.gate.policy.timeout_of(Reverse.operation) + case.policy.forward_delay(0)
        due_at = self.clock.now() + timedelta(seconds=wait)
        doubt = replace(case.doubt, stage=DoubtStage.REVERSE, attempts=0, due_at=due_at, reason="not_found_at_host")
        event = self.settler.event("reversal_decided", reason="not_found_at_host")
        if await self.settler.reversal_begins(case.record, doubt, event) is not None:
            self.wake.due_in(wait)
            await self._reverse(replace(case, doubt=doubt))

    async def _reverse(self, case: _Case) -> None:
        """An advice: the same reference and content each time, until the host has acknowledged it."""
        record = case.record
        reversal = Reverse(
            original_reference=record.global_serial,
            original_operation=record.operation,
            original_account=record.account,
            amount=record.amount,
        )
        call = self._call(record, record.global_serial + _REVERSAL, case.doubt.attempts + 1)
        outcome = (await case.gate.advise(reversal, call)).outcome
        self._count(case, "reverse")
        step = after_reversal(outcome, case.policy, case.age)
        if isinstance(step, Undone) and not step.effective and record.host_serial:
            step = Stuck("nothing_to_undo")
        await self._apply(case, step, "reversal_sent", outcome)

    async def _resend(self, case: _Case) -> None:
        try:
            command = command_from_json(case.record.command)
        except NotInJournalError:
            await self.settler.hand_over(case.record, case.doubt, "command_unreadable")
            return
        gives_back = isinstance(command, ReturnCash)
        call = self._call(case.record, case.record.global_serial, case.doubt.attempts + (1 if gives_back else 2))
        outcome = (await case.gate.advise(command, call)).outcome
        self._count(case, "resend")
        means = after_advice if gives_back else after_resend
        await self._apply(case, means(outcome, case.policy, case.age), "resent", outcome)

    async def _apply(self, case: _Case, step: Step, kind: str, outcome: Outcome) -> None:
        attempt = case.doubt.attempts + 1
        event = self.settler.event(kind, attempt=attempt, answer=in_words(outcome))
        match step:
            case Ended(outcome=ended):
                event = self.settler.event(kind, attempt=attempt, answer=in_words(outcome), found=in_words(ended))
                if await self.settler.end(case.record, ended, IN_DOUBT, event, before_reversal=True) is None:
                    await self._overtaken(case, event, {STATES[type(ended)], State.REVERSED})
            case Undone(effective=effective, host_serial=host_serial):
                undone = self.settler.event("reversed", attempt=attempt, effective=effective)
                if await self.settler.undo(case.record, undone, case.record.host_serial or host_serial) is None:
                    await self._overtaken(case, undone, _UNDONE if effective else _NEVER_DONE)
            case Again(reason=reason):
                await self._again(case, reason, event)
            case Stuck(reason=reason):
                await self.settler.hand_over(case.record, case.doubt, reason)

    async def _overtaken(self, case: _Case, event: Event, fitting: Set[State]) -> None:
        """The row is not this step's to settle any more: what it learnt is evidence, and people see what cannot be."""
        record = await self.journal.get(case.record.global_serial)
        if record is not None and record.state in FINAL_STATES - fitting:
            await self.settler.contradicted(record, event)
        else:
            await self.journal.note(case.record.global_serial, event)

    async def _again(self, case: _Case, reason: str, event: Event) -> None:
        doubt, policy = case.doubt, case.policy
        attempts = doubt.attempts + 1
        asking = doubt.stage is DoubtStage.INQUIRE
        delay = policy.inquire_delay(attempts, case.age) if asking else policy.forward_delay(doubt.attempts)
        later = replace(
            doubt,
            stage=DoubtStage.INQUIRE if asking else DoubtStage.FORWARD,
            attempts=attempts,
            due_at=self.clock.now() + timedelta(seconds=delay),
            reason=reason,
        )
        await self.journal.reschedule(later, event)
        self.wake.due_in(delay)

    def _call(self, record: Record, reference: str, attempt: int) -> HostCall:
        return HostCall(
            reference=reference,
            channel=record.channel,
            accepted_at=record.accepted_at.astimezone(self.limits.zone).isoformat(),
            attempt=attempt,
            branch=record.branch,
            operator=record.agent,
        )

    def _count(self, case: _Case, step: str) -> None:
        self.metrics.doubt_steps(case.gate.name, step).inc()
