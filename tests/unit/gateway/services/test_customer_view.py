"""The one view of a customer: masked until he has proved who he is, and nothing leaks before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from counter_clerk import clerk, events
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from journal_rows import acceptance, account, cny, enquiry

from tellerline.api.common.v1.context_pb2 import CHANNEL_ATM, CHANNEL_COUNTER, RequestContext
from tellerline.api.customers.v1 import counter_pb2, customers_pb2
from tellerline.api.customers.v1 import interactions_pb2 as pb
from tellerline.gateway.access.policy import ChannelDirectory
from tellerline.gateway.journal.customer_records import Interaction, InteractionKind
from tellerline.gateway.journal.records import Customer, Limits
from tellerline.gateway.services.requests import request_from
from tellerline.gateway.settings import standard_channels
from tellerline.routing.model.codes import Code

NAME, DOCUMENT, MOBILE, EMAIL = "欧阳娜娜", "11010519491231002X", "13800001111", "canary@example.com"
NUMBER, SERIAL, AGENT = "6222020200004444444", "GCANARY00001", "AGENT-CANARY"
CUSTOMER, ACCOUNT = "customers/3003", "customers/3003/accounts/1"
CANARIES = (NAME, DOCUMENT, MOBILE, "canary", NUMBER, SERIAL, AGENT, "CANARY-WORDS", "call-canary")
RECORD = "customers.RecordInteraction"
ALWAYS_SEEN = frozenset({"name", "kind", "masked_display_name", "tier"})
ALWAYS_HAPPENED = frozenset({"name", "event_time", "kind", "channel"})


@pytest.fixture
async def known(platform: Any) -> Any:
    """A customer with everything, and something of every kind in his history."""
    store, now = platform.store, platform.clock.now()
    registry = store.registry
    person = Customer(
        number="3003",
        name=NAME,
        identity_document=DOCUMENT,
        tier="VIP",
        registered_at=now,
        document_kind="RESIDENT_ID",
    )
    await registry.add_customer(person)
    await registry.add_account(replace(account(NUMBER, "3003"), limits=Limits(single=1, daily=1, count=1)))
    asking = request_from(asks(platform), customer="3003")
    platform.grant = (await platform.parts.issuer.issue(asking, accounts=(), operations=(), seconds=600)).token
    await platform.send("SetContact", contact(platform, "email", EMAIL), counter_pb2.Contact)
    await platform.send("SetContact", contact(platform, "mobile", MOBILE), counter_pb2.Contact)
    await store.dossiers.classify("3003", "A", "2026-01-04", "rule-1", lambda classified: None)
    sent = acceptance(
        global_serial=SERIAL,
        channel="IVR",
        customer="3003",
        account=NUMBER,
        accepted_at=now,
        agent=AGENT,
        call="call-canary",
        limited=None,
    )
    await store.journal.accept(replace(sent, amount=cny(7_777_700)))
    store.journal.audit(enquiry(customer="3003", account=NUMBER, channel="ATM", accepted_at=now))
    request = customers_pb2.UpdateLimitsRequest(
        context=clerk(platform, AGENT),
        limits=customers_pb2.Limits(name=f"{ACCOUNT}/limits", daily_count=2),
        reason="CANARY-WORDS",
    )
    await platform.send("UpdateLimits", request, customers_pb2.Limits)
    for kind, reference in ((pb.Interaction.KIND_CALL, "call-canary"), (pb.Interaction.KIND_TICKET, "CANARY-WORDS")):
        await record(platform, kind, reference)
    return platform


def asks(platform: Any, **fields: Any) -> RequestContext:
    context: RequestContext = platform.context(**{"customer": CUSTOMER, **fields})
    return context


def contact(platform: Any, kind: str, value: str) -> counter_pb2.SetContactRequest:
    wanted = counter_pb2.Contact(name=f"{CUSTOMER}/contacts/{kind}", value=value)
    return counter_pb2.SetContactRequest(context=clerk(platform), contact=wanted)


async def record(platform: Any, kind: Any, reference: str, **context: Any) -> pb.Interaction:
    told = pb.Interaction(kind=kind, event="opened", reference=reference)
    request = pb.RecordInteractionRequest(
        context=asks(platform, grant="", customer="", **context), parent=CUSTOMER, interaction=told
    )
    reply: pb.Interaction = await platform.send("RecordInteraction", request, pb.Interaction)
    return reply


async def view(platform: Any, **context: Any) -> pb.CustomerView:
    request = pb.GetCustomerViewRequest(context=asks(platform, **context), name=f"{CUSTOMER}/view")
    reply: pb.CustomerView = await platform.send("GetCustomerView", request, pb.CustomerView)
    return reply


async def listed(platform: Any, context: dict[str, Any] | None = None, **filters: Any) -> pb.ListInteractionsResponse:
    request = pb.ListInteractionsRequest(context=asks(platform, **(context or {})), parent=CUSTOMER, **filters)
    reply: pb.ListInteractionsResponse = await platform.send("ListInteractions", request, pb.ListInteractionsResponse)
    return reply


UNPROVED: list[dict[str, Any]] = [{"grant": ""}, {"channel": CHANNEL_COUNTER, "grant": "", "agent": "SUN"}]


def filled(message: Message) -> set[str]:
    return {field.name for field, _ in message.ListFields()}


@pytest.mark.parametrize("context", UNPROVED)
async def test_each_field_of_the_view_waits_for_proof(known: Any, context: dict[str, Any]) -> None:
    opened, masked = filled(await view(known)), filled(await view(known, **context))
    for field in pb.CustomerView.DESCRIPTOR.fields:
        of_staff = field.name == "segment"
        assert of_staff or field.name in opened, field.name
        assert (field.name in masked) == (field.name in ALWAYS_SEEN), field.name


@pytest.mark.parametrize("context", UNPROVED)
async def test_each_field_of_what_happened_waits_for_proof(known: Any, context: dict[str, Any]) -> None:
    opened, masked = await listed(known), await listed(known, context)
    assert len(masked.interactions) == len(opened.interactions) > 5
    for field in pb.Interaction.DESCRIPTOR.fields:
        of_others = field.name in {"representative", "code"}  # of companies, and of what failed
        assert of_others or any(field.name in filled(each) for each in opened.interactions), field.name
        shown = {field.name in filled(each) for each in masked.interactions}
        assert shown == {field.name in ALWAYS_HAPPENED}, field.name


@pytest.mark.parametrize("context", UNPROVED)
async def test_no_canary_is_in_what_is_masked(known: Any, context: dict[str, Any]) -> None:
    for reply in (await view(known, **context), await listed(known, context)):
        wire = reply.SerializeToString()
        assert [canary for canary in CANARIES if canary.encode() in wire] == []


async def test_the_search_for_canaries_finds_those_that_proof_opens(known: Any) -> None:
    wire = (await listed(known)).SerializeToString() + (await view(known)).SerializeToString()
    found = {canary for canary in CANARIES if canary.encode() in wire}
    assert found == {NAME, SERIAL, AGENT, "CANARY-WORDS", "call-canary", *found & {"canary"}}


async def test_without_proof_there_is_one_page_and_no_account(known: Any, refused: Any) -> None:
    masked = await listed(known, UNPROVED[0], page_size=1)
    assert (len(masked.interactions), masked.next_page_token) == (1, "")
    await refused(Code.GRANT_MISSING, listed(known, UNPROVED[0], account=ACCOUNT))


async def test_without_proof_nobody_goes_back_in_what_happened(known: Any, refused: Any) -> None:
    (newest,) = (await listed(known, UNPROVED[0], page_size=1)).interactions
    await refused(Code.GRANT_MISSING, listed(known, UNPROVED[0], end_time=newest.event_time))
    await refused(Code.GRANT_MISSING, listed(known, UNPROVED[0], without_enquiries=True))


@pytest.mark.parametrize("channel", [CHANNEL_ATM])
async def test_other_channels_need_the_grant(known: Any, refused: Any, channel: Any) -> None:
    await refused(Code.GRANT_MISSING, view(known, channel=channel, grant=""))
    await refused(Code.GRANT_MISSING, listed(known, {"channel": channel, "grant": ""}))


async def test_a_grant_that_does_not_hold_is_not_taken_for_none(known: Any, refused: Any) -> None:
    await refused(Code.GRANT_EXPIRED, view(known, grant="made-up"))
    request = pb.GetCustomerViewRequest(context=asks(known, customer=""), name="customers/2002/view")
    await refused(Code.GRANT_NOT_SUFFICIENT, known.send("GetCustomerView", request, pb.CustomerView))
    request.context.customer = CUSTOMER
    await refused(Code.CUSTOMER_NOT_FOUND, known.send("GetCustomerView", request, pb.CustomerView))


async def test_segments_are_for_the_banks_own_people(known: Any) -> None:
    assert not (await view(known)).segment
    document = counter_pb2.VerifyIdentityDocumentRequest(
        context=clerk(known), customer=CUSTOMER, identity_document=DOCUMENT
    )
    grant = await known.send("VerifyIdentityDocument", document, customers_pb2.Grant)
    staff = {"channel": CHANNEL_COUNTER, "grant": grant.token, "agent": "SUN"}
    assert (await view(known, **staff)).segment == customers_pb2.Customer.SEGMENT_A


async def test_nobody_else_is_told_that_he_was_put_into_a_segment(known: Any, refused: Any) -> None:
    segment = pb.Interaction.KIND_SEGMENT
    put = Interaction(
        customer="3003", at=known.clock.now(), kind=InteractionKind.SEGMENT, channel="COUNTER", event="classified"
    )
    await known.store.interactions.tell(put)
    assert segment in {each.kind for each in (await listed(known, UNPROVED[1])).interactions}
    assert segment not in {each.kind for each in (await listed(known)).interactions}
    await refused(Code.INVALID_REQUEST, listed(known, kinds=[segment]))


@pytest.mark.parametrize("size", [1, 2, 3])
async def test_pages_of_what_happened_are_all_of_it(known: Any, size: int) -> None:
    whole = list((await listed(known)).interactions)
    request = pb.ListInteractionsRequest(
        context=asks(
            known,
        ),
        parent=CUSTOMER,
        page_size=size,
    )
    found: list[pb.Interaction] = []
    while True:
        page = await known.send("ListInteractions", request, pb.ListInteractionsResponse)
        found += page.interactions
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    assert found == whole
    assert [each.event_time.ToNanoseconds() for each in found] == sorted(
        (each.event_time.ToNanoseconds() for each in found), reverse=True
    )


async def test_what_happened_is_filtered(known: Any) -> None:
    kinds = pb.Interaction
    only = await listed(known, kinds=[kinds.KIND_LIMITS])
    (limits,) = only.interactions
    assert [(each.field, each.before, each.after) for each in limits.changes] == [("daily_count", "1", "2")]
    assert (limits.reason, limits.agent, limits.account) == ("CANARY-WORDS", AGENT, ACCOUNT)
    cash = await listed(known, channel=CHANNEL_ATM)
    assert [each.event for each in cash.interactions] == ["accounts.GetBalance"]
    assert not (await listed(known, channel=CHANNEL_ATM, without_enquiries=True)).interactions
    about = await listed(known, account=ACCOUNT)
    assert {each.account for each in about.interactions} == {ACCOUNT}
    tomorrow = Timestamp()
    tomorrow.FromDatetime(known.clock.now() + timedelta(days=1))
    assert not (await listed(known, start_time=tomorrow)).interactions


async def test_a_reference_is_taken_down_once(known: Any, refused: Any) -> None:
    first = await record(known, pb.Interaction.KIND_CALL, "call-7", channel_serial="S7", call="call-7")
    again = await record(known, pb.Interaction.KIND_CALL, "call-7", channel_serial="S7", call="call-7")
    assert first == again
    other = record(known, pb.Interaction.KIND_CALL, "call-8", channel_serial="S7")
    await refused(Code.DUPLICATE_SERIAL_DIFFERENT_PAYLOAD, other)
    elsewhere = record(known, pb.Interaction.KIND_CALL, "call-7", channel_serial="S7", call="call-8")
    await refused(Code.DUPLICATE_SERIAL_DIFFERENT_PAYLOAD, elsewhere)
    assert [each.reference for each in await events(known, "3003")].count("call-7") == 1


async def test_a_reference_holds_no_number_of_a_card_and_an_event_none_at_all(known: Any, refused: Any) -> None:
    told = await record(known, pb.Interaction.KIND_TICKET, f"T-1 {NUMBER}")
    assert NUMBER not in told.reference
    event = pb.Interaction(kind=pb.Interaction.KIND_TICKET, event=f"opened_{NUMBER}", reference="T-1")
    request = pb.RecordInteractionRequest(
        context=asks(known, grant="", customer=""), parent=CUSTOMER, interaction=event
    )
    await refused(Code.INVALID_REQUEST, known.send("RecordInteraction", request, pb.Interaction))


async def test_nothing_happened_before_there_were_computers(known: Any, refused: Any) -> None:
    told = pb.Interaction(kind=pb.Interaction.KIND_CALL, event="opened", reference="call-9")
    told.event_time.FromSeconds(-1)
    request = pb.RecordInteractionRequest(context=asks(known, grant="", customer=""), parent=CUSTOMER, interaction=told)
    await refused(Code.INVALID_REQUEST, known.send("RecordInteraction", request, pb.Interaction))


@pytest.mark.parametrize("kind", [pb.Interaction.KIND_PIN, pb.Interaction.KIND_TRANSACTION, 0])
async def test_nobody_tells_what_the_gateway_knows_itself(platform: Any, refused: Any, kind: Any) -> None:
    await refused(Code.INVALID_REQUEST, record(platform, kind, "x"))


def test_only_who_may_tell_tells() -> None:
    channels = ChannelDirectory({name: channel.policy() for name, channel in standard_channels().items()})
    may = {name for name in standard_channels() if channels.rights(name, "").verdict(RECORD).allowed}
    assert may == {"IVR", "COUNTER"}
