"""Routing rules, their changes and what shadows found, as messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tellerline.api.operations.v1 import routing_pb2 as pb
from tellerline.gateway.journal.records import RoutingChange, RoutingVerdict
from tellerline.gateway.pipeline.mirror import AnswerDifference, Mirrored
from tellerline.gateway.services.enums import EnumPair
from tellerline.gateway.services.values import instant_to_proto
from tellerline.routing.transactions.router import Route
from tellerline.routing.transactions.rules import RoutingRules, Rule, ShadowRule

VERDICTS = EnumPair(pb.RoutingChange.Verdict.DESCRIPTOR, "VERDICT_", RoutingVerdict)


def rules_to_proto(rules: RoutingRules, changes: Sequence[RoutingChange]) -> pb.RoutingRules:
    return pb.RoutingRules(
        version=rules.version,
        rules=[_rule(rule) for rule in rules.rules],
        shadow_rules=[_rule(rule) for rule in rules.shadows],
        changes=[change_to_proto(change) for change in changes],
    )


def _rule(rule: Rule) -> pb.RoutingRule:
    return pb.RoutingRule(
        rule=rule.name,
        operations=rule.operations,
        host=rule.host,
        account_ranges=[str(part) for part in rule.accounts],
        branches=sorted(rule.branches),
        share_points=rule.points,
        volatile_fields=rule.volatile if isinstance(rule, ShadowRule) else (),
    )


def change_to_proto(change: RoutingChange) -> pb.RoutingChange:
    return pb.RoutingChange(
        number=change.number,
        change_time=instant_to_proto(change.at),
        instance=change.instance,
        operator=change.operator,
        verdict=VERDICTS.to_proto(change.verdict),
        version=change.version,
        digest=change.digest,
        reason=change.reason,
    )


def route_to_proto(route: Route, version: str) -> pb.ExplainRouteResponse:
    return pb.ExplainRouteResponse(
        host=route.host,
        rule=route.rule,
        judgements=[pb.RouteJudgement(rule=each.rule.name, reason=each.why) for each in route.judged],
        shadow_rules=[shadow.name for shadow in route.shadows],
        version=version,
    )


def difference_to_proto(difference: AnswerDifference) -> pb.RouteDifference:
    return pb.RouteDifference(
        difference_time=instant_to_proto(difference.at),
        rule=difference.rule,
        operation=difference.operation,
        transaction=f"transactions/{difference.global_serial}",
        host=difference.host,
        shadow_host=difference.shadow_host,
        fields=[
            pb.FieldDifference(field=each.field, answered_value=each.answered, shadow_value=each.shadowed)
            for each in difference.fields
        ],
    )


def counts_to_proto(counts: Mapping[tuple[str, Mirrored], int]) -> list[pb.ShadowCount]:
    """In order of the rules' names."""
    return [
        pb.ShadowCount(
            rule=rule,
            same_count=counts.get((rule, Mirrored.SAME), 0),
            different_count=counts.get((rule, Mirrored.DIFFERENT), 0),
            unanswered_count=counts.get((rule, Mirrored.UNANSWERED), 0),
            dropped_count=counts.get((rule, Mirrored.DROPPED), 0),
        )
        for rule in sorted({rule for rule, _ in counts})
    ]
