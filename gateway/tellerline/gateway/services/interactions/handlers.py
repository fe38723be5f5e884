"""``InteractionService`` from its parts."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime

from tellerline.adapters.telemetry import mask_text
from tellerline.api.customers.v1 import interactions_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.service import Service
from tellerline.gateway.journal.customer_records import HappeningSearch, Interaction, InteractionKind
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.interactions import convert
from tellerline.gateway.services.interactions.seeing import Look, look_at
from tellerline.gateway.services.interactions.view import ViewHandlers
from tellerline.gateway.services.methods import unary
from tellerline.gateway.services.names import customer_of, segments, sequence_of
from tellerline.gateway.services.pages import page_size, page_token, position_of
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.refusals import checked_text, invalid
from tellerline.gateway.services.requests import CHANNELS, request_from
from tellerline.gateway.services.values import instant_from_proto
from tellerline.routing.model.codes import Code

_EVENT = re.compile(r"(?!.*[0-9]{5})[a-z0-9_.]{1,40}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PUSHED = frozenset({InteractionKind.CALL, InteractionKind.TICKET})


def build(parts: Parts) -> Service:
    handlers, views = InteractionHandlers(parts), ViewHandlers(parts)
    return Service(
        full_name=pb.DESCRIPTOR.services_by_name["InteractionService"].full_name,
        methods=(
            unary("GetCustomerView", pb.GetCustomerViewRequest, pb.CustomerView, views.get_customer_view),
            unary(
                "ListInteractions",
                pb.ListInteractionsRequest,
                pb.ListInteractionsResponse,
                handlers.list_interactions,
            ),
            unary("RecordInteraction", pb.RecordInteractionRequest, pb.Interaction, handlers.record_interaction),
        ),
    )


class InteractionHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def list_interactions(
        self, request: pb.ListInteractionsRequest, call: CallContext
    ) -> pb.ListInteractionsResponse:
        customer = customer_of(request.parent, "parent")
        look = await look_at(self._parts, "customers.ListInteractions", request.context, customer, call)
        size = page_size(request.page_size)
        search = await self._search(request, look, size + 1)
        found = await self._parts.interactions.page(search)
        more = look.verified and len(found) > size
        accounts = {each.account: each.sequence for each in await self._parts.registry.accounts(customer)}
        return pb.ListInteractionsResponse(
            interactions=[convert.to_proto(customer, each, accounts, verified=look.verified) for each in found[:size]],
            verified=look.verified,
            next_page_token=page_token(request, convert.position_text(found[size - 1])) if more else "",
        )

    async def record_interaction(self, request: pb.RecordInteractionRequest, call: CallContext) -> pb.Interaction:
        customer = customer_of(request.parent, "parent")
        asking = request_from(request.context, customer=customer)
        await self._parts.admission.admit("customers.RecordInteraction", asking, call)
        given, now = request.interaction, self._parts.clock.now()
        kind = convert.KINDS.from_proto(given.kind, "interaction.kind")
        if kind not in _PUSHED:
            raise invalid("interaction.kind", "not_to_be_told")
        if not _EVENT.fullmatch(given.event):
            raise invalid("interaction.event", "malformed" if given.event else "missing")
        at = instant_from_proto(given.event_time, "interaction.event_time") if given.HasField("event_time") else now
        if at < _EPOCH:
            raise invalid("interaction.event_time", "out_of_range")
        reference = mask_text(checked_text(given.reference, "interaction.reference", 64, required=True))
        if await self._parts.registry.customer(customer) is None:
            raise RefusalError(Code.CUSTOMER_NOT_FOUND)
        told = Interaction(
            customer=customer,
            at=min(at, now),
            kind=kind,
            channel=asking.channel,
            event=given.event,
            reference=reference,
            call=asking.call,
            agent=asking.agent,
            key=hashlib.sha256(f"{asking.channel}/{asking.channel_serial}".encode()).hexdigest(),
        )
        stored = await self._parts.interactions.tell(told)
        if _said(stored) != _said(told):
            raise RefusalError(Code.DUPLICATE_SERIAL_DIFFERENT_PAYLOAD)
        return convert.to_proto(customer, stored, {}, verified=True)

    async def _search(self, request: pb.ListInteractionsRequest, look: Look, limit: int) -> HappeningSearch:
        if request.channel not in (0, *CHANNELS):
            raise invalid("channel", "unknown_value")
        number, sequence = await self._account(request, look)
        if not look.verified and (request.HasField("end_time") or request.without_enquiries):
            raise RefusalError(Code.GRANT_MISSING)
        return HappeningSearch(
            customer=look.customer.number,
            representative=look.representative,
            kinds=_kinds(request, look),
            channel=CHANNELS.get(request.channel, ""),
            account=number,
            sequence=sequence,
            since=instant_from_proto(request.start_time, "start_time") if request.HasField("start_time") else None,
            before=instant_from_proto(request.end_time, "end_time") if request.HasField("end_time") else None,
            without_enquiries=request.without_enquiries,
            after=convert.position_from(position_of(request, request.page_token)),
            limit=limit,
        )

    async def _account(self, request: pb.ListInteractionsRequest, look: Look) -> tuple[str, int]:
        """Number and sequence number of the account that is filtered by; nothing without one.

        A grant that covers some accounts alone opens one of these, and no more.
        """
        covered = look.grant.accounts if look.grant and not look.representative else ()
        if not request.account and len(covered) == 1:
            return await self._only(covered[0])
        if not request.account:
            if covered:
                raise RefusalError(Code.GRANT_NOT_SUFFICIENT)
            return "", 0
        owner, text = segments(request.account, "customers/*/accounts/*", "account")
        sequence = sequence_of(text, "account")
        if not look.verified:
            raise RefusalError(Code.GRANT_MISSING)
        customer = look.customer.number
        account = await self._parts.registry.account(customer, sequence) if owner == customer else None
        if account is None or not look.shows(account):
            raise RefusalError(Code.ACCOUNT_NOT_FOUND)
        return account.account, sequence

    async def _only(self, number: str) -> tuple[str, int]:
        account = await self._parts.registry.find_account(number)
        if account is None:
            raise RefusalError(Code.ACCOUNT_NOT_FOUND)
        return number, account.sequence


def _said(told: Interaction) -> tuple[object, ...]:
    return told.customer, told.kind, told.event, told.reference, told.call, told.agent


def _kinds(request: pb.ListInteractionsRequest, look: Look) -> frozenset[InteractionKind]:
    """Those that are asked for and may be seen; segments are for the bank's own people."""
    kinds = frozenset(convert.KINDS.from_proto(kind, "kinds") for kind in dict.fromkeys(request.kinds))
    wanted = kinds or frozenset(InteractionKind)
    seen = wanted if look.staff else wanted - {InteractionKind.SEGMENT}
    if not seen:
        raise invalid("kinds", "not_to_be_told")
    return seen
