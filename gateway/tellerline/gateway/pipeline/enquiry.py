"""Enquiries: nothing durable before the answer, one more try when the first was certainly not sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from tellerline.adapters.clock import Clock
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.day.last_known import LastKnownAnswers
from tellerline.gateway.day.opening import is_closed
from tellerline.gateway.hosts.gate import CANNOT_BUILD
from tellerline.gateway.journal.codec import code_of, command_json
from tellerline.gateway.journal.enquiries import Enquiry
from tellerline.gateway.journal.port import Journal
from tellerline.gateway.journal.records import State
from tellerline.gateway.limits.rules import LimitRules
from tellerline.gateway.pipeline.admitted import Admitted
from tellerline.gateway.pipeline.answers import refusal
from tellerline.gateway.pipeline.losses import LossBlocks
from tellerline.gateway.pipeline.mirror import Mirror
from tellerline.gateway.pipeline.wall import on_the_wall
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.resilience.deadlines import DeadlineRules
from tellerline.gateway.services.ports import Settled
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import HostCall
from tellerline.routing.model.outcome import Done, NotSent, Outcome, Rejected, Unknown

_PERSISTENT = frozenset({"breaker_open", "bulkhead_full"})
# An enquiry that nobody answered leaves no doubt behind: it changed nothing, so it is over.
_STATES: dict[type, State] = {
    Done: State.DONE,
    Rejected: State.REJECTED,
    Unknown: State.REJECTED,
    NotSent: State.NOT_SENT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EnquiryRunner:
    """Runs in the caller's own task: a caller who leaves takes the enquiry along."""

    journal: Journal
    mirror: Mirror
    last_known: LastKnownAnswers
    losses: LossBlocks
    clock: Clock
    deadlines: DeadlineRules
    limits: LimitRules
    owner: str

    async def run(self, admitted: Admitted) -> Settled:
        """The answer, or a ``RefusalError`` for anything that is none."""
        plan, request = admitted.plan, admitted.request
        if plan.closed_by_loss and self.losses.closed(request.command.account_number):
            raise RefusalError(Code.ACCOUNT_REPORTED_LOST)
        asked = await self._once(admitted, 1)
        if not isinstance(asked, Done):
            asked = await self._again(admitted, asked)
        outcome: Outcome
        if isinstance(asked, Done):
            outcome, recalled, settled_at = asked, False, self.clock.now()
            self.last_known.remember(plan.gate, request.command, asked, settled_at)
        else:
            outcome, recalled = await self.last_known.weigh(plan.gate, request.command, admitted.serial, asked)
            settled_at = self.clock.now()
        self.journal.audit(self._audit_record(admitted, outcome, settled_at))
        if plan.shadows and isinstance(asked, Done | Rejected):
            self.mirror.offer(admitted, asked)
        if not isinstance(outcome, Done):
            raise refusal(outcome, host=plan.gate.name, global_serial=admitted.serial).error()
        return Settled(
            global_serial=admitted.serial,
            channel_serial=request.channel_serial,
            state=State.DONE,
            outcome=outcome,
            host_serial=outcome.host_serial,
            accounting_date=outcome.accounting_date,
            accepted_at=admitted.accepted_at,
            settled_at=settled_at,
            host=plan.gate.name,
            last_known=recalled,
        )

    async def _again(self, admitted: Admitted, outcome: Outcome) -> Outcome:
        """What came of a second try, where one is worth it; else ``outcome``, in words that leave no doubt behind."""
        if isinstance(outcome, NotSent) and admitted.plan.retried and self._worth_another(outcome, admitted.call):
            outcome = await self._once(admitted, 2)
        if isinstance(outcome, Unknown) and outcome.code is Code.OUTCOME_UNKNOWN:
            return replace(outcome, code=Code.COMMUNICATION_TIMEOUT)
        return outcome

    def _worth_another(self, outcome: NotSent, call: CallContext) -> bool:
        in_time = self.clock.monotonic() < self.deadlines.send_by(call.deadline)
        return (
            in_time
            and not is_closed(outcome)
            and outcome.reason not in _PERSISTENT
            and not outcome.reason.startswith(CANNOT_BUILD)
        )

    async def _once(self, admitted: Admitted, attempt: int) -> Outcome:
        plan, request = admitted.plan, admitted.request
        until = self.deadlines.host_by(admitted.call.deadline, self.clock.monotonic(), plan.timeout)
        if not plan.gate.enter_now():
            closed = await plan.gate.enter(until, plan.operation)
            if closed is not None:
                return closed
        host_call = HostCall(
            reference=admitted.serial,
            channel=request.channel,
            accepted_at=on_the_wall(admitted.accepted_at, self.limits.zone),
            attempt=attempt,
            branch=request.branch,
            operator=request.agent,
        )
        return (await plan.gate.exchange(request.command, host_call, until)).outcome

    def _audit_record(self, admitted: Admitted, outcome: Outcome, settled_at: datetime) -> Enquiry:
        """What was asked and how it ended; never what was answered, which is not ours to keep."""
        request, command = admitted.request, admitted.request.command
        return Enquiry(
            global_serial=admitted.serial,
            channel=request.channel,
            channel_serial=request.channel_serial,
            operation=command.operation,
            host=admitted.plan.gate.name,
            customer=request.customer,
            account=command.account_number,
            state=_STATES[type(outcome)],
            accepted_at=admitted.accepted_at,
            settled_at=settled_at,
            owner=self.owner,
            command=command_json(command),
            host_serial=outcome.host_serial if isinstance(outcome, Done | Rejected) else "",
            accounting_date=outcome.accounting_date if isinstance(outcome, Done) else "",
            code=code_of(outcome),
            agent=request.agent,
            call=request.call,
            terminal=request.terminal,
            branch=request.branch,
            trace=admitted.trace.trace_id,
        )
