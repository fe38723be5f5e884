"""``CounterService`` from its parts."""

from __future__ import annotations

from tellerline.api.customers.v1 import counter_pb2 as pb
from tellerline.api.customers.v1 import customers_pb2
from tellerline.gateway.channels.service import Method, Service
from tellerline.gateway.services.counter.accounts import AccountHandlers
from tellerline.gateway.services.counter.contacts import ContactHandlers
from tellerline.gateway.services.counter.documents import DocumentHandlers
from tellerline.gateway.services.counter.finding import FindingHandlers
from tellerline.gateway.services.counter.pins import PinStateHandlers
from tellerline.gateway.services.counter.resets import PinResetHandlers
from tellerline.gateway.services.counter.segments import SegmentHandlers
from tellerline.gateway.services.methods import unary
from tellerline.gateway.services.parts import Parts


def build(parts: Parts) -> Service:
    finding, segments = FindingHandlers(parts), SegmentHandlers(parts)
    return Service(
        full_name=pb.DESCRIPTOR.services_by_name["CounterService"].full_name,
        methods=(
            unary("ListCustomers", pb.ListCustomersRequest, pb.ListCustomersResponse, finding.list_customers),
            *_accounts(AccountHandlers(parts), DocumentHandlers(parts)),
            *_contacts(ContactHandlers(parts)),
            *_pins(PinStateHandlers(parts), PinResetHandlers(parts)),
            unary("ClassifyCustomers", pb.ClassifyCustomersRequest, pb.ClassifyCustomersResponse, segments.classify),
        ),
    )


def _accounts(accounts: AccountHandlers, documents: DocumentHandlers) -> tuple[Method, ...]:
    return (
        unary("RemoveAccount", pb.RemoveAccountRequest, pb.RemoveAccountResponse, accounts.remove_account),
        unary(
            "VerifyIdentityDocument",
            pb.VerifyIdentityDocumentRequest,
            customers_pb2.Grant,
            documents.verify_identity_document,
        ),
    )


def _contacts(handlers: ContactHandlers) -> tuple[Method, ...]:
    return (
        unary("SetContact", pb.SetContactRequest, pb.Contact, handlers.set_contact),
        unary("VerifyContact", pb.VerifyContactRequest, pb.Contact, handlers.verify_contact),
        unary("ListContacts", pb.ListContactsRequest, pb.ListContactsResponse, handlers.list_contacts),
    )


def _pins(states: PinStateHandlers, resets: PinResetHandlers) -> tuple[Method, ...]:
    return (
        unary("GetPinState", pb.GetPinStateRequest, pb.PinState, states.get_pin_state),
        unary("UnlockPin", pb.UnlockPinRequest, pb.PinState, states.unlock_pin),
        unary("CreatePinReset", pb.CreatePinResetRequest, pb.PinReset, resets.create),
        unary("ApprovePinReset", pb.ApprovePinResetRequest, pb.PinReset, resets.approve),
        unary("CompletePinReset", pb.CompletePinResetRequest, pb.PinReset, resets.complete),
    )
