"""What an answer says of the transaction behind it."""

from __future__ import annotations

from google.rpc.error_details_pb2 import ErrorInfo

from tellerline.api.common.v1.transaction_pb2 import TRANSACTION_STATE_DONE, TransactionInfo
from tellerline.gateway.channels.iso8583.answer_codes import APPROVED, OUTCOME_UNKNOWN, Answer, answer_of
from tellerline.gateway.channels.iso8583.work.asking import Reply
from tellerline.routing.model.codes import Code


def reply_of(info: TransactionInfo, version: str) -> Reply:
    """Approved when it is done, and only then; anything that is not definite is unknown."""
    if info.state == TRANSACTION_STATE_DONE:
        return Reply(APPROVED, traces(info, version) | {38: info.ref.global_serial[-6:]})
    return Reply(_refusal(info) if info.definite else OUTCOME_UNKNOWN, traces(info, version))


def traces(info: TransactionInfo, version: str) -> dict[int, str]:
    """Under which number, and on which accounting date, it is in our books."""
    fields = {37: info.ref.global_serial[-12:]} if info.ref.global_serial else {}
    day = info.accounting_date
    if day.year:
        fields[15] = f"{day.month:02d}{day.day:02d}"
        if version == "1993":
            fields[15] = f"{day.year % 100:02d}{fields[15]}"
    return fields


def _refusal(info: TransactionInfo) -> Answer:
    for detail in info.error.details:
        told = ErrorInfo()
        if detail.Unpack(told) and told.reason in Code.__members__:
            return answer_of(Code(told.reason))
    return OUTCOME_UNKNOWN
