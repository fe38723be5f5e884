"""PINs that are locked: seen and unlocked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tellerline.api.customers.v1 import counter_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.customer_records import InteractionKind
from tellerline.gateway.journal.interactions import holder
from tellerline.gateway.journal.records import PinTries
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.customers.telling import reason_of, told
from tellerline.gateway.services.names import account_name, segments
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.requests import request_from
from tellerline.gateway.services.values import instant_to_proto
from tellerline.routing.model.codes import Code


class PinStateHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def get_pin_state(self, request: pb.GetPinStateRequest, call: CallContext) -> pb.PinState:
        customer, representative = _whose(request.name)
        asking = request_from(request.context, customer=customer)
        await self._parts.admission.admit("customers.GetPinState", asking, call)
        await self._check_known(customer, representative)
        return await pin_state(self._parts, customer, representative)

    async def unlock_pin(self, request: pb.UnlockPinRequest, call: CallContext) -> pb.PinState:
        customer, representative = _whose(request.name)
        asking = request_from(request.context, customer=customer)
        await self._parts.admission.admit("customers.UnlockPin", asking, call)
        reason = reason_of(request.reason, required=True)
        await self._check_known(customer, representative)
        whose = holder(customer, representative) if representative else customer
        if (await self._parts.grants.pin_tries(whose)).failures:
            await self._parts.grants.pin_succeeded(whose)
            event = told(
                asking,
                self._parts.clock.now(),
                customer,
                InteractionKind.PIN,
                "pin_unlocked",
                representative=representative,
                reason=reason,
            )
            await self._parts.interactions.tell(event)
        return await pin_state(self._parts, customer, representative)

    async def _check_known(self, customer: str, representative: str) -> None:
        if await self._parts.registry.customer(customer) is None:
            raise RefusalError(Code.CUSTOMER_NOT_FOUND)
        if representative and await self._parts.dossiers.representative(customer, representative) is None:
            raise RefusalError(Code.REPRESENTATIVE_NOT_FOUND)


def _whose(name: str) -> tuple[str, str]:
    if name.count("/") > 1:
        customer, representative = segments(name, "customers/*/representatives/*", "name")
        return customer, representative
    return segments(name, "customers/*", "name")[0], ""


async def pin_state(parts: Parts, customer: str, representative: str = "") -> pb.PinState:
    """As it stands now; who is not locked any more is not told to have been."""
    whose = holder(customer, representative) if representative else customer
    tries = await parts.grants.pin_tries(whose)
    to_change = [] if representative else await parts.dossiers.pins_to_change(customer)
    return _state_to_proto(customer, representative, tries, to_change, parts.clock.now())


def _state_to_proto(
    customer: str, representative: str, tries: PinTries, to_change: Sequence[int], now: datetime
) -> pb.PinState:
    locked = tries.locked_until is not None and tries.locked_until > now
    name = f"customers/{customer}/representatives/{representative}" if representative else f"customers/{customer}"
    return pb.PinState(
        name=name,
        failure_count=min(tries.failures, 2**31 - 1),
        lock_expire_time=instant_to_proto(tries.locked_until) if locked else None,
        accounts_to_change=[account_name(customer, sequence) for sequence in to_change],
    )
