"""Cash: messages of the contract ⇄ the model."""

from __future__ import annotations

from tellerline.api.cash.v1 import cash_pb2 as pb
from tellerline.api.common.v1.context_pb2 import RequestContext
from tellerline.api.common.v1.transaction_pb2 import TransactionInfo
from tellerline.gateway.services.refusals import checked_text, invalid
from tellerline.gateway.services.requests import checked_serial
from tellerline.gateway.services.values import iso_instant_to_proto, money_from_proto, money_to_proto
from tellerline.routing.model.cash import ConfirmWithdrawal, ReverseWithdrawal, WithdrawCash, Withdrawn

_TERMINAL = 32


def withdrawal_command(request: pb.WithdrawCashRequest, account: str) -> WithdrawCash:
    """``account`` is the number behind ``request.name``."""
    return WithdrawCash(
        account=account,
        amount=money_from_proto(request.amount, "amount"),
        terminal=checked_text(request.context.terminal, "context.terminal", _TERMINAL, required=True),
    )


def confirmation_command(request: pb.ConfirmWithdrawalRequest) -> ConfirmWithdrawal:
    return ConfirmWithdrawal(
        original_channel_serial=_original(request.context, request.original_channel_serial),
        dispensed=money_from_proto(request.dispensed_amount, "dispensed_amount"),
    )


def reversal_command(request: pb.ReverseWithdrawalRequest) -> ReverseWithdrawal:
    """Zero and no amount are the same word; an original of zero is one that never was."""
    amount, original = (
        money_from_proto(getattr(request, field), field, positive=False) if request.HasField(field) else None
        for field in ("amount", "original_amount")
    )
    return ReverseWithdrawal(
        original_channel_serial=_original(request.context, request.original_channel_serial),
        amount=amount if amount and amount.minor else None,
        original_amount=original,
    )


def _original(context: RequestContext, serial: str) -> str:
    if checked_serial(serial, "original_channel_serial") == context.channel_serial:
        raise invalid("original_channel_serial", "its_own")
    return serial


def withdrawal_to_proto(
    command: WithdrawCash | None, result: Withdrawn | None, info: TransactionInfo, *, account_name: str
) -> pb.Withdrawal:
    """``command`` is None for a withdrawal that was reversed before it arrived."""
    return pb.Withdrawal(
        name=f"withdrawals/{info.ref.global_serial}",
        account=account_name,
        amount=money_to_proto(command.amount) if command else None,
        balance_after_amount=money_to_proto(result.balance_after) if result else None,
        book_time=iso_instant_to_proto(result.booked_at) if result else None,
        transaction=info,
    )
