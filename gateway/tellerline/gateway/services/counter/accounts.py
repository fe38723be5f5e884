"""``RemoveAccount``."""

from __future__ import annotations

from tellerline.api.customers.v1 import counter_pb2 as pb
from tellerline.gateway.access.grants import who_asks
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.customer_records import Change, Interaction, InteractionKind
from tellerline.gateway.journal.records import RegisteredAccount
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.customers.telling import reason_of, told
from tellerline.gateway.services.names import segments, sequence_of
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.requests import request_from
from tellerline.routing.model.codes import Code


class AccountHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def remove_account(self, request: pb.RemoveAccountRequest, call: CallContext) -> pb.RemoveAccountResponse:
        customer, sequence = segments(request.name, "customers/*/accounts/*", "name")
        asking = request_from(request.context, customer=customer)
        await self._parts.admission.admit("customers.RemoveAccount", asking, call)
        number, reason = sequence_of(sequence, "name"), reason_of(request.reason)

        def tell(removed: RegisteredAccount) -> Interaction:
            return told(
                asking,
                self._parts.clock.now(),
                customer,
                InteractionKind.REGISTRATION,
                "account_removed",
                sequence=number,
                changes=(Change("number_ending", removed.account[-4:], ""),),
                reason=reason,
            )

        removed = await self._parts.registry.remove_account(customer, number, tell)
        await self._parts.grants.revoke(customer=customer, who=who_asks(asking), why="account_removed")
        if removed is None:
            raise RefusalError(Code.ACCOUNT_NOT_FOUND)
        return pb.RemoveAccountResponse()
