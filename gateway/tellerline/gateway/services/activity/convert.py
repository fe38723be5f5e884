"""The customer's view of the journal's records: numbers masked, nothing of hosts and people of the bank."""

from __future__ import annotations

from tellerline.adapters.telemetry import mask_number
from tellerline.api.activity.v1 import activity_pb2 as pb
from tellerline.gateway.journal.records import Record
from tellerline.gateway.services.names import customer_name
from tellerline.gateway.services.requests import channel_number
from tellerline.gateway.services.transactions import info_of_record
from tellerline.gateway.services.values import money_to_proto


def transaction_to_proto(record: Record, *, english: bool) -> pb.CustomerTransaction:
    return pb.CustomerTransaction(
        name=f"{customer_name(record.customer)}/transactions/{record.global_serial}",
        channel=channel_number(record.channel),  # type: ignore[arg-type]
        operation=record.operation,
        masked_account_number=mask_number(record.account) if record.account else "",
        amount=money_to_proto(record.amount) if record.amount else None,
        transaction=info_of_record(record, english=english),
    )
