"""``tickets.v1`` over the desk: requests in, replies out, refusals raised; no server is known here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from tellerline.api.common.v1.context_pb2 import RequestContext
from tellerline.api.tickets.v1 import tickets_pb2 as pb
from tellerline.callcenter.tickets import convert, pages
from tellerline.callcenter.tickets.answering import answering, streaming
from tellerline.callcenter.tickets.desk import TicketDesk
from tellerline.callcenter.tickets.export import as_csv, as_json_lines
from tellerline.callcenter.tickets.exports import Export, ExportDesk
from tellerline.callcenter.tickets.refusals import Code, RefusalError, invalid
from tellerline.callcenter.tickets.requests import actor_of, request_of, wants_english
from tellerline.callcenter.tickets.staff import Staff
from tellerline.callcenter.tickets.transactions import NotHeardError
from tellerline.callcenter.tickets.values import checked_text, instant_to_proto, segments
from tellerline.routing.tickets.commands import (
    Act,
    Actor,
    Amend,
    Command,
    PauseClocks,
    ResumeClocks,
    Tell,
    Withdraw,
)
from tellerline.routing.tickets.ticket import Ticket

_REASON = 500


class TicketHandlers:
    """One method for each of ``TicketService``. They raise ``RefusalError`` alone."""

    def __init__(self, desk: TicketDesk, staff: Staff, zone: ZoneInfo, exports: ExportDesk) -> None:
        self._desk = desk
        self._exports = exports
        self._staff = staff
        self._zone = zone

    @answering
    async def create_ticket(self, request: pb.CreateTicketRequest) -> pb.Ticket:
        actor = await actor_of(request.context, self._staff)
        flow = checked_text(request.ticket.flow, "ticket.flow", 64)
        if not flow:
            raise invalid("ticket.flow", "missing")
        details = convert.details_from_proto(request.ticket.details, "ticket.details")
        ticket = await self._desk.create(flow, details, actor, request_of(request), reason=_reason(request.reason))
        return await self._reply(ticket, actor, request.context)

    @answering
    async def get_ticket(self, request: pb.GetTicketRequest) -> pb.Ticket:
        actor = await actor_of(request.context, self._staff)
        ticket = await self._desk.ticket(_id(request.name))
        return await self._reply(ticket, actor, request.context)

    @answering
    async def search_tickets(self, request: pb.SearchTicketsRequest) -> pb.SearchTicketsResponse:
        actor = await actor_of(request.context, self._staff)
        size = pages.page_size(request.page_size)
        search = convert.search_from_proto(request.filter)
        behind = pages.position(request.filter, request.page_token)
        found = [each.ticket for each in await self._desk.search(replace(search, behind=behind, limit=size + 1))]
        token = ""
        if len(found) > size:
            found = found[:size]
            token = pages.page_token(request.filter, found[-1].opened_at, found[-1].id)
        tickets = [await self._reply(ticket, actor, request.context) for ticket in found]
        return pb.SearchTicketsResponse(tickets=tickets, next_page_token=token)

    @answering
    async def advance_ticket(self, request: pb.AdvanceTicketRequest) -> pb.Ticket:
        def command(ticket: Ticket, actor: Actor) -> Command:
            details = convert.amended(ticket.details, request.details, request.update_mask, "details")
            return Act(
                action=request.action,
                actor=actor,
                reason=_reason(request.reason),
                details=details if request.update_mask.paths else None,
                follow_up=self._desk.new_id(),
            )

        return await self._command(request, request.name, request.version, command)

    @answering
    async def update_ticket(self, request: pb.UpdateTicketRequest) -> pb.Ticket:
        if not request.update_mask.paths:
            raise invalid("update_mask", "missing")

        def command(ticket: Ticket, actor: Actor) -> Command:
            details = convert.amended(ticket.details, request.ticket.details, request.update_mask, "ticket.details")
            return Amend(details=details, actor=actor, reason=_reason(request.reason))

        return await self._command(request, request.ticket.name, request.ticket.version, command)

    @answering
    async def record_telling(self, request: pb.RecordTellingRequest) -> pb.Ticket:
        party = convert.PARTIES.from_proto(request.party, "party")
        return await self._command(
            request,
            request.name,
            request.version,
            lambda ticket, actor: Tell(party=party, actor=actor, reason=_reason(request.reason)),
        )

    @answering
    async def pause_clocks(self, request: pb.PauseClocksRequest) -> pb.Ticket:
        return await self._command(
            request,
            request.name,
            request.version,
            lambda ticket, actor: PauseClocks(actor=actor, reason=_reason(request.reason)),
        )

    @answering
    async def resume_clocks(self, request: pb.ResumeClocksRequest) -> pb.Ticket:
        return await self._command(
            request,
            request.name,
            request.version,
            lambda ticket, actor: ResumeClocks(actor=actor, reason=_reason(request.reason)),
        )

    @answering
    async def withdraw_ticket(self, request: pb.WithdrawTicketRequest) -> pb.Ticket:
        return await self._command(
            request,
            request.name,
            request.version,
            lambda ticket, actor: Withdraw(actor=actor, reason=_reason(request.reason)),
        )

    @answering
    async def refresh_transaction(self, request: pb.RefreshTransactionRequest) -> pb.Ticket:
        actor = await actor_of(request.context, self._staff)
        try:
            ticket = await self._desk.ask_transaction(_id(request.name))
        except NotHeardError:
            raise RefusalError(Code.TRANSACTION_NOT_HEARD) from None
        return await self._reply(ticket, actor, request.context)

    @answering
    async def list_ticket_events(self, request: pb.ListTicketEventsRequest) -> pb.ListTicketEventsResponse:
        await actor_of(request.context, self._staff)
        found = await self._desk.found(_id(request.name))
        return pb.ListTicketEventsResponse(events=[convert.event_to_proto(recorded) for recorded in found.history])

    @answering
    async def create_ticket_export(self, request: pb.CreateTicketExportRequest) -> pb.TicketExport:
        actor, asked = await actor_of(request.context, self._staff), request.ticket_export
        if asked.format not in (pb.ExportTicketsRequest.FORMAT_CSV, pb.ExportTicketsRequest.FORMAT_JSON_LINES):
            raise invalid("ticket_export.format", "unspecified")
        convert.search_from_proto(asked.filter)
        reason = checked_text(asked.reason, "ticket_export.reason", _REASON, lines=True)
        if not reason:
            raise invalid("ticket_export.reason", "missing")
        return _export_to_proto(self._exports.ask(actor, _wanted(asked.filter, asked.format), reason))

    @answering
    async def approve_ticket_export(self, request: pb.ApproveTicketExportRequest) -> pb.TicketExport:
        actor = await actor_of(request.context, self._staff)
        return _export_to_proto(self._exports.approve(actor, segments(request.name, "ticketExports/*", "name")[0]))

    @streaming
    async def export_tickets(self, request: pb.ExportTicketsRequest) -> AsyncIterator[pb.ExportTicketsResponse]:
        actor = await actor_of(request.context, self._staff)
        name = segments(request.export, "ticketExports/*", "export")[0] if request.export else ""
        search = convert.search_from_proto(request.filter)
        self._exports.begin(actor, name, _wanted(request.filter, request.format))
        if request.format == pb.ExportTicketsRequest.FORMAT_CSV:
            pieces = as_csv(self._desk, search, self._zone)
        elif request.format == pb.ExportTicketsRequest.FORMAT_JSON_LINES:
            pieces = as_json_lines(self._desk, search)
        else:
            raise invalid("format", "unspecified")
        async for piece in pieces:
            yield pb.ExportTicketsResponse(content=piece)

    async def _command(
        self, request: Any, name: str, version: int, make: Callable[[Ticket, Actor], Command]
    ) -> pb.Ticket:
        actor = await actor_of(request.context, self._staff)
        if version < 1:
            raise invalid("version", "missing")
        ticket = await self._desk.command(_id(name), version, lambda before: make(before, actor), request_of(request))
        return await self._reply(ticket, actor, request.context)

    async def _reply(self, ticket: Ticket, actor: Actor, context: RequestContext) -> pb.Ticket:
        rules = await self._desk.rules(ticket)
        return convert.ticket_to_proto(ticket, rules.flow, actor, english=wants_english(context))


def _wanted(filter_: pb.TicketFilter, kind: pb.ExportTicketsRequest.Format.ValueType) -> bytes:
    """The same for the same search and format."""
    return pb.ExportTicketsRequest(filter=filter_, format=kind).SerializeToString(deterministic=True)


def _export_to_proto(export: Export) -> pb.TicketExport:
    wanted = pb.ExportTicketsRequest.FromString(export.wanted)
    return pb.TicketExport(
        name=f"ticketExports/{export.id}",
        filter=wanted.filter,
        format=wanted.format,
        reason=export.reason,
        requester=export.requester,
        approver=export.approver,
        expire_time=instant_to_proto(export.expires_at),
    )


def _id(name: str) -> str:
    return segments(name, "tickets/*", "name")[0]


def _reason(text: str) -> str:
    return checked_text(text, "reason", _REASON, lines=True)
