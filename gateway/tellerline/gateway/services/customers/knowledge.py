"""What the bank knows of a customer: to him who has proved who he is, and to whoever calls from his number."""

from __future__ import annotations

from tellerline.api.customers.v1 import customers_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.customers import convert
from tellerline.gateway.services.customers.telephones import checked_number
from tellerline.gateway.services.names import customer_of
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.requests import context_customer, request_from
from tellerline.routing.model.codes import Code

_MOST = 5
STAFF = frozenset({"AGENT", "COUNTER"})
"""Channels that the bank's own people use."""


class KnowledgeHandlers:
    def __init__(self, parts: Parts) -> None:
        self._admission = parts.admission
        self._registry = parts.registry

    async def get_customer(self, request: pb.GetCustomerRequest, call: CallContext) -> pb.Customer:
        number = customer_of(request.name, "name")
        if request.context.customer and context_customer(request.context) != number:
            raise RefusalError(Code.CUSTOMER_NOT_FOUND)
        asking = request_from(request.context, customer=number)
        await self._admission.admit("customers.GetCustomer", asking, call)
        customer = await self._registry.customer(number)
        if customer is None:
            raise RefusalError(Code.CUSTOMER_NOT_FOUND)
        return convert.customer_to_proto(customer, to_staff=asking.channel in STAFF)

    async def find_customers_by_phone(
        self, request: pb.FindCustomersByPhoneRequest, call: CallContext
    ) -> pb.FindCustomersByPhoneResponse:
        asking = request_from(request.context)
        await self._admission.admit("customers.FindCustomersByPhone", asking, call)
        number = checked_number(request.phone_number, "phone_number")
        found = await self._registry.customers_of(number, _MOST)
        hints = [convert.hint_to_proto(each, await self._registry.accounts(each.number)) for each in found]
        return pb.FindCustomersByPhoneResponse(customer_hints=hints)
