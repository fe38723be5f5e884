"""``VerifyIdentityDocument``: a clerk compares a document, so many times."""

from __future__ import annotations

import hmac

from tellerline.api.customers.v1 import counter_pb2 as pb
from tellerline.api.customers.v1 import customers_pb2
from tellerline.gateway.access.tries import pay_for_try
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.customer_records import Change, InteractionKind
from tellerline.gateway.journal.records import PinTries
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.customers import convert
from tellerline.gateway.services.customers.telling import told
from tellerline.gateway.services.names import customer_of
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.ports import Request
from tellerline.gateway.services.refusals import checked_text
from tellerline.gateway.services.requests import request_from
from tellerline.routing.model.codes import Code

DOCUMENT_OPENS = (
    "accounts.DescribeAccount",
    "accounts.GetBalance",
    "accounts.GetLossReport",
    "accounts.ListAccounts",
    "accounts.ListStatementEntries",
    "accounts.ReportLoss",
    "activity.ListTransactions",
    "activity.WatchTransactions",
    "customers.ApprovePinReset",
    "customers.CompletePinReset",
    "customers.CreatePinReset",
    "customers.GetCustomer",
    "customers.GetCustomerView",
    "customers.GetLimits",
    "customers.GetPinState",
    "customers.ListContacts",
    "customers.ListInteractions",
    "customers.ListRepresentatives",
    "customers.RecordInteraction",
    "customers.RegisterAccount",
    "customers.RegisterRepresentative",
    "customers.RemoveAccount",
    "customers.SetContact",
    "customers.UnlockPin",
    "customers.UpdateCustomer",
    "customers.UpdateRepresentative",
    "customers.VerifyContact",
)
"""What the clerk's word that he has seen a document is enough for, where a bank's policy asks for a grant: looking,
reporting a loss, what is registered, and the steps of a PIN reset, whose second clerk no grant replaces. Neither a PIN
nor money nor limits: for ``customers.ChangePin`` above all the PIN alone is proof, or one clerk could set it."""


def document_tries(customer: str) -> str:
    """Under which name a customer's are counted, apart from those of his PIN: no customer is called so."""
    return f"{customer}/document"


class DocumentHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

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
        grants, rules = self._parts.grants, self._parts.counter
        whose = document_tries(number)
        paid = await pay_for_try(grants, self._parts.clock, whose, rules.document_tries, Code.IDENTITY_DOCUMENT_LOCKED)
        if not hmac.compare_digest(shown.encode(), customer.identity_document.encode()):
            await self._tell_refused(asking, paid)
            raise RefusalError(Code.IDENTITY_NOT_PROVED)
        await self._tell(asking, "document_seen")
        await grants.pin_succeeded(whose)
        grant = await self._parts.issuer.issue(
            asking, accounts=(), operations=DOCUMENT_OPENS, seconds=rules.grant_seconds, why="document_seen"
        )
        return convert.grant_to_proto(grant, request.customer, operations=DOCUMENT_OPENS)

    async def _tell_refused(self, asking: Request, paid: PinTries) -> None:
        """What was refused without a comparison is not kept, so that nobody fills a customer's history."""
        await self._tell(asking, "document_refused", Change("failure_count", "", str(paid.failures)))
        if paid.locked_until is not None and paid.locked_until > self._parts.clock.now():
            until = paid.locked_until.isoformat(timespec="seconds")
            await self._tell(asking, "document_locked", Change("lock_expire_time", "", until))

    async def _tell(self, asking: Request, event: str, *changes: Change) -> None:
        now = self._parts.clock.now()
        kind = InteractionKind.REGISTRATION
        await self._parts.interactions.tell(told(asking, now, asking.customer, kind, event, changes=changes))
