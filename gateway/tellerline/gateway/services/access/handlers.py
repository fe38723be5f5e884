"""Handlers of ``AccessService``."""

from __future__ import annotations

from tellerline.adapters.telemetry import mask_number
from tellerline.api.common.v1.context_pb2 import RequestContext
from tellerline.api.operations.v1 import access_pb2 as pb
from tellerline.api.operations.v1 import routing_pb2
from tellerline.gateway.access.grants import who_asks
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.service import Service
from tellerline.gateway.journal.access_records import AccessEvent, AccessKind, AccessSearch
from tellerline.gateway.services.enums import EnumPair
from tellerline.gateway.services.methods import unary
from tellerline.gateway.services.names import customer_name, customer_of
from tellerline.gateway.services.pages import number_of, page_size, page_token
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.ports import Request
from tellerline.gateway.services.refusals import checked_text
from tellerline.gateway.services.requests import channel_number, request_from
from tellerline.gateway.services.routing.convert import change_to_proto
from tellerline.gateway.services.values import instant_to_proto

KINDS = EnumPair(pb.AccessEvent.Kind.DESCRIPTOR, "KIND_", AccessKind)
_MOST = 64


class AccessHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def get_access_policy(self, request: pb.GetAccessPolicyRequest, call: CallContext) -> pb.AccessPolicy:
        self._admit("GetAccessPolicy", request.context, call)
        desk = self._parts.access
        changes = [change_to_proto(change) for change in await desk.changes()]
        policy = desk.policy
        return pb.AccessPolicy(file=policy.name, version=policy.version, digest=policy.digest, changes=changes)

    async def reload_access_policy(
        self, request: pb.ReloadAccessPolicyRequest, call: CallContext
    ) -> routing_pb2.RoutingChange:
        asking = self._admit("ReloadAccessPolicy", request.context, call)
        return change_to_proto(await self._parts.access.reload(who_asks(asking)))

    async def list_access_events(
        self, request: pb.ListAccessEventsRequest, call: CallContext
    ) -> pb.ListAccessEventsResponse:
        self._admit("ListAccessEvents", request.context, call)
        size, before = page_size(request.page_size), number_of(request, request.page_token)
        search = AccessSearch(
            customer=customer_of(request.customer, "customer") if request.customer else "",
            call=checked_text(request.call, "call", _MOST),
            agent=checked_text(request.agent, "agent", _MOST),
            before=before,
            limit=size + 1,
        )
        found = await self._parts.access_trail.newest(search)
        return pb.ListAccessEventsResponse(
            events=[event_to_proto(event) for event in found[:size]],
            next_page_token=page_token(request, str(found[size - 1].number)) if len(found) > size else "",
        )

    def _admit(self, method: str, context: RequestContext, call: CallContext) -> Request:
        request = request_from(context)
        self._parts.admission.admit_channel(f"access.{method}", request.channel, call)
        return request


def event_to_proto(event: AccessEvent) -> pb.AccessEvent:
    return pb.AccessEvent(
        number=event.number,
        event_time=instant_to_proto(event.at),
        kind=KINDS.to_proto(event.kind),
        grant_id=event.grant_id,
        customer=customer_name(event.customer),
        channel=channel_number(event.channel),  # type: ignore[arg-type]
        call=event.call,
        agent=event.agent,
        terminal=event.terminal,
        masked_account_numbers=[mask_number(account) for account in event.accounts],
        operations=event.operations,
        expire_time=instant_to_proto(event.expires_at),
        who=event.who,
        why=event.why,
    )


def build(parts: Parts) -> Service:
    handlers = AccessHandlers(parts)
    return Service(
        full_name=pb.DESCRIPTOR.services_by_name["AccessService"].full_name,
        methods=(
            unary("GetAccessPolicy", pb.GetAccessPolicyRequest, pb.AccessPolicy, handlers.get_access_policy),
            unary(
                "ReloadAccessPolicy",
                pb.ReloadAccessPolicyRequest,
                routing_pb2.RoutingChange,
                handlers.reload_access_policy,
            ),
            unary(
                "ListAccessEvents",
                pb.ListAccessEventsRequest,
                pb.ListAccessEventsResponse,
                handlers.list_access_events,
            ),
        ),
    )
