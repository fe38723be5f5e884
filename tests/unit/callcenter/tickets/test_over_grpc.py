"""``tickets.v1`` on the call centre's front: every method of the contract has its handler, errors are canonical."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from pathlib import Path

import grpc.aio
import pytest
from ticket_office import MANAGER, WRITTEN, Office, approved_export, office
from ticket_rules import AGENT, CARDS

from tellerline.adapters.clock import SystemClock
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.api.tickets.v1 import tickets_pb2 as pb
from tellerline.api.tickets.v1.tickets_pb2_grpc import TicketFlowServiceStub, TicketServiceStub
from tellerline.callcenter.front import CallCentreFront
from tellerline.callcenter.tickets.databases import sqlite_tickets
from tellerline.gateway.client.errors import CanonicalError


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(sqlite_tickets(tmp_path / "tickets.db")) as opened:
        yield opened


@pytest.fixture
async def channel(desk: Office) -> AsyncIterator[grpc.aio.Channel]:
    """To a server on which every method of both services is bound: one without handler would fail here."""
    front = CallCentreFront(desk.service.services, make_log(SystemClock(), LogWriter(2)))
    async with grpc.aio.insecure_channel(f"127.0.0.1:{await front.start()}") as opened:
        yield opened
    await front.close()


async def test_a_ticket_is_opened_read_and_exported(desk: Office, channel: grpc.aio.Channel) -> None:
    stub = TicketServiceStub(channel)
    ticket = pb.Ticket(flow="complaint", details=pb.TicketDetails(**WRITTEN))
    opened = await stub.CreateTicket(pb.CreateTicketRequest(context=desk.context(AGENT), ticket=ticket))
    read = await stub.GetTicket(pb.GetTicketRequest(context=desk.context(AGENT), name=opened.name))
    assert read == opened
    request = await approved_export(desk, pb.ExportTicketsRequest.FORMAT_CSV)
    content = b"".join([piece.content async for piece in stub.ExportTickets(request)])
    assert opened.name.removeprefix("tickets/") in content.decode()
    flows = await TicketFlowServiceStub(channel).ListFlowVersions(
        pb.ListFlowVersionsRequest(context=desk.context(MANAGER), parent="ticketFlows/lead")
    )
    assert [version.in_effect for version in flows.versions] == [True]


async def refused(call: Awaitable[object]) -> CanonicalError:
    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await call
    return CanonicalError.from_rpc(failure.value)


async def test_errors_are_canonical(desk: Office, channel: grpc.aio.Channel) -> None:
    stub = TicketServiceStub(channel)
    lost = await refused(stub.GetTicket(pb.GetTicketRequest(context=desk.context(AGENT), name="tickets/T1")))
    assert (lost.code, lost.status, lost.definite) == ("TICKET_NOT_FOUND", grpc.StatusCode.NOT_FOUND, True)
    bare = pb.CreateTicketRequest(context=desk.context(AGENT), ticket=pb.Ticket(flow="complaint"))
    empty = await refused(stub.CreateTicket(bare))
    assert (empty.code, empty.metadata["names"]) == ("DETAILS_MISSING", "text,contact,category")
    department = pb.CreateTicketRequest(context=desk.context(CARDS), ticket=pb.Ticket(flow="complaint"))
    assert (await refused(stub.CreateTicket(department))).status is grpc.StatusCode.PERMISSION_DENIED
    nobody = pb.GetTicketRequest(name="tickets/T1")
    assert (await refused(stub.GetTicket(nobody))).violations == {"context.agent": "missing"}
    stranger = desk.context(AGENT)
    stranger.agent = "X9"
    assert (await refused(stub.GetTicket(pb.GetTicketRequest(context=stranger)))).code == "STAFF_UNKNOWN"
