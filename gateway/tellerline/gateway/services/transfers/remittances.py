"""Interbank remittances: handlers, and the messages of the contract ⇄ the model."""

from __future__ import annotations

import re

from tellerline.api.common.v1.transaction_pb2 import TransactionInfo
from tellerline.api.transfers.v1 import transfers_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.codec import command_from_json, outcome_from_json
from tellerline.gateway.journal.records import Record
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.accounts_of import AccountDirectory
from tellerline.gateway.services.names import segments
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.refusals import checked_text, checked_words, invalid
from tellerline.gateway.services.requests import request_from, wants_english
from tellerline.gateway.services.results import result_if_done
from tellerline.gateway.services.transactions import info_of_record, info_of_settled
from tellerline.gateway.services.transfers.lookup import look_up
from tellerline.gateway.services.values import iso_instant_to_proto, money_from_proto, money_to_proto
from tellerline.routing.model.codes import Code
from tellerline.routing.model.outcome import Done
from tellerline.routing.model.transfers import CreateRemittance, Remitted

_BANK = re.compile(r"[0-9]{12}")
_NUMBER, _NAME, _PURPOSE = 32, 60, 60


class RemittanceHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._directory = AccountDirectory(parts.registry, parts.admission)

    async def create_remittance(self, request: pb.CreateRemittanceRequest, call: CallContext) -> pb.Remittance:
        remittance, field = request.remittance, "remittance.debit_account"
        names = segments(remittance.debit_account, "customers/*/accounts/*", field)
        debit = await self._directory.find(request.context, names, field, CreateRemittance.operation, call)
        command = remittance_command(remittance, debit.account)
        settled = await self._parts.pipeline.run(request_from(request.context, command, debit.customer), call)
        info = info_of_settled(settled, english=wants_english(request.context))
        result = result_if_done(settled, Remitted)
        return remittance_to_proto(command, result, info, debit_name=remittance.debit_account)

    async def get_remittance(self, request: pb.GetRemittanceRequest, call: CallContext) -> pb.Remittance:
        record = await look_up(
            self._parts,
            request,
            call,
            method="transfers.GetRemittance",
            pattern="remittances/*",
            operation=CreateRemittance.operation,
        )
        command = command_from_json(record.command)
        if not isinstance(command, CreateRemittance):
            raise RefusalError(Code.TRANSACTION_NOT_FOUND)
        info = info_of_record(record, english=wants_english(request.context))
        debit_name = await self._directory.name(command.debit_account)
        return remittance_to_proto(command, _stored_result(record), info, debit_name=debit_name)


def remittance_command(remittance: pb.Remittance, debit_account: str) -> CreateRemittance:
    """Whom, how much and what for are all required."""
    payee, field = remittance.payee, "remittance.payee"
    if not _BANK.fullmatch(payee.bank_code):
        raise invalid(f"{field}.bank_code", "malformed" if payee.bank_code else "missing")
    return CreateRemittance(
        debit_account=debit_account,
        credit_bank=payee.bank_code,
        credit_account=checked_text(payee.account_number, f"{field}.account_number", _NUMBER, required=True),
        credit_name=checked_words(payee.display_name, f"{field}.display_name", _NAME, required=True),
        amount=money_from_proto(remittance.amount, "remittance.amount"),
        purpose=checked_words(remittance.purpose, "remittance.purpose", _PURPOSE, required=True),
        urgent=remittance.urgent,
    )


def remittance_to_proto(
    command: CreateRemittance, result: Remitted | None, info: TransactionInfo, *, debit_name: str
) -> pb.Remittance:
    return pb.Remittance(
        name=f"remittances/{info.ref.global_serial}",
        debit_account=debit_name,
        payee=pb.OtherBankPayee(
            bank_code=command.credit_bank, account_number=command.credit_account, display_name=command.credit_name
        ),
        amount=money_to_proto(command.amount),
        purpose=command.purpose,
        urgent=command.urgent,
        fee_amount=money_to_proto(result.fee) if result else None,
        payment_number=result.payment_number if result else "",
        balance_after_amount=money_to_proto(result.balance_after) if result else None,
        book_time=iso_instant_to_proto(result.booked_at) if result else None,
        transaction=info,
    )


def _stored_result(record: Record) -> Remitted | None:
    outcome = outcome_from_json(record.outcome) if record.outcome else None
    if isinstance(outcome, Done) and isinstance(outcome.result, Remitted):
        return outcome.result
    return None
