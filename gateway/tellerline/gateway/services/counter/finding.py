"""``ListCustomers``: enough of each to tell one from another."""

from __future__ import annotations

from tellerline.adapters.telemetry import mask_text
from tellerline.api.customers.v1 import counter_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.counter.documents import mask_document
from tellerline.gateway.journal.customer_records import CustomerSearch
from tellerline.gateway.journal.records import Customer
from tellerline.gateway.services.customers import convert
from tellerline.gateway.services.customers.telephones import checked_number, mask_mobile, mask_name
from tellerline.gateway.services.names import customer_name
from tellerline.gateway.services.pages import page_size, page_token, position_of
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.refusals import checked_text, checked_words, invalid
from tellerline.gateway.services.requests import request_from
from tellerline.gateway.services.values import instant_to_proto


class FindingHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def list_customers(self, request: pb.ListCustomersRequest, call: CallContext) -> pb.ListCustomersResponse:
        await self._parts.admission.admit("customers.ListCustomers", request_from(request.context), call)
        size, after = page_size(request.page_size), position_of(request, request.page_token)
        found = await self._parts.dossiers.find(_search(request, after, size + 1))
        return pb.ListCustomersResponse(
            customers=[_summary(each) for each in found[:size]],
            next_page_token=page_token(request, found[size - 1].number) if len(found) > size else "",
        )


def _search(request: pb.ListCustomersRequest, after: str, limit: int) -> CustomerSearch:
    for field, known in (
        ("kind", convert.KINDS_OF_CUSTOMERS),
        ("tier", convert.TIERS),
        ("segment", convert.SEGMENTS),
    ):
        if getattr(request, field) not in (0, *known):
            raise invalid(field, "unknown_value")
    return CustomerSearch(
        name_prefix=checked_words(request.name_prefix, "name_prefix", 60),
        identity_document=checked_text(request.identity_document, "identity_document", 32),
        account=checked_text(request.account_number, "account_number", 34),
        mobile=checked_number(request.phone_number, "phone_number") if request.phone_number else "",
        kind=convert.KINDS_OF_CUSTOMERS.get(request.kind, ""),
        tier=convert.TIERS.get(request.tier, ""),
        segment=convert.SEGMENTS.get(request.segment, ""),
        after=after,
        limit=limit,
    )


def _summary(customer: Customer) -> pb.CustomerSummary:
    return pb.CustomerSummary(
        customer=customer_name(customer.number),
        kind=convert.kind_to_proto(customer.kind),
        masked_display_name=mask_text(mask_name(customer.name)),
        masked_identity_document=mask_document(customer.identity_document),
        masked_mobile_number=mask_mobile(customer.mobile),
        tier=convert.tier_to_proto(customer.tier),
        segment=convert.segment_to_proto(customer.segment),
        register_time=instant_to_proto(customer.registered_at),
    )
