"""``RepresentativeService`` from its parts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tellerline.api.customers.v1 import representatives_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.service import Service
from tellerline.gateway.journal.customer_port import TellRepresentative
from tellerline.gateway.journal.customer_records import (
    Interaction,
    InteractionKind,
    Representative,
    RepresentativeChange,
)
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.customers.telephones import mask_name
from tellerline.gateway.services.customers.telling import changed, reason_of, told
from tellerline.gateway.services.methods import unary
from tellerline.gateway.services.names import account_name, customer_of, segments, sequence_of
from tellerline.gateway.services.pages import page_size, page_token, position_of
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.ports import Request
from tellerline.gateway.services.refusals import checked_words, invalid
from tellerline.gateway.services.requests import request_from
from tellerline.gateway.services.values import instant_to_proto
from tellerline.routing.model.codes import Code

_NUMBER = re.compile(r"[A-Za-z0-9]{1,16}")
_CHANGEABLE = frozenset({"display_name", "accounts", "state"})
_MOST_ACCOUNTS = 64


def build(parts: Parts) -> Service:
    handlers = RepresentativeHandlers(parts)
    return Service(
        full_name=pb.DESCRIPTOR.services_by_name["RepresentativeService"].full_name,
        methods=(
            unary("RegisterRepresentative", pb.RegisterRepresentativeRequest, pb.Representative, handlers.register),
            unary("UpdateRepresentative", pb.UpdateRepresentativeRequest, pb.Representative, handlers.update),
            unary(
                "ListRepresentatives",
                pb.ListRepresentativesRequest,
                pb.ListRepresentativesResponse,
                handlers.list_all,
            ),
        ),
    )


class RepresentativeHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def register(self, request: pb.RegisterRepresentativeRequest, call: CallContext) -> pb.Representative:
        company = customer_of(request.parent, "parent")
        asking = await self._admitted("RegisterRepresentative", request_from(request.context, customer=company), call)
        given = request.representative
        if not _NUMBER.fullmatch(request.representative_id):
            raise invalid("representative_id", "malformed" if request.representative_id else "missing")
        wanted = Representative(
            company=company,
            number=request.representative_id,
            name=_name(given),
            accounts=await self._accounts(company, given.accounts),
            active=_active(given),
            registered_at=self._parts.clock.now(),
        )
        await self._check_company(company)
        tell = self._tell(asking, "representative_registered")
        stored = await self._parts.dossiers.add_representative(wanted, tell)
        if stored is None:
            raise RefusalError(Code.REPRESENTATIVE_ALREADY_REGISTERED)
        return representative_to_proto(stored)

    async def update(self, request: pb.UpdateRepresentativeRequest, call: CallContext) -> pb.Representative:
        given = request.representative
        company, number = segments(given.name, "customers/*/representatives/*", "representative.name")
        asking = await self._admitted("UpdateRepresentative", request_from(request.context, customer=company), call)
        reason, paths = reason_of(request.reason), _paths(request)
        change = RepresentativeChange(
            name=_name(given) if "display_name" in paths else None,
            accounts=await self._accounts(company, given.accounts) if "accounts" in paths else None,
            active=_active(given) if "state" in paths else None,
        )
        tell = self._tell(asking, "representative_changed", reason)
        stored = await self._parts.dossiers.update_representative(company, number, change, tell)
        if stored is None:
            raise RefusalError(Code.REPRESENTATIVE_NOT_FOUND)
        return representative_to_proto(stored)

    async def list_all(
        self, request: pb.ListRepresentativesRequest, call: CallContext
    ) -> pb.ListRepresentativesResponse:
        company = customer_of(request.parent, "parent")
        await self._admitted("ListRepresentatives", request_from(request.context, customer=company), call)
        size, after = page_size(request.page_size), position_of(request, request.page_token)
        await self._check_company(company)
        found = await self._parts.dossiers.representatives(company, after=after, limit=size + 1)
        return pb.ListRepresentativesResponse(
            representatives=[representative_to_proto(each) for each in found[:size]],
            next_page_token=page_token(request, found[size - 1].number) if len(found) > size else "",
        )

    async def _admitted(self, method: str, asking: Request, call: CallContext) -> Request:
        await self._parts.admission.admit(f"customers.{method}", asking, call)
        return asking

    async def _check_company(self, company: str) -> None:
        known = await self._parts.registry.customer(company)
        if known is None or known.kind != "CORPORATE":
            raise RefusalError(Code.CUSTOMER_NOT_FOUND)

    async def _accounts(self, company: str, names: Sequence[str]) -> tuple[int, ...]:
        if len(names) > _MOST_ACCOUNTS:
            raise invalid("representative.accounts", "too_many")
        own = {each.sequence for each in await self._parts.registry.accounts(company)}
        wanted = set()
        for name in names:
            owner, sequence = segments(name, "customers/*/accounts/*", "representative.accounts")
            number = sequence_of(sequence, "representative.accounts")
            if owner != company or number not in own:
                raise RefusalError(Code.ACCOUNT_NOT_FOUND)
            wanted.add(number)
        return tuple(sorted(wanted))

    def _tell(self, asking: Request, event: str, reason: str = "") -> TellRepresentative:
        at = self._parts.clock.now()

        def tell(before: Representative | None, after: Representative) -> Interaction:
            changes = changed(
                display_name=(before and mask_name(before.name), mask_name(after.name)),
                accounts=(before and _listed(before), _listed(after)),
                state=(before and _word(before), _word(after)),
            )
            return told(
                asking,
                at,
                after.company,
                InteractionKind.REGISTRATION,
                event,
                representative=after.number,
                changes=changes,
                reason=reason,
            )

        return tell


def _paths(request: pb.UpdateRepresentativeRequest) -> frozenset[str]:
    """What the mask names, or without one what is set (AIP-134)."""
    given = request.representative
    paths = frozenset(request.update_mask.paths) or {field.name for field, _ in given.ListFields()} & _CHANGEABLE
    if paths == {"*"}:
        return _CHANGEABLE
    if not paths <= _CHANGEABLE:
        raise invalid("update_mask", "unknown_path")
    return frozenset(paths)


def _name(given: pb.Representative) -> str:
    return checked_words(given.display_name, "representative.display_name", 60, required=True)


def _active(given: pb.Representative) -> bool:
    if given.state not in pb.Representative.State.values():
        raise invalid("representative.state", "unknown_value")
    return given.state != pb.Representative.STATE_SUSPENDED


def _listed(representative: Representative) -> str:
    return " ".join(map(str, representative.accounts))


def _word(representative: Representative) -> str:
    return "ACTIVE" if representative.active else "SUSPENDED"


def representative_to_proto(representative: Representative) -> pb.Representative:
    company = representative.company
    return pb.Representative(
        name=f"customers/{company}/representatives/{representative.number}",
        display_name=mask_name(representative.name),
        accounts=[account_name(company, sequence) for sequence in representative.accounts],
        state=pb.Representative.STATE_ACTIVE if representative.active else pb.Representative.STATE_SUSPENDED,
        register_time=instant_to_proto(representative.registered_at),
    )
