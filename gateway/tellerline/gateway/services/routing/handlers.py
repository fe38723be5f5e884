"""Handlers of ``RoutingService``."""

from __future__ import annotations

from tellerline.api.common.v1.context_pb2 import RequestContext
from tellerline.api.operations.v1 import routing_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.service import Service
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.methods import unary
from tellerline.gateway.services.names import segments, sequence_of
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.ports import Request
from tellerline.gateway.services.refusals import checked_text
from tellerline.gateway.services.requests import request_from
from tellerline.gateway.services.routing import convert
from tellerline.routing.model.codes import Code

_MOST = 64


class RoutingHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def get_routing_rules(self, request: pb.GetRoutingRulesRequest, call: CallContext) -> pb.RoutingRules:
        self._admit("GetRoutingRules", request.context, call)
        desk = self._parts.routes
        return convert.rules_to_proto(desk.rules, await desk.changes())

    async def reload_routing_rules(self, request: pb.ReloadRoutingRulesRequest, call: CallContext) -> pb.RoutingChange:
        asking = self._admit("ReloadRoutingRules", request.context, call)
        change = await self._parts.routes.reload(asking.agent or asking.terminal or asking.channel)
        return convert.change_to_proto(change)

    async def explain_route(self, request: pb.ExplainRouteRequest, call: CallContext) -> pb.ExplainRouteResponse:
        self._admit("ExplainRoute", request.context, call)
        operation = checked_text(request.operation, "operation", _MOST, required=True)
        account = checked_text(request.account_number, "account_number", _MOST)
        if request.account:
            account = await self._account_number(request.account)
        desk = self._parts.routes
        route = desk.explain(operation, account, checked_text(request.branch, "branch", _MOST))
        if route is None:
            raise RefusalError(Code.OPERATION_NOT_OFFERED, metadata={"operation": operation})
        return convert.route_to_proto(route, desk.rules.version)

    async def list_route_differences(
        self, request: pb.ListRouteDifferencesRequest, call: CallContext
    ) -> pb.ListRouteDifferencesResponse:
        self._admit("ListRouteDifferences", request.context, call)
        mirror = self._parts.mirror
        return pb.ListRouteDifferencesResponse(
            counts=convert.counts_to_proto(mirror.counts),
            differences=[convert.difference_to_proto(each) for each in mirror.differences()],
        )

    def _admit(self, method: str, context: RequestContext, call: CallContext) -> Request:
        request = request_from(context)
        self._parts.admission.admit_channel(f"routing.{method}", request.channel, call)
        return request

    async def _account_number(self, name: str) -> str:
        customer, sequence = segments(name, "customers/*/accounts/*", "account")
        account = await self._parts.registry.account(customer, sequence_of(sequence, "account"))
        if account is None:
            raise RefusalError(Code.ACCOUNT_NOT_FOUND)
        return account.account


def build(parts: Parts) -> Service:
    handlers = RoutingHandlers(parts)
    return Service(
        full_name=pb.DESCRIPTOR.services_by_name["RoutingService"].full_name,
        methods=(
            unary("GetRoutingRules", pb.GetRoutingRulesRequest, pb.RoutingRules, handlers.get_routing_rules),
            unary("ReloadRoutingRules", pb.ReloadRoutingRulesRequest, pb.RoutingChange, handlers.reload_routing_rules),
            unary("ExplainRoute", pb.ExplainRouteRequest, pb.ExplainRouteResponse, handlers.explain_route),
            unary(
                "ListRouteDifferences",
                pb.ListRouteDifferencesRequest,
                pb.ListRouteDifferencesResponse,
                handlers.list_route_differences,
            ),
        ),
    )
