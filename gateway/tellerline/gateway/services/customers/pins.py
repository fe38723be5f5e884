"""``ChangePin``: proved by a grant, or by the PIN so far."""

from __future__ import annotations

from dataclasses import replace

from tellerline.api.common.v1.transaction_pb2 import TransactionInfo
from tellerline.api.customers.v1 import customers_pb2 as pb
from tellerline.gateway.access.grants import token_hash, who_asks
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.codec import outcome_from_json
from tellerline.gateway.journal.records import FINAL_STATES, Record, State
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.accounts_of import AccountDirectory
from tellerline.gateway.services.names import segments
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.ports import Request
from tellerline.gateway.services.refusals import invalid
from tellerline.gateway.services.requests import channel_of, request_from, wants_english
from tellerline.gateway.services.results import result_if_done
from tellerline.gateway.services.transactions import info_of_record, info_of_settled
from tellerline.gateway.services.values import iso_instant_to_proto
from tellerline.routing.model.codes import Code
from tellerline.routing.model.customers import ChangePin, PinChanged, VerifyPin
from tellerline.routing.model.outcome import Done

_DIGITS = 6
_IN_A_ROW = "01234567890"


class PinHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._directory = AccountDirectory(parts.registry, parts.admission)

    async def change_pin(self, request: pb.ChangePinRequest, call: CallContext) -> pb.PinChange:
        operation, channel = ChangePin.operation, channel_of(request.context)
        self._parts.admission.admit_channel(operation, channel, call)
        names = segments(request.name, "customers/*/accounts/*", "name")
        account = await self._directory.find(request.context, names, "name", operation, call)
        clear, its_call = self._parts.pin_blocks.clear, request.context.call
        old = clear(request.old_pin, request.old_pin_block, "old_pin", its_call)
        new = clear(request.new_pin, request.new_pin_block, "new_pin", its_call)
        check_new_pin(new, old)
        command = ChangePin(account=account.account, old_pin=old, new_pin=new)
        asking = request_from(request.context, command, account.customer)
        english = wants_english(request.context)
        if asking.grant or not old:
            settled = await self._parts.pipeline.run(asking, call)
        else:
            known = await self._known(asking)
            if known is not None:
                return _stored(request.name, known, english=english)
            proved = await self._proved(asking, command, call)
            try:
                settled = await self._parts.pipeline.run(proved, call)
            finally:
                await self._parts.grants.revoke(
                    token_hash=token_hash(proved.grant), who=who_asks(asking), why="used_up"
                )
        info = info_of_settled(settled, english=english)
        return _to_proto(request.name, result_if_done(settled, PinChanged), info)

    async def _known(self, asking: Request) -> Record | None:
        """What this serial stands for already: the old PIN is no proof any more once it has been changed."""
        record = await self._parts.journal.find(asking.channel, asking.channel_serial)
        if record is None:
            return None
        if (record.operation, record.account) != (ChangePin.operation, asking.command.account_number):
            raise RefusalError(
                Code.DUPLICATE_SERIAL_DIFFERENT_PAYLOAD, metadata={"global_serial": record.global_serial}
            )
        if record.state in FINAL_STATES - {State.DONE}:
            raise RefusalError(record.code or Code.REVERSED, metadata={"global_serial": record.global_serial})
        return record

    async def _proved(self, asking: Request, command: ChangePin, call: CallContext) -> Request:
        """With a grant for this one purpose, which the old PIN has won."""
        proof = replace(asking, command=VerifyPin(account=command.account, pin=command.old_pin))
        grant = await self._parts.pins.verify(
            proof, call, accounts=(command.account,), operations=(ChangePin.operation,)
        )
        return replace(asking, grant=grant.token)


def check_new_pin(new: str, old: str) -> None:
    """Six digits, not the old ones, neither all the same nor in a row."""
    if len(new) != _DIGITS or not (new.isascii() and new.isdigit()):
        raise invalid("new_pin", "not_a_pin" if new else "missing")
    if new == old:
        raise invalid("new_pin", "same_as_before")
    if len(set(new)) == 1 or new in _IN_A_ROW or new[::-1] in _IN_A_ROW:
        raise invalid("new_pin", "too_simple")


def _stored(account: str, record: Record, *, english: bool) -> pb.PinChange:
    outcome = outcome_from_json(record.outcome) if record.outcome else None
    result = outcome.result if isinstance(outcome, Done) and isinstance(outcome.result, PinChanged) else None
    return _to_proto(account, result, info_of_record(record, english=english))


def _to_proto(account: str, result: PinChanged | None, info: TransactionInfo) -> pb.PinChange:
    return pb.PinChange(
        account=account,
        change_time=iso_instant_to_proto(result.changed_at) if result else None,
        transaction=info,
    )
