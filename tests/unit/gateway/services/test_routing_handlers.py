"""The routing rules over the contract: shown, reloaded, explained, for channels that may."""

from __future__ import annotations

from pathlib import Path

import pytest
from gateway_world import ACCOUNT, World, open_world, registered, settings_for
from google.protobuf.message import Message

from tellerline.api.common.v1.context_pb2 import Channel, RequestContext
from tellerline.api.operations.v1 import routing_pb2 as pb
from tellerline.gateway.journal.records import Customer
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.routing.handlers import RoutingHandlers
from tellerline.routing.model.codes import Code

COUNTER = RequestContext(channel=Channel.CHANNEL_COUNTER, channel_serial="1", agent="u7", terminal="t1")
RULES = """
version = "9"
[[rules]]
name = "branch"
operations = ["accounts.*"]
branches = ["0101"]
host = "core"
[[rules]]
name = "range"
operations = ["accounts.*"]
accounts = ["6217*"]
percentage = 12.5
host = "core"
[[shadows]]
name = "mirror"
operations = ["accounts.GetBalance"]
volatile = ["*_serial"]
host = "core"
"""


async def call(world: World, method: str, request: Message) -> Message:
    handlers = RoutingHandlers(world.gateway.parts)
    answer: Message = await world.run(getattr(handlers, method)(request, world.call()))
    return answer


async def test_rules_are_shown_reloaded_and_explained(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text('version = "8"\n', "utf-8")
    async with open_world(tmp_path, settings=settings_for(routing_rules=file)) as world:
        file.write_text(RULES, "utf-8")
        change = await call(world, "reload_routing_rules", pb.ReloadRoutingRulesRequest(context=COUNTER))
        assert isinstance(change, pb.RoutingChange)
        assert (change.verdict, change.version) == (pb.RoutingChange.VERDICT_IN_FORCE, "9")
        assert change.operator == "u7"
        shown = await call(world, "get_routing_rules", pb.GetRoutingRulesRequest(context=COUNTER))
        assert isinstance(shown, pb.RoutingRules)
        assert [(rule.rule, rule.share_points) for rule in shown.rules] == [("branch", 10_000), ("range", 1_250)]
        assert shown.shadow_rules[0].volatile_fields == ["*_serial"]
        assert [each.version for each in shown.changes] == ["9", "8"]
        customer = Customer(number="C1", name="n", identity_document="d", tier="VIP", registered_at=world.clock.now())
        await world.run(world.store.registry.add_customer(customer))
        await world.run(world.store.registry.add_account(registered(ACCOUNT)))
        asked = pb.ExplainRouteRequest(
            context=COUNTER, operation="accounts.GetBalance", account="customers/C1/accounts/1"
        )
        route = await call(world, "explain_route", asked)
        assert isinstance(route, pb.ExplainRouteResponse)
        assert (route.host, route.version, list(route.shadow_rules)) == ("core", "9", ["mirror"])
        assert route.judgements[0].reason == "other_branch"


async def test_what_nobody_offers_has_no_route(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        with pytest.raises(RefusalError) as refused:
            await call(world, "explain_route", pb.ExplainRouteRequest(context=COUNTER, operation="fx.GetQuote"))
        assert refused.value.code is Code.OPERATION_NOT_OFFERED


@pytest.mark.parametrize(
    ("method", "request_type"),
    [
        ("get_routing_rules", pb.GetRoutingRulesRequest),
        ("reload_routing_rules", pb.ReloadRoutingRulesRequest),
        ("explain_route", pb.ExplainRouteRequest),
        ("list_route_differences", pb.ListRouteDifferencesRequest),
    ],
)
async def test_agents_have_no_say_in_routing(
    tmp_path: Path, method: str, request_type: type[pb.GetRoutingRulesRequest]
) -> None:
    agent = RequestContext(channel=Channel.CHANNEL_AGENT, channel_serial="1", agent="u7")
    async with open_world(tmp_path) as world:
        with pytest.raises(RefusalError) as refused:
            await call(world, method, request_type(context=agent))
        assert refused.value.code is Code.CHANNEL_NOT_ALLOWED


async def test_without_a_file_nothing_is_reloaded(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        change = await call(world, "reload_routing_rules", pb.ReloadRoutingRulesRequest(context=COUNTER))
        assert isinstance(change, pb.RoutingChange)
        assert change.verdict == pb.RoutingChange.VERDICT_REFUSED
        assert "routing_rules names no file" in change.reason
