"""Sends the legs of a plan: each laid durably first, then run like any other transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Trace
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.port import Journal, Legs, StoreUnavailableError
from tellerline.gateway.journal.records import Acceptance, LaidLeg, Record
from tellerline.gateway.pipeline.admitted import Admitted
from tellerline.gateway.pipeline.durable import DurableRunner
from tellerline.gateway.pipeline.plan import OperationPlan
from tellerline.gateway.pipeline.plan import Plans as Routes
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.serials import Serials
from tellerline.gateway.services.ports import Request
from tellerline.routing.model.codes import Code
from tellerline.routing.model.outcome import NotSent
from tellerline.routing.transactions.progress import Due

_PATIENCE_SECONDS = 5.0
_TELLS_NOTHING = frozenset(
    {Code.STORE_UNAVAILABLE, Code.STILL_RUNNING, Code.SHUTTING_DOWN, Code.DEADLINE_EXCEEDED, Code.INTERNAL}
)
NEVER_BEGUN = NotSent(code=Code.DEADLINE_EXCEEDED, reason="never_begun")


class NobodyToAskError(Exception):
    """A leg whose host is connected no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegSender:
    """A leg goes out once, whoever sends it: its place in the plan is its channel serial, which is unique."""

    durables: DurableRunner
    routes: Routes
    journal: Journal
    legs: Legs
    serials: Serials
    clock: Clock

    async def send(self, plan: Record | Acceptance, due: Sequence[Due], at_once: int, *, begin: bool) -> bool:
        """Return when each has ended or is in doubt; False when something must simply be tried once more.

        ``begin`` False writes down for good that they are not sent. Raises ``StoreUnavailableError`` and
        ``NobodyToAskError`` before anything is sent, and not after.
        """
        routes = [self._route(each, plan.branch) for each in due]
        laid = [
            LaidLeg(number=each.number, attempt=each.attempt, global_serial=self.serials.next(), step=each.step)
            for each in due
        ]
        serials = await self.legs.lay(plan.global_serial, laid)
        places = asyncio.Semaphore(at_once)

        async def send(each: Due, route: OperationPlan, serial: str) -> bool:
            async with places:
                try:
                    return await self._send(self._admitted(plan, each, route, serial), begin=begin)
                except StoreUnavailableError:
                    return False

        async with asyncio.TaskGroup() as group:
            sending = [group.create_task(send(*what)) for what in zip(due, routes, serials, strict=True)]
        return all(task.result() for task in sending)

    async def _send(self, admitted: Admitted, *, begin: bool) -> bool:
        if not begin:
            await self.durables.refuse(admitted, NEVER_BEGUN)
            return True
        try:
            await self.durables.run(admitted)
        except RefusalError as refusal:
            if refusal.code in _TELLS_NOTHING:
                return False
            if await self.journal.get(admitted.serial) is None:
                back_at = refusal.metadata.get("back_at", "")
                unsent = NotSent(code=refusal.code, reason="refused_before_sending", until=back_at)
                await self.durables.refuse(admitted, unsent)
        return True

    def _route(self, due: Due, branch: str) -> OperationPlan:
        command = due.command
        if not due.host:
            try:
                return self.routes.of(command.operation, command.account_number, branch)
            except RefusalError:
                raise NobodyToAskError(command.operation) from None
        gate = self.routes.gates.get(due.host)
        if gate is None or command.operation not in gate.operations:
            raise NobodyToAskError(f"{due.host}:{command.operation}")
        return OperationPlan(
            operation=command.operation,
            gate=gate,
            timeout=gate.policy.timeout_of(command.operation),
            retried=False,
            closed_by_loss=False,
        )

    def _admitted(self, plan: Record | Acceptance, due: Due, route: OperationPlan, serial: str) -> Admitted:
        request = Request(
            channel=plan.channel,
            channel_serial=f"{plan.global_serial}/{due.number}/{due.attempt}",
            command=due.command,
            customer=plan.customer,
            agent=plan.agent,
            call=plan.call,
            terminal=plan.terminal,
            branch=plan.branch,
        )
        return Admitted(
            plan=route,
            request=request,
            call=CallContext(deadline=self.clock.monotonic() + route.timeout + _PATIENCE_SECONDS),
            trace=Trace(trace_id=plan.trace),
            serial=serial,
            accepted_at=self.clock.now(),
        )
