"""A ticket desk for tests: on either store, on a virtual clock, with people of the bank and transactions of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask
from ticket_rules import AGENT, AUDITOR, CARDS, CENTRE, HOURS_2026, LEADER, LOANS, at

from tellerline.adapters.clock import SystemClock, SystemRandomness, VirtualClock
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.api.common.v1.context_pb2 import Channel, RequestContext
from tellerline.api.tickets.v1 import tickets_pb2 as pb
from tellerline.callcenter.tickets.office import OfficeParts, TicketOffice
from tellerline.callcenter.tickets.staff import ListedStaff
from tellerline.callcenter.tickets.store import TicketStore
from tellerline.callcenter.tickets.transactions import NotHeardError, Standing, Transactions
from tellerline.routing.tickets.commands import Actor
from tellerline.routing.tickets.kinds import Role

SUPERVISOR = Actor(id="S6001", roles=frozenset({Role.SUPERVISOR}))
MANAGER = Actor(id="M7001", roles=frozenset({Role.MANAGER}))
MONDAY = at(3, 2, 9)
STAFF = ListedStaff({who.id: who for who in (AGENT, LEADER, CARDS, LOANS, AUDITOR, CENTRE, SUPERVISOR, MANAGER)})

WRITTEN: dict[str, Any] = {
    "text": "自动柜员机吞卡后无人处理",
    "contact": "13900000000",
    "category": "service",
    "nature": "delay",
    "department": "cards",
}


class KnownTransactions:
    """Transactions whose standing a test sets; those that are not set are not heard of."""

    def __init__(self) -> None:
        self.standings: dict[str, Standing] = {}

    async def standing(self, serial: str) -> Standing:
        if serial not in self.standings:
            raise NotHeardError("DEADLINE_EXCEEDED")
        return self.standings[serial]


def fresh_schema() -> str:
    return f"tickets_{SystemRandomness().bytes(6).hex()}"


@dataclass
class Office:
    """Everything of one process, with short ways to ask it."""

    store: TicketStore
    clock: VirtualClock
    known: KnownTransactions
    service: TicketOffice
    serials: int = field(default=0)

    def context(self, who: Actor, serial: str = "", *, english: bool = True) -> RequestContext:
        self.serials += 1
        return RequestContext(
            channel=Channel.CHANNEL_AGENT,
            channel_serial=serial or f"S{self.serials:05}",
            agent=who.id,
            language_code="en" if english else "zh-CN",
        )

    async def opens(
        self, flow: str = "complaint", *, who: Actor = AGENT, serial: str = "", **details: Any
    ) -> pb.Ticket:
        ticket = pb.Ticket(flow=flow, details=pb.TicketDetails(**(details or WRITTEN)))
        request = pb.CreateTicketRequest(context=self.context(who, serial), ticket=ticket)
        return await self.service.handlers.create_ticket(request)

    async def acts(self, ticket: pb.Ticket, action: str, who: Actor, *, serial: str = "", **details: Any) -> pb.Ticket:
        request = pb.AdvanceTicketRequest(
            context=self.context(who, serial),
            name=ticket.name,
            version=ticket.version,
            action=action,
            details=pb.TicketDetails(**details),
            update_mask=FieldMask(paths=list(details)),
        )
        return await self.service.handlers.advance_ticket(request)

    async def sees(self, name: str, who: Actor = AGENT) -> pb.Ticket:
        return await self.service.handlers.get_ticket(pb.GetTicketRequest(context=self.context(who), name=name))

    async def history(self, name: str) -> list[pb.TicketEvent]:
        request = pb.ListTicketEventsRequest(context=self.context(AGENT), name=name)
        return list((await self.service.handlers.list_ticket_events(request)).events)

    async def finds(
        self, who: Actor = AGENT, *, size: int = 0, token: str = "", **filters: Any
    ) -> pb.SearchTicketsResponse:
        query = pb.TicketFilter(**filters)
        return await self.service.handlers.search_tickets(
            pb.SearchTicketsRequest(context=self.context(who), filter=query, page_size=size, page_token=token)
        )


@asynccontextmanager
async def office(
    store: TicketStore,
    start: datetime = MONDAY,
    *,
    clock: VirtualClock | None = None,
    gateway: Transactions | None = None,
) -> AsyncIterator[Office]:
    """An office on ``store``, which it starts and closes, with the shipped flows in effect.

    It asks ``gateway`` about transactions; without one, those of ``Office.known``.
    """
    clock, known = clock or VirtualClock(start), KnownTransactions()
    parts = OfficeParts(
        store=store,
        transactions=gateway or known,
        staff=STAFF,
        calendar=lambda: HOURS_2026,
        clock=clock,
        randomness=SystemRandomness(),
        log=make_log(SystemClock(), LogWriter(2)),
    )
    service = TicketOffice(parts)
    await service.start(watching=False)
    try:
        yield Office(store=store, clock=clock, known=known, service=service)
    finally:
        await service.stop()


async def approved_export(desk: Office, kind: pb.ExportTicketsRequest.Format.ValueType) -> pb.ExportTicketsRequest:
    """The leader's export of every ticket, which the auditor has approved."""
    wished = pb.TicketExport(format=kind, reason="月度质检")
    create = pb.CreateTicketExportRequest(context=desk.context(LEADER), ticket_export=wished)
    asked = await desk.service.handlers.create_ticket_export(create)
    approve = pb.ApproveTicketExportRequest(context=desk.context(AUDITOR), name=asked.name)
    await desk.service.handlers.approve_ticket_export(approve)
    return pb.ExportTicketsRequest(context=desk.context(LEADER), format=kind, export=asked.name)
