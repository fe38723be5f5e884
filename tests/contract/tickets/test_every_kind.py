"""Every kind of ticket goes its whole way over the contract, on both stores, and is found afterwards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from ticket_office import Office, approved_export
from ticket_rules import AGENT, AUDITOR, CARDS, CENTRE, LEADER, at

from tellerline.api.tickets.v1 import tickets_pb2 as pb
from tellerline.callcenter.tickets.values import instant_to_proto
from tellerline.routing.tickets.commands import Actor

Way = tuple[Mapping[str, Any], list[tuple[str, Actor, dict[str, Any]]], Any]
CALL = {"text": "客户来电", "contact": "13900000000"}
DECIDED = {"answer": "致歉并退还手续费"}

WAYS: dict[str, Way] = {
    "complaint": (
        CALL | {"category": "service"},
        [
            ("submit", AGENT, {}),
            ("send_back", LEADER, {}),
            ("submit", AGENT, {}),
            ("hand_over", LEADER, {"department": "cards", "nature": "delay"}),
            ("propose", CARDS, DECIDED),
            ("return", AUDITOR, {}),
            ("propose", CARDS, DECIDED),
            ("decide", AUDITOR, {}),
            ("not_reached", CENTRE, {}),
            ("told", CENTRE, {}),
            ("satisfied", CENTRE, {}),
        ],
        pb.Ticket.ENDING_SATISFIED,
    ),
    "suggestion": (
        CALL | {"department": "cards"},
        [("answer", CARDS, DECIDED), ("told", AGENT, {})],
        pb.Ticket.ENDING_ANSWERED,
    ),
    "consultation": (
        CALL,
        [("pass_on", AGENT, {"department": "cards"}), ("department_answers", CARDS, DECIDED), ("told", AGENT, {})],
        pb.Ticket.ENDING_ANSWERED,
    ),
    "lead": (
        CALL | {"branch": "B001", "department": "cards"},
        [("contacted", CARDS, {}), ("won", CARDS, {})],
        pb.Ticket.ENDING_ANSWERED,
    ),
    "appointment": (
        CALL | {"appointment_time": instant_to_proto(at(3, 4, 10)), "notice_way": "sms"},
        [("kept", AGENT, {})],
        pb.Ticket.ENDING_ANSWERED,
    ),
}


@pytest.mark.parametrize("flow", WAYS)
async def test_a_ticket_of_every_kind_goes_its_way(desk: Office, flow: str) -> None:
    details, deeds, ending = WAYS[flow]
    ticket = await desk.opens(flow, **details)
    for action, who, more in deeds:
        ticket = await desk.acts(ticket, action, who, **more)
    assert ticket.ending == ending
    assert ticket.clocks
    assert all(clock.HasField("stop_time") for clock in ticket.clocks)
    moves = [event.actor for event in await desk.history(ticket.name) if event.kind == "moved"]
    assert moves == [who.id for _, who, _ in deeds]
    found = await desk.finds(flow=flow)
    assert [each.name for each in found.tickets] == [ticket.name]
    request = await approved_export(desk, pb.ExportTicketsRequest.FORMAT_JSON_LINES)
    lines = b"".join([piece.content async for piece in desk.service.handlers.export_tickets(request)]).splitlines()
    assert [json.loads(line)["name"] for line in lines] == [ticket.name]
