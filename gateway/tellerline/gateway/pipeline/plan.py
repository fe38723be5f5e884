"""Everything about an operation that can be known before it is asked for, worked out once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from tellerline.gateway.doubt.policy import DoubtPolicy, standard_policy
from tellerline.gateway.hosts.gate import HostGate
from tellerline.gateway.journal.codec import commands
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Effect
from tellerline.routing.transactions.router import Route, Router
from tellerline.routing.transactions.rules import NO_RULES, RoutingRules, ShadowRule, Why
from tellerline.routing.transactions.table import RoutingTable

NEVER_RETRIED = frozenset({"customers.VerifyPin", "corporate.VerifyRepresentative"})
"""Enquiries that count at the host each time they are made."""
NEVER_COPIED = NEVER_RETRIED | {"fx.CreateQuote"}
"""Enquiries that leave something at the host, such as a rate that is kept for a customer."""
CLOSED_BY_LOSS = frozenset({"accounts.GetBalance", "accounts.ListStatementEntries"})
"""Enquiries that a reported loss closes, beside everything that moves money."""


@dataclass(frozen=True, slots=True)
class OperationPlan:
    """One operation at its host. ``timeout`` is the host's, in seconds; ``shadows`` may get a copy of an enquiry."""

    operation: str
    gate: HostGate
    timeout: float
    retried: bool
    closed_by_loss: bool
    shadows: tuple[ShadowRule, ...] = ()

    def shadows_of(self, account: str, branch: str) -> tuple[ShadowRule, ...]:
        return tuple(shadow for shadow in self.shadows if shadow.judge(account, branch) is Why.TAKEN)


class Plans:
    """The routing table with its gates, and the rules over it; plans are made of operations that are offered only.

    Raises ``RoutingError`` for hosts that contradict each other. A gate that is another version of a host takes only
    what rules or ``overrides`` give it.
    """

    def __init__(self, gates: Iterable[HostGate], overrides: Mapping[str, str] | None = None) -> None:
        self.gates = {gate.name: gate for gate in gates}
        self._declared = {name: gate.operations for name, gate in self.gates.items()}
        versions = frozenset(name for name, gate in self.gates.items() if gate.version_of)
        self._table = RoutingTable.build(self._declared, overrides, versions)
        self.follow(NO_RULES)

    @property
    def rules(self) -> RoutingRules:
        """What is in force."""
        return self._router.rules

    def check(self, rules: RoutingRules) -> Router:
        """Raises ``RoutingError`` for rules that do not fit the hosts; changes nothing."""
        return Router.build(self._table, self._declared, rules, copied_operations())

    def follow(self, rules: RoutingRules) -> None:
        """Put ``rules`` into force for what is asked from now on. Raises ``RoutingError``: the old ones stay then."""
        router = self.check(rules)
        plans = {
            (operation, host): self._plan(operation, host, ways.shadows)
            for operation, ways in router.ways.items()
            for host in {ways.default, *(rule.host for rule in ways.rules)}
        }
        self._fixed = {operation: plans[operation, ways.fixed] for operation, ways in router.ways.items() if ways.fixed}
        self._plans = plans
        self._router = router

    def of(self, operation: str, account: str = "", branch: str = "") -> OperationPlan:
        """Raises ``OPERATION_NOT_OFFERED`` for what no host declares."""
        plan = self._fixed.get(operation)
        if plan is not None:
            return plan
        ways = self._router.ways.get(operation)
        if ways is None:
            raise RefusalError(Code.OPERATION_NOT_OFFERED, metadata={"operation": operation})
        return self._plans[operation, ways.host_for(account, branch)]

    def explain(self, operation: str, account: str, branch: str) -> Route | None:
        """Where one transaction would go and why; None for what no host offers."""
        return self._router.explain(operation, account, branch)

    def doubt_policy(self, host: str, operation: str, effect: Effect) -> DoubtPolicy:
        """The policy for ``operation`` in doubt at ``host``; the standard one for a host that is connected no more."""
        gate = self.gates.get(host)
        return standard_policy(operation, effect) if gate is None else gate.policy.doubt_of(operation, effect)

    def _plan(self, operation: str, host: str, shadows: tuple[ShadowRule, ...]) -> OperationPlan:
        gate = self.gates[host]
        return OperationPlan(
            operation=operation,
            gate=gate,
            timeout=gate.policy.timeout_of(operation),
            retried=operation not in NEVER_RETRIED,
            closed_by_loss=operation in CLOSED_BY_LOSS,
            shadows=shadows,
        )


@cache
def copied_operations() -> frozenset[str]:
    """Enquiries that a shadow may get a copy of: those that change nothing at a host, not even a count of tries."""
    enquiries = {operation for operation, kind in commands().items() if kind.effect is Effect.ENQUIRY}
    return frozenset(enquiries - NEVER_COPIED)
