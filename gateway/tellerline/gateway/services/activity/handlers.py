"""Handlers of ``ActivityService``."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tellerline.api.activity.v1 import activity_pb2 as pb
from tellerline.api.common.v1.context_pb2 import RequestContext
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.service import Service
from tellerline.gateway.journal.records import Search
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.activity.convert import transaction_to_proto
from tellerline.gateway.services.activity.watch import ActivityWatch
from tellerline.gateway.services.methods import server_streaming, unary
from tellerline.gateway.services.names import customer_of
from tellerline.gateway.services.pages import number_of, page_size, page_token, position_of
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.requests import context_customer, request_from, wants_english
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Effect

_ROUNDS = 5


class ActivityHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._watch = ActivityWatch(parts.journal, parts.clock)

    async def list_transactions(
        self, request: pb.ListTransactionsRequest, call: CallContext
    ) -> pb.ListTransactionsResponse:
        """Enquiries are looked past, a bounded number of them for one page."""
        size, after = page_size(request.page_size), position_of(request, request.page_token)
        customer = await self._admitted("ListTransactions", request.context, request.parent, call)
        response, english = pb.ListTransactionsResponse(), wants_english(request.context)
        for _ in range(_ROUNDS):
            search = Search(customer=customer, after=after, limit=size + 1)
            found = await self._parts.journal.search(search)
            for record in found[:size]:
                after = record.global_serial
                if record.effect is not Effect.ENQUIRY:
                    response.transactions.append(transaction_to_proto(record, english=english))
                if len(response.transactions) == size:
                    break
            more = bool(found) and found[-1].global_serial != after
            if not more or len(response.transactions) == size:
                break
        response.next_page_token = page_token(request, after) if more else ""
        return response

    async def watch_transactions(
        self, request: pb.WatchTransactionsRequest, call: CallContext
    ) -> AsyncIterator[pb.WatchTransactionsResponse]:
        since = number_of(request, request.resume_token)
        customer = await self._admitted("WatchTransactions", request.context, request.parent, call)
        english = wants_english(request.context)
        async for record, place in self._watch.follow(customer, since, call):
            yield pb.WatchTransactionsResponse(
                transaction=transaction_to_proto(record, english=english) if record else None,
                resume_token=page_token(request, str(place)),
            )

    async def _admitted(self, method: str, context: RequestContext, parent: str, call: CallContext) -> str:
        customer = customer_of(parent, "parent")
        if context.customer and context_customer(context) != customer:
            raise RefusalError(Code.CUSTOMER_NOT_FOUND)
        asking = request_from(context, customer=customer)
        await self._parts.admission.admit(f"activity.{method}", asking, call, whole=True)
        return customer


def build(parts: Parts) -> Service:
    handlers = ActivityHandlers(parts)
    return Service(
        full_name=pb.DESCRIPTOR.services_by_name["ActivityService"].full_name,
        methods=(
            unary(
                "ListTransactions",
                pb.ListTransactionsRequest,
                pb.ListTransactionsResponse,
                handlers.list_transactions,
            ),
            server_streaming(
                "WatchTransactions",
                pb.WatchTransactionsRequest,
                pb.WatchTransactionsResponse,
                handlers.watch_transactions,
            ),
        ),
    )
