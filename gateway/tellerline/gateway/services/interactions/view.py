"""``GetCustomerView``: who the customer is, as far as whoever asks may see him."""

from __future__ import annotations

from tellerline.api.customers.v1 import interactions_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.counter.documents import mask_document
from tellerline.gateway.journal.records import RegisteredAccount
from tellerline.gateway.services.accounts.convert import KINDS
from tellerline.gateway.services.counter.contacts import contact_to_proto
from tellerline.gateway.services.counter.pins import pin_state
from tellerline.gateway.services.customers import convert
from tellerline.gateway.services.customers.telephones import mask_name
from tellerline.gateway.services.interactions.seeing import Look, look_at
from tellerline.gateway.services.names import account_name, segments
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.values import instant_to_proto
from tellerline.routing.model.accounts import AccountKind


class ViewHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def get_customer_view(self, request: pb.GetCustomerViewRequest, call: CallContext) -> pb.CustomerView:
        (number,) = segments(request.name, "customers/*/view", "name")
        look = await look_at(self._parts, "customers.GetCustomerView", request.context, number, call)
        customer = look.customer
        view = pb.CustomerView(
            name=f"customers/{number}/view",
            verified=look.verified,
            kind=convert.kind_to_proto(customer.kind),
            masked_display_name=mask_name(customer.name),
            tier=convert.tier_to_proto(customer.tier),
        )
        if look.verified:
            view.MergeFrom(await self._opened(look))
        return view

    async def _opened(self, look: Look) -> pb.CustomerView:
        """What a grant shows beside what everybody may see; of a company to its representative, his own part."""
        parts, customer = self._parts, look.customer
        own = not look.representative
        accounts = [each for each in await parts.registry.accounts(customer.number) if look.shows(each)]
        contacts = await parts.dossiers.contacts(customer.number) if own else []
        return pb.CustomerView(
            display_name=customer.name,
            masked_identity_document=mask_document(customer.identity_document),
            identity_document_kind=convert.document_to_proto(customer.document_kind),
            segment=convert.segment_to_proto(customer.segment if look.staff else ""),
            contacts=[contact_to_proto(each) for each in contacts],
            accounts=[_account(each) for each in accounts],
            pin_state=await pin_state(parts, customer.number, look.representative),
            register_time=instant_to_proto(customer.registered_at),
        )


def _account(account: RegisteredAccount) -> pb.CustomerView.AccountSummary:
    return pb.CustomerView.AccountSummary(
        account=account_name(account.customer, account.sequence),
        kind=KINDS.to_proto(AccountKind(account.kind)),
        number_ending=account.account[-4:],
        currency_code=account.currency,
    )
