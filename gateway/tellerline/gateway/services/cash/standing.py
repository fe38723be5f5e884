"""Withdrawals as they stand: what the host booked, what the terminal says came out, what was given back."""

from __future__ import annotations

from tellerline.api.cash.v1 import cash_pb2 as pb
from tellerline.api.common.v1.context_pb2 import RequestContext
from tellerline.gateway.cash.amounts import is_tombstone
from tellerline.gateway.cash.rows import return_serial
from tellerline.gateway.cash.words import heard
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.codec import command_from_json, outcome_from_json
from tellerline.gateway.journal.port import Journal
from tellerline.gateway.journal.records import Record
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.accounts_of import AccountDirectory
from tellerline.gateway.services.cash import convert
from tellerline.gateway.services.names import segments
from tellerline.gateway.services.ports import Admission, Settled
from tellerline.gateway.services.refusals import checked_text, invalid
from tellerline.gateway.services.requests import channel_of, context_customer, request_from, wants_english
from tellerline.gateway.services.results import result_if_done
from tellerline.gateway.services.transactions import info_of_record, info_of_settled
from tellerline.gateway.services.values import money_to_proto
from tellerline.routing.model.cash import WithdrawCash, Withdrawn
from tellerline.routing.model.codes import Code
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done


class Withdrawals:
    """Reads the journal; changes nothing."""

    def __init__(self, journal: Journal, directory: AccountDirectory) -> None:
        self._journal = journal
        self._directory = directory

    async def answered(self, settled: Settled, command: WithdrawCash, request: pb.WithdrawCashRequest) -> pb.Withdrawal:
        """A withdrawal just asked for, or asked for again."""
        english = wants_english(request.context)
        info, result = info_of_settled(settled, english=english), result_if_done(settled, Withdrawn)
        withdrawal = convert.withdrawal_to_proto(command, result, info, account_name=request.name)
        await self._add_words(withdrawal, command.amount, english=english)
        return withdrawal

    async def standing(self, record: Record, context: RequestContext) -> pb.Withdrawal:
        """Of a row that is a withdrawal, or stands for one that never came."""
        english = wants_english(context)
        info = info_of_record(record, english=english)
        command = None if is_tombstone(record) else command_from_json(record.command)
        if not isinstance(command, WithdrawCash):
            return convert.withdrawal_to_proto(None, None, info, account_name="")
        account_name = await self._directory.name(command.account)
        withdrawal = convert.withdrawal_to_proto(command, _stored(record), info, account_name=account_name)
        await self._add_words(withdrawal, command.amount, english=english)
        return withdrawal

    async def look_up(self, request: pb.GetWithdrawalRequest, call: CallContext, admission: Admission) -> Record:
        """The journal's row, if it is this channel's, and whose the context names: the terminal's, the customer's."""
        key, context = request.WhichOneof("key"), request.context
        if key is None:
            raise invalid("key", "missing")
        channel, customer = channel_of(context), context_customer(context)
        admission.admit_channel("cash.GetWithdrawal", channel, call)
        if key == "name":
            record = await self._journal.get(segments(request.name, "withdrawals/*", "name")[0])
        else:
            serial = checked_text(request.original_channel_serial, "original_channel_serial", 64)
            record = await self._journal.find(channel, serial)
        if record is not None and (record.channel != channel or not _is_withdrawal(record)):
            record = None
        if record is not None and context.terminal and record.terminal != context.terminal:
            record = None
        if record is not None and customer and record.customer and record.customer != customer:
            record = None
        return await self._for_its_customer(record, context, call, admission)

    async def _for_its_customer(
        self, record: Record | None, context: RequestContext, call: CallContext, admission: Admission
    ) -> Record:
        """Whoever needs a grant to see a withdrawal is not told without one that covers it whether it is there."""
        asking = request_from(context, customer=record.customer if record else "")
        try:
            account = record.account if record else ""
            await admission.admit("cash.GetWithdrawal", asking, call, account=account)
        except RefusalError as refusal:
            if refusal.code is not Code.GRANT_NOT_SUFFICIENT:
                raise
            record = None
        if record is None:
            raise RefusalError(Code.TRANSACTION_NOT_FOUND)
        return record

    async def _add_words(self, withdrawal: pb.Withdrawal, amount: Money, *, english: bool) -> None:
        """What the terminal has said, and what is known of giving the rest back."""
        serial = withdrawal.transaction.ref.global_serial
        dispensed = heard(await self._journal.history(serial)).dispensed
        if dispensed is None:
            return
        withdrawal.dispensed_amount.CopyFrom(money_to_proto(Money(dispensed, amount.currency)))
        if 0 < dispensed < amount.minor:
            back = await self._journal.get(return_serial(serial))
            if back is not None:
                withdrawal.return_transaction.CopyFrom(info_of_record(back, english=english))


def _is_withdrawal(record: Record) -> bool:
    return record.operation == WithdrawCash.operation or is_tombstone(record)


def _stored(record: Record) -> Withdrawn | None:
    outcome = outcome_from_json(record.outcome) if record.outcome else None
    if isinstance(outcome, Done) and isinstance(outcome.result, Withdrawn):
        return outcome.result
    return None
