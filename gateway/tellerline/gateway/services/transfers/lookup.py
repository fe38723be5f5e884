"""A channel's own transactions, found again by name or by the channel's serial."""

from __future__ import annotations

from tellerline.api.transfers.v1 import transfers_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.records import Record
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.names import segments
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.refusals import checked_text, invalid
from tellerline.gateway.services.requests import channel_of, context_customer, request_from
from tellerline.routing.model.codes import Code


async def look_up(
    parts: Parts,
    request: pb.GetTransferRequest | pb.GetRemittanceRequest,
    call: CallContext,
    *,
    method: str,
    pattern: str,
    operation: str,
) -> Record:
    """The journal's row of ``operation``, if it is this channel's, and this customer's where the context names one.

    Whoever needs a grant to do it needs one to see it; without one that covers it he is not told whether it is there.
    """
    key, journal = request.WhichOneof("key"), parts.journal
    if key is None:
        raise invalid("key", "missing")
    channel, customer = channel_of(request.context), context_customer(request.context)
    parts.admission.admit_channel(method, channel, call)
    if key == "name":
        record = await journal.get(segments(request.name, pattern, "name")[0])
    else:
        serial = checked_text(request.original_channel_serial, "original_channel_serial", 64)
        record = await journal.find(channel, serial)
    strange = record is None or record.channel != channel or (customer and record.customer != customer)
    if record is None or strange or record.operation != operation:
        record = None
    asking = request_from(request.context, customer=record.customer if record else "")
    try:
        await parts.admission.admit(operation, asking, call, account=record.account if record else "")
    except RefusalError as refusal:
        if refusal.code is not Code.GRANT_NOT_SUFFICIENT:
            raise
        record = None
    if record is None:
        raise RefusalError(Code.TRANSACTION_NOT_FOUND)
    return record
