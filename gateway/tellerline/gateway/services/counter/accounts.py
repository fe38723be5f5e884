"""``RemoveAccount`` and ``VerifyIdentityDocument``."""

from __future__ import annotations

import hmac

from tellerline.api.customers.v1 import counter_pb2 as pb
from tellerline.api.customers.v1 import customers_pb2
from tellerline.gateway.access.grants import who_asks
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.customer_records import Change, Interaction, InteractionKind
from tellerline.gateway.journal.records import RegisteredAccount
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.customers import convert
from tellerline.gateway.services.customers.telling import reason_of, told
from tellerline.gateway.services.names import customer_of, segments, sequence_of
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.refusals import checked_text
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

    async def verify_identity_document(
        self, request: pb.VerifyIdentityDocumentRequest, call: CallContext
    ) -> customers_pb2.Grant:
        number = customer_of(request.customer, "customer")
        asking = request_from(request.context, customer=number)
        await self._parts.admission.admit("customers.VerifyIdentityDocument", asking, call)
        shown = checked_text(request.identity_document, "identity_document", 32, required=True)
        customer = await self._parts.registry.customer(number)
        if customer is None:
            raise RefusalError(Code.CUSTOMER_NOT_FOUND)
        same = hmac.compare_digest(shown.encode(), customer.identity_document.encode())
        event = "document_seen" if same else "document_refused"
        now = self._parts.clock.now()
        await self._parts.interactions.tell(told(asking, now, number, InteractionKind.REGISTRATION, event))
        if not same:
            raise RefusalError(Code.IDENTITY_NOT_PROVED)
        seconds = self._parts.counter.grant_seconds
        grant = await self._parts.issuer.issue(asking, accounts=(), operations=(), seconds=seconds, why=event)
        return convert.grant_to_proto(grant, request.customer)
