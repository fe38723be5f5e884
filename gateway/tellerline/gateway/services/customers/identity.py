"""Proof of identity: ``VerifyPin``, ``GetPinKey`` and ``RevokeGrant``."""

from __future__ import annotations

from tellerline.api.customers.v1 import customers_pb2 as pb
from tellerline.gateway.access.grants import token_hash, who_asks
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.records import RegisteredAccount
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.corporate.company import Companies
from tellerline.gateway.services.customers import convert
from tellerline.gateway.services.names import account_name, customer_of, segments, sequence_of
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.refusals import checked_text, invalid
from tellerline.gateway.services.requests import channel_of, context_customer, request_from
from tellerline.routing.model.codes import Code
from tellerline.routing.model.customers import ChangePin, VerifyPin

_MOST = 64
_WITH_CALLS = frozenset({"IVR", "AGENT"})


class IdentityHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._companies = Companies(parts)

    async def verify_pin(self, request: pb.VerifyPinRequest, call: CallContext) -> pb.Grant:
        self._parts.admission.admit_channel(VerifyPin.operation, channel_of(request.context), call)
        customer = customer_of(request.customer, "customer")
        if request.context.customer and context_customer(request.context) != customer:
            raise invalid("context.customer", "not_the_same_customer")
        for field in ("accounts", "operations"):
            if len(getattr(request, field)) > _MOST:
                raise invalid(field, "too_many")
        pin = self._parts.pin_blocks.clear(request.pin, request.pin_block, "pin", request.context.call)
        if request.representative:
            return await self._verify_representative(request, pin, call)
        operations = tuple(checked_text(name, "operations", _MOST, required=True) for name in request.operations)
        accounts = tuple([await self._number(name, customer, "accounts") for name in request.accounts])
        if request.account:
            proving = await self._account(request.account, customer, "account")
        else:
            proving = await self._first_account(customer)
        due = proving.sequence in await self._parts.dossiers.pins_to_change(customer)
        if due:
            accounts, operations = (proving.account,), (ChangePin.operation,)
        asking = request_from(request.context, VerifyPin(account=proving.account, pin=pin), customer)
        grant = await self._parts.pins.verify(asking, call, accounts=accounts, operations=operations)
        return convert.grant_to_proto(
            grant,
            request.customer,
            accounts=[account_name(customer, proving.sequence)] if due else request.accounts,
            operations=operations,
            pin_change_required=due,
        )

    async def _verify_representative(self, request: pb.VerifyPinRequest, pin: str, call: CallContext) -> pb.Grant:
        for field in ("account", "accounts", "operations"):
            if getattr(request, field):
                raise invalid(field, "not_with_a_representative")
        caller = self._companies.caller(request)
        if caller.company != customer_of(request.customer, "customer"):
            raise invalid("representative", "not_the_same_customer")
        grant, accounts = await self._companies.prove(request.context, caller, pin, call)
        return convert.grant_to_proto(grant, request.customer, accounts=accounts, representative=request.representative)

    async def get_pin_key(self, request: pb.GetPinKeyRequest, call: CallContext) -> pb.PinKey:
        self._parts.admission.admit_channel("customers.GetPinKey", channel_of(request.context), call)
        blocks = self._parts.pin_blocks
        return pb.PinKey(key_id=blocks.key_id, jwk=blocks.public_key)

    async def revoke_grant(self, request: pb.RevokeGrantRequest, call: CallContext) -> pb.RevokeGrantResponse:
        self._parts.admission.admit_channel("customers.RevokeGrant", channel_of(request.context), call)
        target, who = request.WhichOneof("target"), who_asks(request_from(request.context))
        if target == "token" and request.token:
            count = await self._parts.grants.revoke(token_hash=token_hash(request.token), who=who, why="given_back")
        elif target == "call" and request.call:
            self._check_has_calls(channel_of(request.context))
            call_id = checked_text(request.call, "call", _MOST)
            count = await self._parts.grants.revoke(call=call_id, who=who, why="call_left")
        else:
            raise invalid("target", "missing")
        return pb.RevokeGrantResponse(revoked_count=count)

    def _check_has_calls(self, channel: str) -> None:
        """Other channels have no business with what was proved on the telephone."""
        if channel not in _WITH_CALLS:
            raise RefusalError(Code.CHANNEL_NOT_ALLOWED, metadata={"channel": channel})

    async def _number(self, name: str, customer: str, field: str) -> str:
        return (await self._account(name, customer, field)).account

    async def _account(self, name: str, customer: str, field: str) -> RegisteredAccount:
        owner, sequence = segments(name, "customers/*/accounts/*", field)
        number = sequence_of(sequence, field)
        account = await self._parts.registry.account(customer, number) if owner == customer else None
        if account is None:
            raise RefusalError(Code.ACCOUNT_NOT_FOUND)
        return account

    async def _first_account(self, customer: str) -> RegisteredAccount:
        accounts = await self._parts.registry.accounts(customer)
        if accounts:
            return accounts[0]
        known = await self._parts.registry.customer(customer)
        raise RefusalError(Code.ACCOUNT_NOT_FOUND if known else Code.CUSTOMER_NOT_FOUND)
