"""Everything about an operation that can be known before it is asked for, worked out once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tellerline.gateway.doubt.policy import DoubtPolicy, standard_policy
from tellerline.gateway.hosts.gate import HostGate
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Effect
from tellerline.routing.transactions.table import RoutingTable

NEVER_RETRIED = frozenset({"customers.VerifyPin"})
"""Enquiries that count at the host each time they are made."""
CLOSED_BY_LOSS = frozenset({"accounts.GetBalance", "accounts.ListStatementEntries"})
"""Enquiries that a reported loss closes, beside everything that moves money."""


@dataclass(frozen=True, slots=True)
class OperationPlan:
    """One operation at its host. ``timeout`` is the host's, in seconds."""

    operation: str
    gate: HostGate
    timeout: float
    retried: bool
    closed_by_loss: bool


class Plans:
    """The routing table with its gates; plans are made at first use, of operations that are offered only."""

    def __init__(self, gates: Iterable[HostGate], overrides: Mapping[str, str] | None = None) -> None:
        self.gates = {gate.name: gate for gate in gates}
        self._table = RoutingTable.build({name: gate.operations for name, gate in self.gates.items()}, overrides)
        self._plans = {operation: self._plan(operation, host) for operation, host in self._table.hosts.items()}

    def of(self, operation: str) -> OperationPlan:
        """Raises ``OPERATION_NOT_OFFERED`` for what no host declares."""
        plan = self._plans.get(operation)
        if plan is None:
            raise RefusalError(Code.OPERATION_NOT_OFFERED, metadata={"operation": operation})
        return plan

    def doubt_policy(self, host: str, operation: str, effect: Effect) -> DoubtPolicy:
        """The policy for ``operation`` in doubt at ``host``; the standard one for a host that is connected no more."""
        gate = self.gates.get(host)
        return standard_policy(operation, effect) if gate is None else gate.policy.doubt_of(operation, effect)

    def _plan(self, operation: str, host: str) -> OperationPlan:
        gate = self.gates[host]
        return OperationPlan(
            operation=operation,
            gate=gate,
            timeout=gate.policy.timeout_of(operation),
            retried=operation not in NEVER_RETRIED,
            closed_by_loss=operation in CLOSED_BY_LOSS,
        )
