"""Handlers of ``OperationsService``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from tellerline.api.common.v1.context_pb2 import RequestContext
from tellerline.api.operations.v1 import operations_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.service import Service
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.methods import server_streaming, unary
from tellerline.gateway.services.names import customer_of, segments, sequence_of
from tellerline.gateway.services.operations import convert
from tellerline.gateway.services.operations.cases import CaseHandlers, resolution_to_proto
from tellerline.gateway.services.operations.history import whole
from tellerline.gateway.services.operations.watch import TransactionWatch
from tellerline.gateway.services.pages import page_size, page_token, position_of
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.refusals import invalid
from tellerline.gateway.services.requests import CHANNELS, request_from, wants_english
from tellerline.routing.model.codes import Code


class OperationsHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._watch = TransactionWatch(parts.journal, parts.clock)

    async def search_transactions(
        self, request: pb.SearchTransactionsRequest, call: CallContext
    ) -> pb.SearchTransactionsResponse:
        customer = customer_of(request.customer, "customer") if request.customer else ""
        asking = replace(request_from(request.context), customer=customer)
        await self._parts.admission.admit("operations.SearchTransactions", asking, call, whole=True)
        if request.channel and request.channel not in CHANNELS:
            raise invalid("channel", "unknown_value")
        size, after = page_size(request.page_size), position_of(request, request.page_token)
        account = await self._account_number(request.account) if request.account else ""
        search = convert.search_from_proto(request, account, after=after, limit=size + 1)
        found = await self._parts.journal.search(search)
        english = wants_english(request.context)
        return pb.SearchTransactionsResponse(
            transactions=[convert.transaction_to_proto(record, english=english) for record in found[:size]],
            next_page_token=page_token(request, found[size - 1].global_serial) if len(found) > size else "",
        )

    async def get_transaction(self, request: pb.GetTransactionRequest, call: CallContext) -> pb.Transaction:
        self._admit("GetTransaction", request.context, call)
        serial = segments(request.name, "transactions/*", "name")[0]
        record = await self._parts.journal.get(serial)
        if record is None:
            raise RefusalError(Code.TRANSACTION_NOT_FOUND)
        transaction = convert.transaction_to_proto(record, english=wants_english(request.context))
        events = whole(record, await self._parts.journal.history(serial))
        transaction.events.extend(convert.event_to_proto(event) for event in events)
        await self._add_legs(transaction, serial, english=wants_english(request.context))
        transaction.resolutions.extend(map(resolution_to_proto, await self._parts.cases.resolutions(serial)))
        return transaction

    async def _add_legs(self, transaction: pb.Transaction, serial: str, *, english: bool) -> None:
        legs = await self._parts.legs.of(serial)
        transaction.legs.extend(convert.leg_to_proto(leg, english=english) for leg in convert.in_order(legs))
        plan = "" if legs else await self._parts.legs.plan_of(serial)
        transaction.plan = f"transactions/{plan}" if plan else ""

    async def watch_transaction(
        self, request: pb.WatchTransactionRequest, call: CallContext
    ) -> AsyncIterator[pb.WatchTransactionResponse]:
        self._admit("WatchTransaction", request.context, call)
        serial = segments(request.name, "transactions/*", "name")[0]
        async for reply in self._watch.follow(request, serial, call):
            yield reply

    async def list_doubts(self, request: pb.ListDoubtsRequest, call: CallContext) -> pb.ListDoubtsResponse:
        self._admit("ListDoubts", request.context, call)
        host = convert.host_of(request.host) if request.host else ""
        size, after = page_size(request.page_size), position_of(request, request.page_token)
        found = await self._parts.journal.doubts(after=after, limit=size + 1, host=host)
        proposals = await self._parts.cases.open_resolutions([doubt.global_serial for doubt in found[:size]])
        proposed = {each.global_serial: resolution_to_proto(each) for each in proposals}
        return pb.ListDoubtsResponse(
            doubts=[convert.doubt_to_proto(doubt, proposed.get(doubt.global_serial)) for doubt in found[:size]],
            next_page_token=page_token(request, found[size - 1].global_serial) if len(found) > size else "",
        )

    async def get_host_status(self, request: pb.GetHostStatusRequest, call: CallContext) -> pb.HostStatus:
        self._admit("GetHostStatus", request.context, call)
        host = convert.host_of(request.name, "hosts/*/status", "name")
        for facts in await self._parts.hosts.facts():
            if facts.name == host:
                return convert.host_to_proto(facts)
        raise invalid("name", "host_not_connected")

    async def list_host_statuses(
        self, request: pb.ListHostStatusesRequest, call: CallContext
    ) -> pb.ListHostStatusesResponse:
        self._admit("ListHostStatuses", request.context, call)
        facts = await self._parts.hosts.facts()
        return pb.ListHostStatusesResponse(host_statuses=[convert.host_to_proto(fact) for fact in facts])

    def _admit(self, method: str, context: RequestContext, call: CallContext) -> None:
        request = request_from(context)
        self._parts.admission.admit_channel(f"operations.{method}", request.channel, call)

    async def _account_number(self, name: str) -> str:
        customer, sequence = segments(name, "customers/*/accounts/*", "account")
        account = await self._parts.registry.account(customer, sequence_of(sequence, "account"))
        if account is None:
            raise RefusalError(Code.ACCOUNT_NOT_FOUND)
        return account.account


def build(parts: Parts) -> Service:
    handlers, cases = OperationsHandlers(parts), CaseHandlers(parts)
    return Service(
        full_name=pb.DESCRIPTOR.services_by_name["OperationsService"].full_name,
        methods=(
            unary(
                "SearchTransactions",
                pb.SearchTransactionsRequest,
                pb.SearchTransactionsResponse,
                handlers.search_transactions,
            ),
            unary("GetTransaction", pb.GetTransactionRequest, pb.Transaction, handlers.get_transaction),
            server_streaming(
                "WatchTransaction",
                pb.WatchTransactionRequest,
                pb.WatchTransactionResponse,
                handlers.watch_transaction,
            ),
            unary("ListDoubts", pb.ListDoubtsRequest, pb.ListDoubtsResponse, handlers.list_doubts),
            unary("ProposeResolution", pb.ProposeResolutionRequest, pb.Resolution, cases.propose_resolution),
            unary("ConfirmResolution", pb.ConfirmResolutionRequest, pb.Resolution, cases.confirm_resolution),
            unary("RejectResolution", pb.RejectResolutionRequest, pb.Resolution, cases.reject_resolution),
            unary("GetHostStatus", pb.GetHostStatusRequest, pb.HostStatus, handlers.get_host_status),
            unary(
                "ListHostStatuses",
                pb.ListHostStatusesRequest,
                pb.ListHostStatusesResponse,
                handlers.list_host_statuses,
            ),
        ),
    )
