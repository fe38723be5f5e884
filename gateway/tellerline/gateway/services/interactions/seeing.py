"""Who looks at a customer, and how far he has proved that he may."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tellerline.api.common.v1.context_pb2 import RequestContext
from tellerline.gateway.access.grants import token_hash
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.records import Customer, Grant, RegisteredAccount
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.corporate.company import Caller, Companies
from tellerline.gateway.services.customers.knowledge import STAFF
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.requests import context_customer, request_from
from tellerline.routing.model.codes import Code


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """``grant`` is the one that opens the customer; None leaves him masked. ``representative`` is whose grant it is of
    a company's, and empty for the customer's own; ``allowed`` are the sequence numbers that the company has registered
    for him (None: it leaves that to the grant). ``staff``: for the bank's own people.
    """

    customer: Customer
    grant: Grant | None
    representative: str
    allowed: frozenset[int] | None
    staff: bool

    @property
    def verified(self) -> bool:
        return self.grant is not None

    def shows(self, account: RegisteredAccount) -> bool:
        """Whether the grant covers it, and the company's register still does."""
        if self.grant is None or (self.allowed is not None and account.sequence not in self.allowed):
            return False
        return not self.grant.accounts or account.account in self.grant.accounts


async def look_at(parts: Parts, operation: str, context: RequestContext, customer: str, call: CallContext) -> Look:
    """Raises ``CUSTOMER_NOT_FOUND``, also for another customer than the context's; what a grant that does not hold is
    refused with; and ``REPRESENTATIVE_NOT_FOUND`` for one who may do nothing for the company any more.
    """
    if context.customer and context_customer(context) != customer:
        raise RefusalError(Code.CUSTOMER_NOT_FOUND)
    asking = request_from(context, customer=customer)
    grant = await parts.grants.grant(token_hash(asking.grant)) if asking.grant else None
    representative = ""
    if grant is not None and grant.customer.startswith(f"{customer}."):
        representative = grant.customer.removeprefix(f"{customer}.")
        asking = replace(asking, customer=grant.customer)
    verified = await parts.admission.verified(operation, asking, call)
    known = await parts.registry.customer(customer)
    if known is None:
        raise RefusalError(Code.CUSTOMER_NOT_FOUND)
    allowed = await Companies(parts).allowed(Caller(customer, representative)) if representative else None
    if allowed == frozenset():
        raise RefusalError(Code.REPRESENTATIVE_NOT_FOUND)
    return Look(
        customer=known,
        grant=grant if verified else None,
        representative=representative,
        allowed=allowed,
        staff=asking.channel in STAFF,
    )
