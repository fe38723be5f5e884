"""Transfers that need two people."""

from __future__ import annotations

from typing import Any

from tellerline.api.corporate.v1 import corporate_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.services.corporate import convert
from tellerline.gateway.services.corporate.company import Caller, Companies
from tellerline.gateway.services.names import segments
from tellerline.gateway.services.ports import Settled
from tellerline.gateway.services.refusals import checked_words
from tellerline.gateway.services.requests import wants_english
from tellerline.gateway.services.results import result_if_done, result_of
from tellerline.gateway.services.transactions import info_of_settled
from tellerline.routing.model import corporate as model

_REASON = 60


class OrderHandlers:
    def __init__(self, companies: Companies) -> None:
        self._companies = companies

    async def create(self, request: pb.CreateTransferOrderRequest, call: CallContext) -> pb.TransferOrder:
        caller = self._companies.caller(request)
        account = await self._companies.account(request, caller, model.CreateTransferOrder.operation, call)
        command = convert.order_command(request, caller.who, account.account)
        settled = await self._companies.run(request, caller, command, call)
        return _reply(request, settled, request.account, _without_outcome(request.transfer_order))

    async def get(self, request: pb.GetTransferOrderRequest, call: CallContext) -> pb.TransferOrder:
        caller, fields, parent = await self._order(request, model.GetTransferOrder.operation, call)
        settled = await self._companies.run(request, caller, model.GetTransferOrder(**fields), call)
        return convert.order_to_proto(result_of(settled, model.TransferOrder), parent, None)

    async def approve(self, request: pb.ApproveTransferOrderRequest, call: CallContext) -> pb.TransferOrder:
        caller, fields, parent = await self._order(request, model.ApproveTransferOrder.operation, call)
        settled = await self._companies.run(request, caller, model.ApproveTransferOrder(**fields), call)
        return _reply(request, settled, parent, pb.TransferOrder(name=request.name))

    async def reject(self, request: pb.RejectTransferOrderRequest, call: CallContext) -> pb.TransferOrder:
        reason = checked_words(request.reason, "reason", _REASON)
        caller, fields, parent = await self._order(request, model.RejectTransferOrder.operation, call)
        command = model.RejectTransferOrder(**fields, reason=reason)
        settled = await self._companies.run(request, caller, command, call)
        return _reply(request, settled, parent, pb.TransferOrder(name=request.name))

    async def _order(self, request: Any, operation: str, call: CallContext) -> tuple[Caller, dict[str, str], str]:
        """Who asks, the fields of a command on the order of ``request.name``, and the account's resource name."""
        caller = self._companies.caller(request)
        customer, sequence, order = segments(request.name, "customers/*/accounts/*/transferOrders/*", "name")
        parent = f"customers/{customer}/accounts/{sequence}"
        account = await self._companies.account(request, caller, operation, call, name=parent, field="name")
        return caller, {**caller.fields, "account": account.account, "order": order}, parent


def _reply(request: Any, settled: Settled, parent: str, unknown: pb.TransferOrder) -> pb.TransferOrder:
    """``unknown`` is what can be said while the host's answer is not known."""
    info = info_of_settled(settled, english=wants_english(request.context))
    order = result_if_done(settled, model.TransferOrder)
    if order is not None:
        return convert.order_to_proto(order, parent, info)
    unknown.transaction.CopyFrom(info)
    return unknown


def _without_outcome(asked: pb.TransferOrder) -> pb.TransferOrder:
    return pb.TransferOrder(
        credit_account=asked.credit_account,
        credit_display_name=asked.credit_display_name,
        credit_bank=asked.credit_bank,
        amount=asked.amount,
        narrative=asked.narrative,
    )
