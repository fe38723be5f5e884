"""Handlers of ``TransferService``."""

from __future__ import annotations

from tellerline.api.transfers.v1 import transfers_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.service import Service
from tellerline.gateway.journal.codec import command_from_json, outcome_from_json
from tellerline.gateway.journal.records import Record
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.accounts_of import AccountDirectory
from tellerline.gateway.services.methods import unary
from tellerline.gateway.services.names import segments
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.refusals import invalid
from tellerline.gateway.services.requests import request_from, wants_english
from tellerline.gateway.services.results import result_if_done
from tellerline.gateway.services.transactions import info_of_record, info_of_settled
from tellerline.gateway.services.transfers import convert
from tellerline.gateway.services.transfers.lookup import look_up
from tellerline.gateway.services.transfers.remittances import RemittanceHandlers
from tellerline.routing.model.codes import Code
from tellerline.routing.model.outcome import Done
from tellerline.routing.model.transfers import CreateTransfer, TransferKind, Transferred

_ACCOUNT = "customers/*/accounts/*"


class TransferHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._directory = AccountDirectory(parts.registry, parts.admission)

    async def create_transfer(self, request: pb.CreateTransferRequest, call: CallContext) -> pb.Transfer:
        transfer, operation = request.transfer, CreateTransfer.operation
        debit_parts = segments(transfer.debit_account, _ACCOUNT, "transfer.debit_account")
        own_parts = _own_parts(transfer, debit_parts[0])
        debit = await self._directory.find(request.context, debit_parts, "transfer.debit_account", operation, call)
        own_number = ""
        if own_parts:
            own = await self._directory.find(request.context, own_parts, "transfer.own_account", operation, call)
            own_number = own.account
        command = convert.transfer_command(transfer, debit.account, own_number)
        settled = await self._parts.pipeline.run(request_from(request.context, command, debit.customer), call)
        return convert.transfer_to_proto(
            command,
            result_if_done(settled, Transferred),
            info_of_settled(settled, english=wants_english(request.context)),
            debit_name=transfer.debit_account,
            own_name=transfer.own_account,
        )

    async def get_transfer(self, request: pb.GetTransferRequest, call: CallContext) -> pb.Transfer:
        record = await look_up(
            self._parts,
            request,
            call,
            method="transfers.GetTransfer",
            pattern="transfers/*",
            operation=CreateTransfer.operation,
        )
        command = command_from_json(record.command)
        if not isinstance(command, CreateTransfer):
            raise RefusalError(Code.TRANSACTION_NOT_FOUND)
        own = command.credit_account if command.kind is TransferKind.OWN_ACCOUNTS else ""
        return convert.transfer_to_proto(
            command,
            _stored_result(record),
            info_of_record(record, english=wants_english(request.context)),
            debit_name=await self._directory.name(command.debit_account),
            own_name=await self._directory.name(own) if own else "",
        )


def _own_parts(transfer: pb.Transfer, customer: str) -> tuple[str, ...]:
    """Of the customer's own account to credit; empty for another destination, refused for another customer's."""
    if convert.kind_of(transfer) is not TransferKind.OWN_ACCOUNTS:
        return ()
    parts = segments(transfer.own_account, _ACCOUNT, "transfer.own_account")
    if parts[0] != customer:
        raise invalid("transfer.own_account", "not_the_same_customer")
    return parts


def _stored_result(record: Record) -> Transferred | None:
    outcome = outcome_from_json(record.outcome) if record.outcome else None
    if isinstance(outcome, Done) and isinstance(outcome.result, Transferred):
        return outcome.result
    return None


def build(parts: Parts) -> Service:
    handlers, remittances = TransferHandlers(parts), RemittanceHandlers(parts)
    return Service(
        full_name=pb.DESCRIPTOR.services_by_name["TransferService"].full_name,
        methods=(
            unary("CreateTransfer", pb.CreateTransferRequest, pb.Transfer, handlers.create_transfer),
            unary("GetTransfer", pb.GetTransferRequest, pb.Transfer, handlers.get_transfer),
            unary("CreateRemittance", pb.CreateRemittanceRequest, pb.Remittance, remittances.create_remittance),
            unary("GetRemittance", pb.GetRemittanceRequest, pb.Remittance, remittances.get_remittance),
        ),
    )
