"""What is known of a transaction, as the contract says it."""

from __future__ import annotations

from google.rpc.status_pb2 import Status

from tellerline.api.common.v1.transaction_pb2 import TransactionInfo, TransactionRef, TransactionState
from tellerline.gateway.errors import refusal_status
from tellerline.gateway.journal.records import FINAL_STATES, Record, State
from tellerline.gateway.pipeline.answers import send_at
from tellerline.gateway.services.enums import EnumPair
from tellerline.gateway.services.ports import Settled
from tellerline.gateway.services.values import date_to_proto, instant_to_proto
from tellerline.routing.model.codes import Code
from tellerline.routing.model.outcome import Done

STATES = EnumPair(TransactionState.DESCRIPTOR, "TRANSACTION_STATE_", State)


def info_of_settled(settled: Settled, *, english: bool = False) -> TransactionInfo:
    code = None if isinstance(settled.outcome, Done) else settled.outcome.code
    return TransactionInfo(
        ref=TransactionRef(
            global_serial=settled.global_serial,
            channel_serial=settled.channel_serial,
            host_serial=settled.host_serial,
        ),
        state=STATES.to_proto(settled.state),
        definite=settled.state in FINAL_STATES,
        accounting_date=date_to_proto(settled.accounting_date),
        accept_time=instant_to_proto(settled.accepted_at),
        settle_time=instant_to_proto(settled.settled_at) if settled.state in FINAL_STATES else None,
        error=_error(settled.state, code, settled.global_serial, english=english),
        send_time=instant_to_proto(settled.send_at),
    )


def info_of_record(record: Record, *, english: bool = False) -> TransactionInfo:
    return TransactionInfo(
        ref=TransactionRef(
            global_serial=record.global_serial, channel_serial=record.channel_serial, host_serial=record.host_serial
        ),
        state=STATES.to_proto(record.state),
        definite=record.state in FINAL_STATES,
        accounting_date=date_to_proto(record.accounting_date),
        accept_time=instant_to_proto(record.accepted_at),
        settle_time=instant_to_proto(record.settled_at) if record.state in FINAL_STATES else None,
        error=_error(record.state, record.code, record.global_serial, english=english),
        send_time=instant_to_proto(send_at(record)),
    )


def _error(state: State, code: Code | None, global_serial: str, *, english: bool) -> Status | None:
    """In doubt is always said in the words of an unknown outcome, with what caused it as evidence."""
    if state in (State.DONE, State.PENDING, State.QUEUED):
        return None
    metadata = {"global_serial": global_serial}
    if state in (State.IN_DOUBT, State.MANUAL):
        if code not in (None, Code.OUTCOME_UNKNOWN):
            metadata["cause"] = code.value
        return refusal_status(Code.OUTCOME_UNKNOWN, metadata=metadata, english=english)
    if state is State.REVERSED:
        return refusal_status(Code.REVERSED, metadata=metadata, english=english)
    return refusal_status(code or Code.REJECTED_BY_HOST, metadata=metadata, english=english)
