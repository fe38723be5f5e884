"""The plans that this gateway can carry out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tellerline.gateway.hosts.gate import HostGate
from tellerline.gateway.journal.codec import NotInJournalError, outcome_from_json
from tellerline.gateway.journal.records import PlanLeg, Record, State
from tellerline.gateway.pipeline.plan import Plans as Routes
from tellerline.routing.model.codes import Code
from tellerline.routing.model.outcome import Done, NotSent, Rejected
from tellerline.routing.transactions.legs import Ended, Plan
from tellerline.routing.transactions.progress import Leg, Standing


class PlanBook:
    """All plans by operation. One whose legs no connected host offers is not offered either."""

    def __init__(self, plans: Mapping[str, Plan[Any]], routes: Routes) -> None:
        self._plans = plans
        self._routes = routes

    def get(self, operation: str) -> Plan[Any] | None:
        return self._plans.get(operation)

    def check(self, plan: Plan[Any]) -> None:
        """Raises ``OPERATION_NOT_OFFERED`` when a leg of it could not be sent."""
        for step in plan.steps:
            self._routes.of(step.asks.operation)

    async def closed(
        self, plan: Plan[Any], account: str, branch: str, deadline: float
    ) -> tuple[HostGate, NotSent] | None:
        """Why a plan of ``account`` at ``branch`` is better not begun: the first of its hosts that is closed, and what
        it says."""
        for step in plan.steps:
            gate = self._routes.of(step.asks.operation, account, branch).gate
            closed = await gate.closed(deadline, step.asks.operation) if gate.opening.watched else None
            if closed is not None:
                return gate, closed
        return None


def leg_of(leg: PlanLeg) -> Leg:
    """A leg as the decision sees it."""
    laid, record = leg.laid, leg.record
    if record is None:
        return Leg(number=laid.number, attempt=laid.attempt, serial=laid.global_serial)
    outcome = _ended(record)
    return Leg(
        number=laid.number,
        attempt=laid.attempt,
        serial=laid.global_serial,
        host=record.host,
        standing=Standing.OPEN if outcome is None else Standing.ENDED,
        outcome=outcome,
        ended_at=record.settled_at,
    )


def _ended(record: Record) -> Ended | None:
    """None while it may still become this or that, or says something that this version cannot read."""
    if record.state is State.REVERSED:
        return Rejected(code=Code.REVERSED, host_serial=record.host_serial)
    if record.state not in (State.DONE, State.REJECTED, State.NOT_SENT):
        return None
    try:
        outcome = outcome_from_json(record.outcome)
    except NotInJournalError:
        return None
    return outcome if isinstance(outcome, Done | Rejected | NotSent) else None
