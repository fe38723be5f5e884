"""Cash: withdrawn, confirmed, and taken back."""

from __future__ import annotations

from typing import Final

from tellerline.api.cash.v1 import cash_pb2 as pb
from tellerline.gateway.channels.iso8583.answer_codes import APPROVED, BAD_AMOUNT, NOT_OFFERED, REVERSAL_ACCEPTED
from tellerline.gateway.channels.iso8583.problems import AnsweredError
from tellerline.gateway.channels.iso8583.work.asking import ADVICE, Asking, Reply
from tellerline.gateway.channels.iso8583.work.cards import CardDesk
from tellerline.gateway.channels.iso8583.work.platform import Platform
from tellerline.gateway.channels.iso8583.work.proofs import Proof
from tellerline.gateway.channels.iso8583.work.settled import reply_of, traces
from tellerline.gateway.services.names import account_name
from tellerline.gateway.services.values import money_to_proto
from tellerline.routing.model.money import Money

_SERVICE: Final = "cash.v1.CashService"
_WITHDRAWAL: Final = "01"


class CashWork:
    """A withdrawal needs the customer; what the terminal says of it later needs the terminal alone."""

    def __init__(self, *, platform: Platform, cards: CardDesk) -> None:
        self._platform = platform
        self._cards = cards

    async def withdraw(self, asking: Asking) -> Reply:
        amount = asking.amount
        return await self._cards.proven(asking, lambda proof: self._withdraw(asking, proof, amount))

    async def _withdraw(self, asking: Asking, proof: Proof, amount: Money) -> Reply:
        account = proof.account
        request = pb.WithdrawCashRequest(
            context=asking.context(customer=account.customer, grant=proof.token),
            name=account_name(account.customer, account.sequence),
            amount=money_to_proto(amount),
        )
        done = await self._platform.ask(f"{_SERVICE}/WithdrawCash", request, pb.Withdrawal, asking.call)
        return reply_of(done.transaction, asking.dialect.version)

    async def confirm(self, asking: Asking) -> Reply:
        """Field 4 is what came out. Nothing at all is a reversal, whatever it is called."""
        _check_is_cash(asking)
        dispensed = asking.amount
        if dispensed.minor == 0:
            await self._reverse(asking)
            return Reply(APPROVED)
        request = pb.ConfirmWithdrawalRequest(
            context=asking.context(suffix=ADVICE),
            original_channel_serial=asking.original_serial,
            dispensed_amount=money_to_proto(dispensed),
        )
        kept = await self._platform.ask(f"{_SERVICE}/ConfirmWithdrawal", request, pb.Withdrawal, asking.call)
        return Reply(APPROVED, traces(kept.transaction, asking.dialect.version))

    async def reverse(self, asking: Asking) -> Reply:
        """Accepted means taken over: the platform goes on until the host has acknowledged."""
        _check_is_cash(asking)
        original, dispensed = asking.dialect.amounts(asking.message)
        if dispensed and dispensed >= original:
            raise AnsweredError(BAD_AMOUNT, "nothing_to_reverse")
        undone = await self._reverse(asking, original, dispensed)
        return Reply(REVERSAL_ACCEPTED, traces(undone.transaction, asking.dialect.version))

    async def _reverse(self, asking: Asking, original: int | None = None, dispensed: int = 0) -> pb.Withdrawal:
        """``original`` is what the terminal says was withdrawn, None where it does not say; in minor units."""
        request = pb.ReverseWithdrawalRequest(
            context=asking.context(suffix=ADVICE), original_channel_serial=asking.original_serial
        )
        if original is not None:
            request.original_amount.CopyFrom(money_to_proto(asking.money(original)))
            if dispensed:
                request.amount.CopyFrom(money_to_proto(asking.money(original - dispensed)))
        return await self._platform.ask(f"{_SERVICE}/ReverseWithdrawal", request, pb.Withdrawal, asking.call)


def _check_is_cash(asking: Asking) -> None:
    """A transfer is repeated until its outcome is known, never reversed by a terminal."""
    if asking.message.get(3)[:2] != _WITHDRAWAL:
        raise AnsweredError(NOT_OFFERED, "not_cash")
