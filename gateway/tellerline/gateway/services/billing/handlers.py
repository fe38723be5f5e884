"""Handlers of ``BillingService``."""

from __future__ import annotations

from tellerline.api.billing.v1 import billing_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.service import Service
from tellerline.gateway.services.accounts_of import AccountDirectory
from tellerline.gateway.services.billing import convert
from tellerline.gateway.services.methods import unary
from tellerline.gateway.services.names import segments
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.requests import request_from, wants_english
from tellerline.gateway.services.results import result_if_done, result_of
from tellerline.gateway.services.transactions import info_of_settled
from tellerline.gateway.services.values import money_from_proto
from tellerline.routing.model.billing import Bill, BillPaid, Bills, GetBill, ListBills, PayBill

_SUBSCRIBER = "billers/*/subscribers/*"
_BILL = f"{_SUBSCRIBER}/bills/*"


class BillingHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._directory = AccountDirectory(parts.registry, parts.admission)

    async def list_bills(self, request: pb.ListBillsRequest, call: CallContext) -> pb.ListBillsResponse:
        biller, subscriber = segments(request.parent, _SUBSCRIBER, "parent")
        kind = convert.kind_of(biller, "parent")
        command = ListBills(kind=kind, subscriber=subscriber, unpaid_only=request.unpaid_only)
        settled = await self._parts.pipeline.run(request_from(request.context, command), call)
        return pb.ListBillsResponse(bills=[convert.bill_to_proto(bill) for bill in result_of(settled, Bills).bills])

    async def get_bill(self, request: pb.GetBillRequest, call: CallContext) -> pb.Bill:
        biller, subscriber, bill = segments(request.name, _BILL, "name")
        command = GetBill(kind=convert.kind_of(biller, "name"), subscriber=subscriber, bill=bill)
        settled = await self._parts.pipeline.run(request_from(request.context, command), call)
        return convert.bill_to_proto(result_of(settled, Bill))

    async def pay_bill(self, request: pb.PayBillRequest, call: CallContext) -> pb.PayBillResponse:
        biller, subscriber, bill = segments(request.name, _BILL, "name")
        kind, amount = convert.kind_of(biller, "name"), money_from_proto(request.amount, "amount")
        parts = segments(request.account, "customers/*/accounts/*", "account")
        account = await self._directory.find(request.context, parts, "account", PayBill.operation, call)
        command = PayBill(kind=kind, subscriber=subscriber, bill=bill, account=account.account, amount=amount)
        settled = await self._parts.pipeline.run(request_from(request.context, command, account.customer), call)
        info = info_of_settled(settled, english=wants_english(request.context))
        return convert.paid_to_proto(result_if_done(settled, BillPaid), info, request.name)


def build(parts: Parts) -> Service:
    handlers = BillingHandlers(parts)
    return Service(
        full_name=pb.DESCRIPTOR.services_by_name["BillingService"].full_name,
        methods=(
            unary("ListBills", pb.ListBillsRequest, pb.ListBillsResponse, handlers.list_bills),
            unary("GetBill", pb.GetBillRequest, pb.Bill, handlers.get_bill),
            unary("PayBill", pb.PayBillRequest, pb.PayBillResponse, handlers.pay_bill),
        ),
    )
