"""Handlers of ``CashService``."""

from __future__ import annotations

from tellerline.api.cash.v1 import cash_pb2 as pb
from tellerline.api.common.v1.context_pb2 import RequestContext
from tellerline.gateway.cash.amounts import is_tombstone
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.service import Service
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.accounts_of import AccountDirectory
from tellerline.gateway.services.cash import convert
from tellerline.gateway.services.cash.standing import Withdrawals
from tellerline.gateway.services.methods import unary
from tellerline.gateway.services.names import segments
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.ports import Request, Settled
from tellerline.gateway.services.requests import request_from
from tellerline.routing.model.cash import ConfirmWithdrawal, ReverseWithdrawal, WithdrawCash
from tellerline.routing.model.codes import Code


class CashHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._directory = AccountDirectory(parts.registry, parts.admission)
        self._withdrawals = Withdrawals(parts.journal, self._directory)

    async def withdraw_cash(self, request: pb.WithdrawCashRequest, call: CallContext) -> pb.Withdrawal:
        names = segments(request.name, "customers/*/accounts/*", "name")
        account = await self._directory.find(request.context, names, "name", WithdrawCash.operation, call)
        command = convert.withdrawal_command(request, account.account)
        asked = request_from(request.context, command, account.customer)
        settled = await self._withdraw(asked, call)
        return await self._withdrawals.answered(settled, command, request)

    async def confirm_withdrawal(self, request: pb.ConfirmWithdrawalRequest, call: CallContext) -> pb.Withdrawal:
        command = convert.confirmation_command(request)
        return await self._hear(request.context, command, call)

    async def reverse_withdrawal(self, request: pb.ReverseWithdrawalRequest, call: CallContext) -> pb.Withdrawal:
        command = convert.reversal_command(request)
        return await self._hear(request.context, command, call)

    async def get_withdrawal(self, request: pb.GetWithdrawalRequest, call: CallContext) -> pb.Withdrawal:
        record = await self._withdrawals.look_up(request, call, self._parts.admission)
        return await self._withdrawals.standing(record, request.context)

    async def _withdraw(self, asked: Request, call: CallContext) -> Settled:
        """A serial that a reversal has taken before its withdrawal came stands for one that is undone."""
        try:
            return await self._parts.pipeline.run(asked, call)
        except RefusalError as refusal:
            if refusal.code is not Code.DUPLICATE_SERIAL_DIFFERENT_PAYLOAD:
                raise
            record = await self._parts.journal.find(asked.channel, asked.channel_serial)
            if record is None or not is_tombstone(record):
                raise
            metadata = {"global_serial": record.global_serial, "reason": "reversed_before_arrival"}
            raise RefusalError(Code.REVERSED, metadata=metadata) from None

    async def _hear(
        self, context: RequestContext, command: ConfirmWithdrawal | ReverseWithdrawal, call: CallContext
    ) -> pb.Withdrawal:
        asked = request_from(context, command)
        self._parts.admission.admit_channel(command.operation, asked.channel, call)
        serial = await self._parts.dispenses.hear(asked, call)
        record = await self._parts.journal.get(serial)
        if record is None:
            raise RefusalError(Code.TRANSACTION_NOT_FOUND)
        return await self._withdrawals.standing(record, context)


def build(parts: Parts) -> Service:
    handlers = CashHandlers(parts)
    return Service(
        full_name=pb.DESCRIPTOR.services_by_name["CashService"].full_name,
        methods=(
            unary("WithdrawCash", pb.WithdrawCashRequest, pb.Withdrawal, handlers.withdraw_cash),
            unary("ConfirmWithdrawal", pb.ConfirmWithdrawalRequest, pb.Withdrawal, handlers.confirm_withdrawal),
            unary("ReverseWithdrawal", pb.ReverseWithdrawalRequest, pb.Withdrawal, handlers.reverse_withdrawal),
            unary("GetWithdrawal", pb.GetWithdrawalRequest, pb.Withdrawal, handlers.get_withdrawal),
        ),
    )
