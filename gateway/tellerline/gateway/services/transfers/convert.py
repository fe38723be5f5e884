"""Transfers: messages of the contract ⇄ the model."""

from __future__ import annotations

from tellerline.api.common.v1.transaction_pb2 import TransactionInfo
from tellerline.api.transfers.v1 import transfers_pb2 as pb
from tellerline.gateway.services.refusals import checked_text, checked_words, invalid
from tellerline.gateway.services.values import iso_instant_to_proto, money_from_proto, money_to_proto
from tellerline.routing.model.transfers import CreateTransfer, TransferKind, Transferred

DESTINATIONS = {
    "own_account": TransferKind.OWN_ACCOUNTS,
    "registered_payee": TransferKind.REGISTERED_PAYEE,
    "other_bank_payee": TransferKind.OTHER_BANK,
}
_NUMBER, _NAME, _BANK = 34, 60, 14


def kind_of(transfer: pb.Transfer) -> TransferKind:
    """By its destination; a transfer without one is refused."""
    destination = transfer.WhichOneof("destination")
    if destination is None:
        raise invalid("transfer.destination", "missing")
    return DESTINATIONS[destination]


def transfer_command(transfer: pb.Transfer, debit_account: str, own_account: str) -> CreateTransfer:
    """``own_account`` is the number behind ``transfer.own_account``; not looked at for another destination."""
    kind = kind_of(transfer)
    bank = name = ""
    if kind is TransferKind.OWN_ACCOUNTS:
        credit = own_account
        if credit == debit_account:
            raise invalid("transfer.own_account", "same_as_debit_account")
    elif kind is TransferKind.REGISTERED_PAYEE:
        payee = transfer.registered_payee
        credit = checked_text(payee.account_number, "transfer.registered_payee.account_number", _NUMBER, required=True)
        name = checked_words(payee.display_name, "transfer.registered_payee.display_name", _NAME)
    else:
        other = transfer.other_bank_payee
        bank = checked_text(other.bank_code, "transfer.other_bank_payee.bank_code", _BANK, required=True)
        credit = checked_text(other.account_number, "transfer.other_bank_payee.account_number", _NUMBER, required=True)
        name = checked_words(other.display_name, "transfer.other_bank_payee.display_name", _NAME)
    return CreateTransfer(
        debit_account=debit_account,
        credit_account=credit,
        amount=money_from_proto(transfer.amount, "transfer.amount"),
        kind=kind,
        credit_bank=bank,
        credit_name=name,
        narrative=checked_words(transfer.narrative, "transfer.narrative", 60),
    )


def transfer_to_proto(
    command: CreateTransfer, result: Transferred | None, info: TransactionInfo, *, debit_name: str, own_name: str
) -> pb.Transfer:
    """``own_name`` is the credit account's resource name, for a transfer between own accounts."""
    transfer = pb.Transfer(
        name=f"transfers/{info.ref.global_serial}",
        debit_account=debit_name,
        amount=money_to_proto(command.amount),
        narrative=command.narrative,
        balance_after_amount=money_to_proto(result.balance_after) if result else None,
        book_time=iso_instant_to_proto(result.booked_at) if result else None,
        transaction=info,
    )
    _set_destination(transfer, command, own_name)
    return transfer


def _set_destination(transfer: pb.Transfer, command: CreateTransfer, own_name: str) -> None:
    if command.kind is TransferKind.OWN_ACCOUNTS:
        transfer.own_account = own_name
    elif command.kind is TransferKind.REGISTERED_PAYEE:
        transfer.registered_payee.account_number = command.credit_account
        transfer.registered_payee.display_name = command.credit_name
    else:
        transfer.other_bank_payee.bank_code = command.credit_bank
        transfer.other_bank_payee.account_number = command.credit_account
        transfer.other_bank_payee.display_name = command.credit_name
