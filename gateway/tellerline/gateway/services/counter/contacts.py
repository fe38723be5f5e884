"""Contact details 联系方式 and whether they were proved."""

from __future__ import annotations

import re

from tellerline.api.customers.v1 import counter_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.customer_port import TellContact
from tellerline.gateway.journal.customer_records import Contact, Interaction, InteractionKind
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.customers.telephones import checked_number, mask_mobile
from tellerline.gateway.services.customers.telling import changed, reason_of, told
from tellerline.gateway.services.enums import words
from tellerline.gateway.services.names import customer_of, segments
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.ports import Request
from tellerline.gateway.services.refusals import checked_words, invalid
from tellerline.gateway.services.requests import request_from
from tellerline.gateway.services.values import instant_to_proto
from tellerline.routing.model.codes import Code

_KINDS = {word: number for number, word in words(pb.Contact.Kind.DESCRIPTOR, "KIND_").items()}
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]+")
_MOST = 120


class ContactHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def set_contact(self, request: pb.SetContactRequest, call: CallContext) -> pb.Contact:
        customer, kind = _named(request.contact.name, "contact.name")
        asking = await self._admitted("SetContact", request_from(request.context, customer=customer), call)
        wanted = Contact(
            customer=customer,
            kind=kind,
            value=_value(kind, request.contact.value),
            set_at=self._parts.clock.now(),
        )
        tell = self._tell(asking, "contact_set", reason_of(request.reason))
        stored = await self._parts.dossiers.set_contact(wanted, tell)
        if stored is None:
            raise RefusalError(Code.CUSTOMER_NOT_FOUND)
        return contact_to_proto(stored)

    async def verify_contact(self, request: pb.VerifyContactRequest, call: CallContext) -> pb.Contact:
        customer, kind = _named(request.name, "name")
        asking = await self._admitted("VerifyContact", request_from(request.context, customer=customer), call)
        method = reason_of(request.method, required=True, field="method", most=60)
        tell = self._tell(asking, "contact_verified", method)
        verified = await self._parts.dossiers.verify_contact(customer, kind, self._parts.clock.now(), method, tell)
        if verified is None:
            raise RefusalError(Code.CONTACT_NOT_FOUND)
        return contact_to_proto(verified)

    async def list_contacts(self, request: pb.ListContactsRequest, call: CallContext) -> pb.ListContactsResponse:
        customer = customer_of(request.parent, "parent")
        await self._admitted("ListContacts", request_from(request.context, customer=customer), call)
        if await self._parts.registry.customer(customer) is None:
            raise RefusalError(Code.CUSTOMER_NOT_FOUND)
        found = await self._parts.dossiers.contacts(customer)
        return pb.ListContactsResponse(contacts=[contact_to_proto(each) for each in found])

    async def _admitted(self, method: str, asking: Request, call: CallContext) -> Request:
        await self._parts.admission.admit(f"customers.{method}", asking, call)
        return asking

    def _tell(self, asking: Request, event: str, reason: str) -> TellContact:
        at = self._parts.clock.now()

        def tell(before: Contact | None, after: Contact) -> Interaction:
            kind = after.kind.lower()
            changes = changed(
                **{
                    kind: (before and masked(before), masked(after)),
                    "state": (before and before.value and _state(before), after.value and _state(after)),
                }
            )
            return told(
                asking,
                at,
                after.customer,
                InteractionKind.CONTACT,
                event,
                reference=kind,
                changes=changes,
                reason=reason,
            )

        return tell


def _named(name: str, field: str) -> tuple[str, str]:
    customer, kind = segments(name, "customers/*/contacts/*", field)
    if kind.upper() not in _KINDS or kind != kind.lower():
        raise invalid(field, "no_such_contact")
    return customer, kind.upper()


def _value(kind: str, value: str) -> str:
    if not value:
        return ""
    if kind in {"MOBILE", "PHONE"}:
        return checked_number(value, "contact.value")
    checked_words(value, "contact.value", _MOST)
    if kind == "EMAIL" and not _EMAIL.fullmatch(value):
        raise invalid("contact.value", "malformed")
    return value


def masked(contact: Contact) -> str:
    """Fit to be shown: the last places of a number, the first of what people write."""
    if contact.kind in {"MOBILE", "PHONE"}:
        return mask_mobile(contact.value)
    if contact.kind == "EMAIL" and contact.value:
        user, _, host = contact.value.partition("@")
        return f"{user[:1]}***@{host}"
    return f"{contact.value[:3]}***" if contact.value else ""


def _state(contact: Contact) -> str:
    return "UNVERIFIED" if contact.verified_at is None else "VERIFIED"


def contact_to_proto(contact: Contact) -> pb.Contact:
    """Without a state where there is none any more."""
    return pb.Contact(
        name=f"customers/{contact.customer}/contacts/{contact.kind.lower()}",
        kind=_KINDS[contact.kind],  # type: ignore[arg-type]
        masked_value=masked(contact),
        state=pb.Contact.State.Value(f"STATE_{_state(contact) if contact.value else 'UNSPECIFIED'}"),
        set_time=instant_to_proto(contact.set_at) if contact.value else None,
        verify_time=instant_to_proto(contact.verified_at),
        verify_method=contact.method,
    )
