"""Fault cards 52 and 53: nobody approves himself or takes many tickets alone; no whole number without the caller."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from gateway_world import ACCOUNT, CUSTOMER, START, open_world, settings_for
from google.rpc.code_pb2 import PERMISSION_DENIED
from ticket_office import SUPERVISOR, Office, office
from ticket_rules import AGENT, AUDITOR, LEADER

from tellerline.api.common.v1.context_pb2 import CHANNEL_COUNTER, RequestContext
from tellerline.api.operations.v1 import operations_pb2
from tellerline.api.tickets.v1 import tickets_pb2 as pb
from tellerline.callcenter.tickets.databases import sqlite_tickets
from tellerline.callcenter.tickets.refusals import RefusalError as TicketRefusalError
from tellerline.gateway.access.grants import token_hash
from tellerline.gateway.client.contract import Contract
from tellerline.gateway.journal.access_records import AccessKind, AccessSearch
from tellerline.gateway.journal.records import Grant
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.accounts import GetBalance
from tellerline.routing.model.codes import Code

CSV = pb.ExportTicketsRequest.FORMAT_CSV


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(sqlite_tickets(tmp_path / "tickets.db")) as opened:
        await opened.opens()
        yield opened


async def denied(awaited: Awaitable[Any]) -> str:
    """The code by which it is refused; PERMISSION_DENIED to gRPC, 403 to HTTP."""
    with pytest.raises(TicketRefusalError) as caught:
        await awaited
    status = caught.value.status()
    assert status.code == PERMISSION_DENIED
    return str(caught.value.code)


async def asked(desk: Office) -> pb.TicketExport:
    wished = pb.TicketExport(format=CSV, reason="月度质检")
    request = pb.CreateTicketExportRequest(context=desk.context(SUPERVISOR), ticket_export=wished)
    return await desk.service.handlers.create_ticket_export(request)


async def file_of(desk: Office, request: pb.ExportTicketsRequest) -> bytes:
    return b"".join([piece.content async for piece in desk.service.handlers.export_tickets(request)])


async def test_card_52_nobody_approves_his_own_export(desk: Office) -> None:
    export = await asked(desk)
    own = pb.ApproveTicketExportRequest(context=desk.context(SUPERVISOR), name=export.name)
    assert await denied(desk.service.handlers.approve_ticket_export(own)) == "SECOND_PERSON_REQUIRED"
    by_leader = pb.ApproveTicketExportRequest(context=desk.context(LEADER), name=export.name)
    assert await denied(desk.service.handlers.approve_ticket_export(by_leader)) == "ACTION_NOT_ALLOWED"


async def test_card_52_many_tickets_leave_only_with_an_approver(desk: Office) -> None:
    export = await asked(desk)
    request = pb.ExportTicketsRequest(context=desk.context(SUPERVISOR), format=CSV)
    assert await denied(file_of(desk, request)) == "SECOND_PERSON_REQUIRED"
    request.export = export.name
    assert await denied(file_of(desk, request)) == "SECOND_PERSON_REQUIRED"
    yes = pb.ApproveTicketExportRequest(context=desk.context(AUDITOR), name=export.name)
    assert (await desk.service.handlers.approve_ticket_export(yes)).approver == AUDITOR.id
    assert len((await file_of(desk, request)).splitlines()) == 2
    other = pb.ExportTicketsRequest(format=CSV, export=export.name, context=desk.context(SUPERVISOR))
    other.filter.flow = "complaint"
    for wrong in (other, pb.ExportTicketsRequest(format=CSV, export=export.name, context=desk.context(AUDITOR))):
        with pytest.raises(TicketRefusalError, match="EXPORT_NOT_FOUND"):
            await file_of(desk, wrong)
    by_agent = pb.ExportTicketsRequest(format=CSV, export=export.name, context=desk.context(AGENT))
    assert await denied(file_of(desk, by_agent)) == "ACTION_NOT_ALLOWED"
    await desk.clock.advance(3600)
    with pytest.raises(TicketRefusalError, match="EXPORT_NOT_FOUND"):
        await file_of(desk, request)


async def test_card_52_the_bearer_of_a_certificate_is_nobody_else(tmp_path: Path) -> None:
    """One operator cannot propose under his name and confirm under another: the certificate says who he is."""
    async with open_world(tmp_path, settings=settings_for(identities_required=True)) as world:
        (service,) = [each for each in world.gateway.services if each.full_name.endswith(".OperationsService")]
        methods = {method.name: method.unary for method in service.methods}
        confirm = methods["ConfirmResolution"]
        assert confirm is not None
        name = "doubts/01ARZ3NDEKTSV4RRFFQ69G5FAV/resolutions/1"
        context = RequestContext(channel=CHANNEL_COUNTER, channel_serial="1", agent="O9002")
        request = operations_pb2.ConfirmResolutionRequest(context=context, name=name)
        call = world.call(peer="spiffe://tellerline/operator/O9001")
        with pytest.raises(RefusalError) as caught:
            await confirm(request, call)
        assert caught.value.code is Code.IDENTITY_MISMATCH
        request.context.agent = ""
        with pytest.raises(RefusalError) as caught:
            await confirm(request, call)
        assert caught.value.code is Code.RESOLUTION_NOT_OPEN
        assert request.context.agent == "O9001"
        with pytest.raises(RefusalError) as caught:
            await confirm(request, world.call(peer="spiffe://tellerline/agent/A1001"))
        assert caught.value.code is Code.CHANNEL_NOT_ALLOWED


async def test_card_53_an_agent_without_the_caller_is_refused_and_it_is_kept(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        await world.store.grants.issue(
            Grant(
                token_hash=token_hash("token"),
                customer=CUSTOMER,
                accounts=(),
                operations=(),
                channel="IVR",
                call="call-1",
                agent="",
                issued_at=START,
                expires_at=START.replace(hour=23),
            )
        )
        asking = replace(
            world.request(GetBalance(account=ACCOUNT), channel="AGENT"), agent="A1001", grant="token", call="call-1"
        )
        assert not isinstance(await world.run(world.outcome(asking)), Code)
        for lone, code in (
            (replace(asking, call=""), Code.GRANT_NOT_SUFFICIENT),
            (replace(asking, call="call-2"), Code.GRANT_NOT_SUFFICIENT),
            (replace(asking, grant=""), Code.GRANT_MISSING),
        ):
            assert await world.run(world.outcome(lone)) is code
            kept, *_ = await world.store.access_trail.newest(AccessSearch(agent="A1001"))
            assert (kept.kind, kept.who, kept.why) == (AccessKind.REFUSED, "A1001", code.value)
            assert (kept.customer, kept.operations) == (CUSTOMER, ("accounts.GetBalance",))
        assert "token" not in repr(kept)
        assert len(world.host.received) == 1


WHOLE = frozenset(
    {
        "tellerline.api.corporate.v1.PayrollLine.account_number",
        "tellerline.api.transfers.v1.OtherBankPayee.account_number",
        "tellerline.api.transfers.v1.RegisteredPayee.account_number",
    }
)
"""Whom the customer has ordered to pay: told back under the grant that made the order."""


def test_card_53_no_reply_has_a_place_for_a_whole_number() -> None:
    """Numbers of accounts and cards are ``masked_…`` in every reply to a channel; who needs more asks the caller."""
    places = {
        place
        for method in Contract().methods
        for place in _numbers(method.response.DESCRIPTOR, set())
        if place.rpartition(".")[2] in {"account_number", "card_number", "pan"}
    }
    assert places == WHOLE


def _numbers(message: Any, seen: set[str]) -> Iterator[str]:
    if message.full_name in seen:
        return
    seen.add(message.full_name)
    for field in message.fields:
        if field.message_type is not None:
            yield from _numbers(field.message_type, seen)
        elif field.type == field.TYPE_STRING:
            yield f"{message.full_name}.{field.name}"
