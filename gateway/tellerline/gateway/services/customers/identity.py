"""Proof of identity: ``VerifyPin``, ``GetPinKey`` and ``RevokeGrant``."""

from __future__ import annotations

from tellerline.api.customers.v1 import customers_pb2 as pb
from tellerline.gateway.access.grants import token_hash, who_asks
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.customers import convert
from tellerline.gateway.services.names import customer_of, segments, sequence_of
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.refusals import checked_text, invalid
from tellerline.gateway.services.requests import channel_of, context_customer, request_from
from tellerline.routing.model.codes import Code
from tellerline.routing.model.customers import VerifyPin

_MOST = 64


class IdentityHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def verify_pin(self, request: pb.VerifyPinRequest, call: CallContext) -> pb.Grant:
        self._parts.admission.admit_channel(VerifyPin.operation, channel_of(request.context), call)
        customer = customer_of(request.customer, "customer")
        if request.context.customer and context_customer(request.context) != customer:
            raise invalid("context.customer", "not_the_same_customer")
        for field in ("accounts", "operations"):
            if len(getattr(request, field)) > _MOST:
                raise invalid(field, "too_many")
        operations = tuple(checked_text(name, "operations", _MOST, required=True) for name in request.operations)
        accounts = tuple([await self._number(name, customer, "accounts") for name in request.accounts])
        proving = await self._number(request.account, customer, "account") if request.account else ""
        pin = self._parts.pin_blocks.clear(request.pin, request.pin_block, "pin", request.context.call)
        command = VerifyPin(account=proving or await self._first_account(customer), pin=pin)
        asking = request_from(request.context, command, customer)
        grant = await self._parts.pins.verify(asking, call, accounts=accounts, operations=operations)
        return convert.grant_to_proto(grant, request.customer, accounts=request.accounts, operations=request.operations)

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
            call_id = checked_text(request.call, "call", _MOST)
            count = await self._parts.grants.revoke(call=call_id, who=who, why="call_left")
        else:
            raise invalid("target", "missing")
        return pb.RevokeGrantResponse(revoked_count=count)

    async def _number(self, name: str, customer: str, field: str) -> str:
        owner, sequence = segments(name, "customers/*/accounts/*", field)
        number = sequence_of(sequence, field)
        account = await self._parts.registry.account(customer, number) if owner == customer else None
        if account is None:
            raise RefusalError(Code.ACCOUNT_NOT_FOUND)
        return account.account

    async def _first_account(self, customer: str) -> str:
        accounts = await self._parts.registry.accounts(customer)
        if accounts:
            return accounts[0].account
        known = await self._parts.registry.customer(customer)
        raise RefusalError(Code.ACCOUNT_NOT_FOUND if known else Code.CUSTOMER_NOT_FOUND)
