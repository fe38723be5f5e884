"""Whatever stands in a request about tickets, it is carried out or refused by a code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from google.protobuf.descriptor import ServiceDescriptor
from hostile_messages import hostile, reason_of
from ticket_office import MANAGER, WRITTEN, office

from tellerline.adapters.clock import SystemClock
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.api.tickets.v1 import tickets_pb2 as pb
from tellerline.api.tickets.v1.tickets_pb2_grpc import TicketFlowServiceStub, TicketServiceStub
from tellerline.callcenter.front import CallCentreFront
from tellerline.callcenter.tickets.databases import sqlite_tickets
from tellerline.callcenter.tickets.refusals import SAID

STUBS = {"TicketService": TicketServiceStub, "TicketFlowService": TicketFlowServiceStub}


async def answered(stub: Any, method: str, request: Any, *, streams: bool) -> str:
    """The code of the refusal; empty where there is none."""
    call = getattr(stub, method)(request)
    try:
        if streams:
            [piece async for piece in call]
        else:
            await call
    except grpc.aio.AioRpcError as failure:
        return reason_of(failure) or f"no code: {failure.code()} {failure.details()}"
    return ""


@pytest.mark.parametrize("service", pb.DESCRIPTOR.services_by_name.values(), ids=lambda service: str(service.name))
async def test_hostile_requests_are_refused_by_a_code(tmp_path: Path, service: ServiceDescriptor) -> None:
    wrong = []
    async with office(sqlite_tickets(tmp_path / "tickets.db")) as desk:
        front = CallCentreFront(desk.service.services, make_log(SystemClock(), LogWriter(2), level="error"))
        async with grpc.aio.insecure_channel(f"127.0.0.1:{await front.start()}") as channel:
            stub = STUBS[service.name](channel)
            ticket = pb.Ticket(flow="complaint", details=pb.TicketDetails(**WRITTEN))
            opened = await desk.opens("complaint")
            usual = {"ticket": ticket, "name": opened.name, "parent": opened.name, "action": "submit"}
            for method in service.methods:
                for place, request in hostile(method, usual | {"context": desk.context(MANAGER)}):
                    code = await answered(stub, method.name, request, streams=method.server_streaming)
                    if code and code not in SAID:
                        wrong.append((place, code))
        await front.close(0)
    assert wrong == []
