"""PINs that are forgotten: reset by one clerk or by two."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from tellerline.api.common.v1.transaction_pb2 import TransactionInfo
from tellerline.api.customers.v1 import counter_pb2 as pb
from tellerline.gateway.access.grants import token_hash, who_asks
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.errors.catalogue import describe
from tellerline.gateway.journal.customer_records import Interaction, InteractionKind, PinReset, ResetState
from tellerline.gateway.journal.records import FINAL_STATES, Record, RegisteredAccount, State
from tellerline.gateway.journal.resolving import same_person
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.accounts_of import AccountDirectory
from tellerline.gateway.services.customers.pins import check_new_pin
from tellerline.gateway.services.customers.telling import reason_of, told
from tellerline.gateway.services.names import account_name, segments
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.ports import Request, Settled
from tellerline.gateway.services.refusals import invalid
from tellerline.gateway.services.requests import request_from, wants_english
from tellerline.gateway.services.transactions import info_of_record, info_of_settled
from tellerline.gateway.services.values import instant_to_proto
from tellerline.routing.model.codes import Code
from tellerline.routing.model.customers import ChangePin

_GRANT_SECONDS = 60
_REFUSED = FINAL_STATES - {State.DONE}
_STATES = {each: each.value for each in ResetState} | {ResetState.VOID: "UNSPECIFIED"}


class PinResetHandlers:
    """A PIN itself is kept nowhere: it comes with the last step, and goes to the host. The end of the grants that the
    old one has won, and of the lock, is written with the host's answer, also when nobody waits for it here any more."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._directory = AccountDirectory(parts.registry, parts.admission)

    async def create(self, request: pb.CreatePinResetRequest, call: CallContext) -> pb.PinReset:
        operation = "customers.CreatePinReset"
        names = segments(request.parent, "customers/*/accounts/*", "parent")
        account = await self._directory.find(request.context, names, "parent", operation, call)
        asking = _by_clerk(request_from(request.context, customer=account.customer))
        await self._parts.admission.admit(operation, asking, call, account=account.account)
        reason, now = reason_of(request.reason, required=True), self._parts.clock.now()
        rules = self._parts.counter
        reset = PinReset(
            name=hashlib.sha256(f"{asking.channel}/{asking.channel_serial}".encode()).hexdigest()[:20],
            customer=account.customer,
            sequence=account.sequence,
            state=ResetState.PENDING if rules.reset_by_two else ResetState.APPROVED,
            reason=reason,
            requester=asking.agent,
            created_at=now,
            expires_at=now + timedelta(seconds=rules.reset_seconds),
        )
        known = await self._parts.dossiers.pin_reset(reset.name)
        if known is None:
            await self._parts.dossiers.add_pin_reset(reset, _told(asking, now, reset, "pin_reset_asked"))
        elif (known.customer, known.sequence) != (reset.customer, reset.sequence):
            raise RefusalError(Code.DUPLICATE_SERIAL_DIFFERENT_PAYLOAD)
        return reset_to_proto(known or reset)

    async def approve(self, request: pb.ApprovePinResetRequest, call: CallContext) -> pb.PinReset:
        reset, _, asking = await self._found(request, "customers.ApprovePinReset", call)
        if reset.state is ResetState.PENDING:
            if same_person(asking.agent, reset.requester):
                raise RefusalError(Code.SECOND_PERSON_REQUIRED)
            moved = replace(reset, state=ResetState.APPROVED, approver=asking.agent)
            event = _told(asking, self._parts.clock.now(), reset, "pin_reset_approved")
            if not await self._parts.dossiers.move_pin_reset(
                moved, ResetState.PENDING, pin_to_change=False, told=event
            ):
                raise RefusalError(Code.PIN_RESET_NOT_OPEN)
            reset = moved
        elif reset.state is not ResetState.APPROVED:
            raise RefusalError(Code.PIN_RESET_NOT_OPEN)
        return reset_to_proto(reset)

    async def complete(self, request: pb.CompletePinResetRequest, call: CallContext) -> pb.PinReset:
        reset, account, asking = await self._found(request, "customers.CompletePinReset", call, stale=True)
        pin = self._parts.pin_blocks.clear(request.new_pin, request.new_pin_block, "new_pin", request.context.call)
        serial, english = f"{asking.channel}/{asking.channel_serial}", wants_english(request.context)
        record = await self._to_complete(reset, serial, asking)
        if record is not None and record.state not in _REFUSED:
            return reset_to_proto(reset, info_of_record(record, english=english))
        check_new_pin(pin, "")
        completed = replace(reset, state=ResetState.COMPLETED, serial=serial)
        if reset.state is ResetState.APPROVED:
            event = _told(asking, self._parts.clock.now(), reset, "pin_reset_completed")
            if not await self._parts.dossiers.move_pin_reset(
                completed, ResetState.APPROVED, pin_to_change=True, told=event
            ):
                raise RefusalError(Code.PIN_RESET_NOT_OPEN)
        change = replace(asking, command=ChangePin(account=account.account, new_pin=pin))
        try:
            info = info_of_settled(await self._at_the_host(change, call), english=english)
        except RefusalError as refusal:
            if describe(refusal.code).definite:
                await self._open_again(asking, completed, refusal.code)
            raise
        return reset_to_proto(completed, info)

    async def _to_complete(self, reset: PinReset, serial: str, asking: Request) -> Record | None:
        """What the journal knows of it under this serial; refused if it is over, or is not there yet.

        What the host has refused while nobody waited any more is asked for again at any time: the pipeline says so once
        more, and the reset is open again. What has never got as far as the journal has the time that a reset has.
        """
        record, expired = None, reset.expires_at <= self._parts.clock.now()
        again = reset.state is ResetState.COMPLETED and reset.serial == serial
        if again:
            record = await self._parts.journal.find(asking.channel, asking.channel_serial)
        elif reset.state is not ResetState.APPROVED:
            raise RefusalError(Code.PIN_RESET_NOT_OPEN)
        if record is None and expired:
            if again:
                await self._parts.dossiers.move_pin_reset(reset, ResetState.COMPLETED, pin_to_change=False, told=None)
            raise RefusalError(Code.PIN_RESET_NOT_OPEN)
        return record

    async def _at_the_host(self, change: Request, call: CallContext) -> Settled:
        """Under a grant for this one purpose."""
        grant = await self._parts.issuer.issue(
            change,
            accounts=(change.command.account_number,),
            operations=(ChangePin.operation,),
            seconds=_GRANT_SECONDS,
            why="pin_reset",
        )
        try:
            return await self._parts.pipeline.run(replace(change, grant=grant.token), call)
        finally:
            await self._parts.grants.revoke(token_hash=token_hash(grant.token), who=who_asks(change), why="used_up")

    async def _open_again(self, asking: Request, reset: PinReset, code: Code) -> None:
        """The PIN is the old one still, and as good as it was."""
        refused = replace(_told(asking, self._parts.clock.now(), reset, "pin_reset_refused"), code=code)
        approved = replace(reset, state=ResetState.APPROVED, serial="")
        await self._parts.dossiers.move_pin_reset(approved, ResetState.COMPLETED, pin_to_change=False, told=refused)

    async def _found(
        self,
        request: pb.ApprovePinResetRequest | pb.CompletePinResetRequest,
        operation: str,
        call: CallContext,
        *,
        stale: bool = False,
    ) -> tuple[PinReset, RegisteredAccount, Request]:
        """Who asks is a clerk; with ``stale`` also one whose time is over."""
        customer, sequence, name = segments(request.name, "customers/*/accounts/*/pinResets/*", "name")
        account = await self._directory.find(request.context, (customer, sequence), "name", operation, call)
        asking = _by_clerk(request_from(request.context, customer=account.customer))
        await self._parts.admission.admit(operation, asking, call, account=account.account)
        reset = await self._parts.dossiers.pin_reset(name)
        own = reset is not None and (reset.customer, reset.sequence) == (account.customer, account.sequence)
        if reset is None or not own or (not stale and reset.expires_at <= self._parts.clock.now()):
            raise RefusalError(Code.PIN_RESET_NOT_OPEN)
        return reset, account, asking


def _by_clerk(asking: Request) -> Request:
    if not asking.agent.strip():
        raise invalid("context.agent", "missing")
    return asking


def _told(asking: Request, at: datetime, reset: PinReset, event: str) -> Interaction:
    return told(
        asking,
        at,
        reset.customer,
        InteractionKind.PIN,
        event,
        sequence=reset.sequence,
        reference=reset.name,
        reason=reset.reason,
    )


def reset_to_proto(reset: PinReset, info: TransactionInfo | None = None) -> pb.PinReset:
    return pb.PinReset(
        name=f"{account_name(reset.customer, reset.sequence)}/pinResets/{reset.name}",
        state=pb.PinReset.State.Value(f"STATE_{_STATES[reset.state]}"),
        reason=reset.reason,
        requester=reset.requester,
        approver=reset.approver,
        expire_time=instant_to_proto(reset.expires_at),
        transaction=info,
    )
