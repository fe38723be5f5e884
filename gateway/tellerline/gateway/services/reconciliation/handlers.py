"""Handlers of ``ReconciliationService``."""

from __future__ import annotations

from tellerline.api.common.v1.context_pb2 import RequestContext
from tellerline.api.operations.v1 import reconciliation_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.service import Service
from tellerline.gateway.journal.difference_records import CaseSearch, CaseState
from tellerline.gateway.services.methods import unary
from tellerline.gateway.services.names import segments
from tellerline.gateway.services.pages import page_size, page_token, position_of
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.ports import Request
from tellerline.gateway.services.reconciliation import convert
from tellerline.gateway.services.refusals import checked_words, invalid
from tellerline.gateway.services.requests import request_from
from tellerline.gateway.services.values import date_from_proto

_REASON = 200


class ReconciliationHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def reconcile_day(self, request: pb.ReconcileDayRequest, call: CallContext) -> pb.ReconcileDayResponse:
        self._admit("ReconcileDay", request.context, call)
        stretch = convert.stretch_from_proto(request)
        return convert.findings_to_proto(await self._parts.reconciliation.compare(stretch))

    async def list_differences(
        self, request: pb.ListDifferencesRequest, call: CallContext
    ) -> pb.ListDifferencesResponse:
        self._admit("ListDifferences", request.context, call)
        size, after = page_size(request.page_size), position_of(request, request.page_token)
        dated = request.HasField("accounting_date")
        search = CaseSearch(
            host=convert.host_of(request.host) if request.host else "",
            accounting_date=date_from_proto(request.accounting_date, "accounting_date") if dated else "",
            state=CaseState(convert.STATES.from_proto(request.state, "state")) if request.state else None,
            after=after,
            limit=size + 1,
        )
        found = await self._parts.differences.search(search)
        return pb.ListDifferencesResponse(
            differences=[convert.case_to_proto(case) for case in found[:size]],
            next_page_token=page_token(request, found[size - 1].name) if len(found) > size else "",
        )

    async def close_difference(self, request: pb.CloseDifferenceRequest, call: CallContext) -> pb.Difference:
        asking = self._admit("CloseDifference", request.context, call)
        name = segments(request.name, "differences/*", "name")[0]
        reason = checked_words(request.reason, "reason", _REASON, required=True)
        who = asking.agent or asking.terminal or asking.channel
        case = await self._parts.differences.close(name, self._parts.clock.now(), who, reason)
        if case is None:
            raise invalid("name", "not_an_open_difference")
        return convert.case_to_proto(case)

    def _admit(self, method: str, context: RequestContext, call: CallContext) -> Request:
        request = request_from(context)
        self._parts.admission.admit_channel(f"reconciliation.{method}", request.channel, call)
        return request


def build(parts: Parts) -> Service:
    handlers = ReconciliationHandlers(parts)
    return Service(
        full_name=pb.DESCRIPTOR.services_by_name["ReconciliationService"].full_name,
        methods=(
            unary("ReconcileDay", pb.ReconcileDayRequest, pb.ReconcileDayResponse, handlers.reconcile_day),
            unary("ListDifferences", pb.ListDifferencesRequest, pb.ListDifferencesResponse, handlers.list_differences),
            unary("CloseDifference", pb.CloseDifferenceRequest, pb.Difference, handlers.close_difference),
        ),
    )
