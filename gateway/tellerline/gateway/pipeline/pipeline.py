"""The pipeline: each request from its first check to its answer, by one way for enquiries and one for the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import TRACEPARENT, Trace
from tellerline.gateway.access.control import AccessControl
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.port import StoreUnavailableError
from tellerline.gateway.journal.records import State
from tellerline.gateway.limits.rules import LimitRules
from tellerline.gateway.pipeline.admitted import Admitted
from tellerline.gateway.pipeline.answers import in_words
from tellerline.gateway.pipeline.durable import DurableRunner
from tellerline.gateway.pipeline.enquiry import EnquiryRunner
from tellerline.gateway.pipeline.plan import Plans
from tellerline.gateway.pipeline.report import Reporter
from tellerline.gateway.plans.book import PlanBook
from tellerline.gateway.plans.runner import PlanRunner
from tellerline.gateway.refusal import FieldViolation, RefusalError
from tellerline.gateway.serials import Serials
from tellerline.gateway.services.ports import Request, Settled
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Effect
from tellerline.routing.transactions.legs import Plan


@dataclass(slots=True, kw_only=True)
class TransactionPipeline:
    """Implements ``services.ports.Pipeline``. The cheapest refusals come first."""

    plans: Plans
    access: AccessControl
    limits: LimitRules
    enquiries: EnquiryRunner
    durables: DurableRunner
    composites: PlanBook
    planned: PlanRunner
    serials: Serials
    reporter: Reporter
    clock: Clock
    closing: bool = field(default=False, init=False)

    async def run(self, request: Request, call: CallContext) -> Settled:
        """See ``services.ports.Pipeline``."""
        began = self.clock.monotonic()
        trace = self.reporter.begin(request, call)
        marked = TRACEPARENT.set(trace.traceparent) if trace.span is not None else None
        serial, result = "", "CANCELLED"
        try:
            settled = await self._run(request, call, trace, began)
            serial = settled.global_serial
            result = State.QUEUED.value if settled.state is State.QUEUED else in_words(settled.outcome)
            return settled
        except RefusalError as refusal:
            serial, result = refusal.metadata.get("global_serial", ""), refusal.code.value
            raise
        except Exception as error:
            unavailable = isinstance(error, StoreUnavailableError)
            result = Code.STORE_UNAVAILABLE.value if unavailable else Code.INTERNAL.value
            raise
        finally:
            if marked is not None:
                TRACEPARENT.reset(marked)
            self.reporter.end(request, trace, began, result, serial=serial, failed=result != "DONE")

    async def drain(self, seconds: float) -> None:
        """Refuse what comes; let what is under way end, for ``seconds`` at most."""
        self.closing = True
        until = self.clock.monotonic() + seconds
        await self.planned.drain(seconds)
        await self.durables.drain(max(0.0, until - self.clock.monotonic()))

    async def _run(self, request: Request, call: CallContext, trace: Trace, began: float) -> Settled:
        if self.closing:
            raise RefusalError(Code.SHUTTING_DOWN)
        if call.deadline <= began:
            raise RefusalError(Code.DEADLINE_EXCEEDED)
        command = request.command
        legs = self.composites.get(command.operation)
        if legs is not None:
            return await self._run_legs(legs, request, call, trace)
        account = command.account_number
        plan = self.plans.of(command.operation, account, request.branch)
        await self.access.admit(command.operation, request, call, account=account, needs_grant=not command.public)
        accepted_at = self.clock.now()
        admitted = Admitted(
            plan=plan,
            request=request,
            call=call,
            trace=trace,
            serial=self.serials.next(accepted_at),
            accepted_at=accepted_at,
        )
        if command.effect is Effect.ENQUIRY:
            return await self.enquiries.run(admitted)
        self._check_durable(request, call)
        return await self.durables.run(admitted)

    async def _run_legs(self, plan: Plan[Any], request: Request, call: CallContext, trace: Trace) -> Settled:
        self.composites.check(plan)
        command = request.command
        await self.access.admit(command.operation, request, call, account=command.account_number)
        self._check_durable(request, call)
        return await self.planned.run(plan, request, call, self.serials.next(), trace.trace_id)

    def _check_durable(self, request: Request, call: CallContext) -> None:
        if not request.channel_serial:
            raise RefusalError(Code.INVALID_REQUEST, violations=(FieldViolation("channel_serial", "missing"),))
        amount = request.command.limited
        if amount is not None:
            policy = self.access.policy(request.channel, call)
            self.limits.check_amount(amount, foreign_offered=policy.foreign_currency)
