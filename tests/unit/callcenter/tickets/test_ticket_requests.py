"""What a request may not say, who may ask, and what is the same request."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp

from tellerline.api.common.v1.context_pb2 import Channel, RequestContext
from tellerline.api.tickets.v1 import tickets_pb2 as pb
from tellerline.callcenter.tickets import convert
from tellerline.callcenter.tickets.refusals import OF_COMMANDS, OF_FLOWS, SAID, Code, RefusalError
from tellerline.callcenter.tickets.requests import request_of
from tellerline.routing.tickets.approval import WhyNot
from tellerline.routing.tickets.commands import Why
from tellerline.routing.tickets.details import Details


def asked(text: str = "x", **context: Any) -> pb.CreateTicketRequest:
    said: dict[str, Any] = {"channel": Channel.CHANNEL_AGENT, "channel_serial": "S1", "agent": "A1001"} | context
    ticket = pb.Ticket(flow="lead", details=pb.TicketDetails(text=text))
    return pb.CreateTicketRequest(context=RequestContext(**said), ticket=ticket)


def test_the_same_request_is_the_same_whatever_language_it_asks_in() -> None:
    first = request_of(asked())
    assert first.id == "AGENT/S1"
    assert request_of(asked(language_code="en", call="C2", terminal="T")) == first
    assert request_of(asked(text="y")).digest != first.digest
    assert request_of(asked(agent="A1002")).digest != first.digest


def violations(call: Any, *arguments: Any) -> dict[str, str]:
    with pytest.raises(RefusalError) as refused:
        call(*arguments)
    assert refused.value.code is Code.INVALID_REQUEST
    return refused.value.violations


def test_a_request_has_a_channel_and_a_serial() -> None:
    assert violations(request_of, asked(channel=0)) == {"context.channel": "unspecified"}
    assert violations(request_of, asked(channel_serial="")) == {"context.channel_serial": "missing"}
    assert violations(request_of, asked(channel_serial="a b")) == {"context.channel_serial": "malformed"}


@pytest.mark.parametrize(
    ("details", "field", "why"),
    [
        (pb.TicketDetails(text="x" * 4001), "text", "too_long"),
        (pb.TicketDetails(subject="a\0b"), "subject", "control_character"),
        (pb.TicketDetails(contact="a\nb"), "contact", "control_character"),
        (pb.TicketDetails(customer="8000000001"), "customer", "not_a_name"),
        (pb.TicketDetails(transaction="transactions/"), "transaction", "not_a_name"),
        (pb.TicketDetails(urgency=9), "urgency", "unknown_value"),  # type: ignore[arg-type]
        (pb.TicketDetails(event_time=Timestamp(seconds=10**15)), "event_time", "not_an_instant"),
    ],
)
def test_a_bad_field_is_named(details: pb.TicketDetails, field: str, why: str) -> None:
    assert violations(convert.details_from_proto, details, "details") == {f"details.{field}": why}


def test_lines_are_kept_and_only_what_the_mask_names_changes() -> None:
    message = pb.TicketDetails(text="一\n二　三", contact="new")
    changed = convert.amended(Details(contact="old", nature="n"), message, FieldMask(paths=["text"]), "details")
    assert changed == Details(text="一\n二　三", contact="old", nature="n")
    unknown = FieldMask(paths=["colour"])
    assert violations(convert.amended, Details(), message, unknown, "d") == {"update_mask": "unknown_field"}


def test_what_is_written_comes_back_as_it_was() -> None:
    message = pb.TicketDetails(customer="customers/8000000001", transaction="transactions/G1", text="x")
    message.urgency = pb.TicketDetails.URGENCY_URGENT
    message.customer_category = pb.TicketDetails.CUSTOMER_CATEGORY_VIP
    message.event_time.FromJsonString("2026-03-02T01:02:03.000004Z")
    message.appointment_time.FromJsonString("2026-03-03T01:02:03Z")
    others = set(pb.TicketDetails.DESCRIPTOR.fields_by_name) - {field.name for field, _ in message.ListFields()}
    for name in others:
        setattr(message, name, name)
    assert convert.details_to_proto(convert.details_from_proto(message, "details")) == message


def test_every_refusal_has_its_code_and_every_code_its_sentences() -> None:
    assert set(OF_COMMANDS) == set(Why)
    assert set(OF_FLOWS) == set(WhyNot)
    assert set(SAID) == set(Code)
    for said in SAID.values():
        assert said.zh.endswith("。")
        assert said.en.endswith(".")
