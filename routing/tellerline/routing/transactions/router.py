"""The way of each transaction: the bank's rules over the routing table, worked out once per operation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tellerline.routing.transactions.rules import NO_RULES, RoutingRules, Rule, ShadowRule, Why
from tellerline.routing.transactions.table import RoutingError, RoutingTable


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one rule said to one transaction."""

    rule: Rule
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where one transaction goes and why. ``rule`` is empty when none took it; ``judged`` are the rules, in order,
    down to the one that decided."""

    host: str
    rule: str
    judged: tuple[Judgement, ...]
    shadows: tuple[ShadowRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Ways:
    """One operation: its host, the rules that may change it, and the shadows that may follow it.

    ``fixed`` is the host when neither account nor branch has a say, else empty.
    """

    fixed: str
    default: str
    rules: tuple[Rule, ...]
    shadows: tuple[ShadowRule, ...]

    def host_for(self, account: str, branch: str) -> str:
        for rule in self.rules:
            if rule.judge(account, branch) is Why.TAKEN:
                return rule.host
        return self.default


class Router:
    """Pure and immutable: another version of the rules is another router."""

    def __init__(self, rules: RoutingRules, ways: Mapping[str, Ways]) -> None:
        self.rules = rules
        self.ways = ways

    @classmethod
    def build(
        cls,
        table: RoutingTable,
        declared: Mapping[str, frozenset[str]],
        rules: RoutingRules = NO_RULES,
        enquiries: frozenset[str] = frozenset(),
    ) -> Router:
        """``declared`` are the operations of every connected host, versions included; ``enquiries`` those that may be
        copied to a shadow. Raises ``RoutingError`` for a rule that could never take anything."""
        for rule in rules.rules:
            _check(rule, table, declared, frozenset(table.hosts))
        for shadow in rules.shadows:
            _check(shadow, table, declared, enquiries)
        ways = {
            operation: _ways(operation, host, rules, declared, enquiries) for operation, host in table.hosts.items()
        }
        return cls(rules, ways)

    def explain(self, operation: str, account: str = "", branch: str = "") -> Route | None:
        """The same decision as ``Ways.host_for``, with reasons; None for what no host offers."""
        ways = self.ways.get(operation)
        if ways is None:
            return None
        host, name, judged = ways.default, "", []
        for rule in self.rules.rules:
            why = self._why(rule, ways, operation, account, branch)
            judged.append(Judgement(rule, why))
            if why is Why.TAKEN:
                host, name = rule.host, rule.name
                break
        shadows = tuple(shadow for shadow in ways.shadows if shadow.judge(account, branch) is Why.TAKEN)
        return Route(host=host, rule=name, judged=tuple(judged), shadows=shadows)

    def _why(self, rule: Rule, ways: Ways, operation: str, account: str, branch: str) -> Why:
        if not rule.names(operation):
            return Why.OTHER_OPERATION
        return rule.judge(account, branch) if rule in ways.rules else Why.NOT_OFFERED


def _ways(
    operation: str,
    default: str,
    rules: RoutingRules,
    declared: Mapping[str, frozenset[str]],
    enquiries: frozenset[str],
) -> Ways:
    chosen: list[Rule] = []
    for rule in rules.rules:
        if rule.names(operation) and operation in declared[rule.host]:
            chosen.append(rule)
            if rule.unconditional:
                break
    shadows = tuple(
        shadow
        for shadow in rules.shadows
        if operation in enquiries and shadow.names(operation) and operation in declared[shadow.host]
    )
    fixed = default if not chosen else chosen[0].host if chosen[0].unconditional else ""
    return Ways(fixed, default, tuple(chosen), shadows)


def _check(rule: Rule, table: RoutingTable, declared: Mapping[str, frozenset[str]], allowed: frozenset[str]) -> None:
    """A pattern may name more than its host offers; a name without a star must be meant as it stands."""
    offered = declared.get(rule.host)
    if offered is None:
        known = ", ".join(sorted(declared)) or "none"
        raise RoutingError(f"{rule.name}: host {rule.host!r} is not connected; connected are {known}")
    possible = offered & allowed & frozenset(table.hosts)
    for pattern in rule.operations:
        if "*" in pattern or "?" in pattern:
            continue
        if pattern not in offered:
            raise RoutingError(f"{rule.name}: host {rule.host!r} does not offer {pattern}")
        if pattern not in possible:
            why = "never copied: no enquiry that changes nothing" if isinstance(rule, ShadowRule) else "not routed"
            raise RoutingError(f"{rule.name}: {pattern} is {why}")
    if not any(rule.names(operation) for operation in possible):
        raise RoutingError(f"{rule.name}: its operations match nothing that may go to {rule.host!r}")
