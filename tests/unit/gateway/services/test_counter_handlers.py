"""``CounterService`` on the small platform."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from counter_clerk import ACCOUNT, CUSTOMER, clerk, events
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money as ProtoMoney

from tellerline.api.accounts.v1 import accounts_pb2
from tellerline.api.customers.v1 import counter_pb2 as pb
from tellerline.api.customers.v1 import customers_pb2
from tellerline.gateway.access.control import AccessControl
from tellerline.gateway.access.operations import known_operations
from tellerline.gateway.access.policy import ChannelDirectory
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.requests import request_from
from tellerline.gateway.settings import standard_channels
from tellerline.routing.model.codes import Code
from tellerline.routing.model.customers import ChangePin, PinChanged
from tellerline.routing.model.outcome import Done

NUMBER = "6222020200001234567"


async def listed(platform: Any, **filters: Any) -> list[str]:
    request = pb.ListCustomersRequest(context=clerk(platform), **filters)
    reply = await platform.send("ListCustomers", request, pb.ListCustomersResponse)
    return [each.customer.removeprefix("customers/") for each in reply.customers]


async def test_customers_are_listed_masked(platform: Any) -> None:
    request = pb.ListCustomersRequest(context=clerk(platform), identity_document="ID1001")
    reply = await platform.send("ListCustomers", request, pb.ListCustomersResponse)
    (found,) = reply.customers
    assert (found.customer, found.masked_display_name, found.masked_identity_document) == (CUSTOMER, "王*", "*****1")
    assert found.kind == customers_pb2.Customer.KIND_PERSONAL


async def test_all_filters_must_fit(platform: Any) -> None:
    assert await listed(platform, name_prefix="王") == ["1001", "2002"]
    assert await listed(platform, name_prefix="王", account_number=NUMBER) == ["1001"]
    assert await listed(platform, phone_number="13800001111") == []
    assert await listed(platform, kind=customers_pb2.Customer.KIND_CORPORATE) == []


async def test_pages_of_customers_go_on_where_they_ended(platform: Any) -> None:
    first = pb.ListCustomersRequest(context=clerk(platform), page_size=1)
    page = await platform.send("ListCustomers", first, pb.ListCustomersResponse)
    first.page_token = page.next_page_token
    rest = await platform.send("ListCustomers", first, pb.ListCustomersResponse)
    assert [page.customers[0].customer, rest.customers[0].customer] == [CUSTOMER, "customers/2002"]
    assert not rest.next_page_token


async def test_a_removed_account_is_gone_with_every_grant(platform: Any, refused: Any) -> None:
    request = pb.RemoveAccountRequest(context=clerk(platform), name=ACCOUNT, reason=f"客户申请 {NUMBER}")
    await platform.send("RemoveAccount", request, pb.RemoveAccountResponse)
    again = pb.RemoveAccountRequest(context=clerk(platform), name=ACCOUNT)
    await refused(Code.ACCOUNT_NOT_FOUND, platform.send("RemoveAccount", again, pb.RemoveAccountResponse))
    asking = accounts_pb2.ListAccountsRequest(context=platform.context(), parent=CUSTOMER)
    await refused(Code.GRANT_EXPIRED, platform.send("ListAccounts", asking, accounts_pb2.ListAccountsResponse))
    (told,) = await events(platform)
    assert (told.event, told.agent, told.sequence) == ("account_removed", "SUN", 1)
    assert told.reason == "客户申请 *****************67"


async def test_only_the_counter_takes_accounts_away(platform: Any, refused: Any) -> None:
    request = pb.RemoveAccountRequest(context=platform.context(), name=ACCOUNT)
    await refused(Code.CHANNEL_NOT_ALLOWED, platform.send("RemoveAccount", request, pb.RemoveAccountResponse))


def seen(platform: Any, document: str) -> pb.VerifyIdentityDocumentRequest:
    return pb.VerifyIdentityDocumentRequest(context=clerk(platform), customer=CUSTOMER, identity_document=document)


async def test_a_document_that_was_seen_is_a_grant_of_that_clerk(platform: Any, refused: Any) -> None:
    grant = await platform.send("VerifyIdentityDocument", seen(platform, "ID1001"), customers_pb2.Grant)
    stored = await platform.parts.admission.verified(
        "customers.GetCustomerView", asking(platform, grant.token), platform.call
    )
    assert stored
    other = platform.parts.admission.verified(
        "customers.GetCustomerView", asking(platform, grant.token, "QIAN"), platform.call
    )
    await refused(Code.GRANT_NOT_SUFFICIENT, other)
    wrong = platform.send("VerifyIdentityDocument", seen(platform, "ID1002"), customers_pb2.Grant)
    await refused(Code.IDENTITY_NOT_PROVED, wrong)
    assert [each.event for each in await events(platform)] == ["document_seen", "document_refused"]


@pytest.fixture
def host(platform: Any) -> Any:
    """Asked under the standard policy, which wants a grant for ``ChangePin`` at the counter, too."""
    directory = ChannelDirectory({"COUNTER": standard_channels()["COUNTER"].policy()})
    platform.pipeline.access = AccessControl(directory, platform.store.grants, platform.clock)
    platform.host.answers[ChangePin] = Done(result=PinChanged(changed_at="2026-01-05T09:00:00+08:00"))
    return platform.host


async def set_pin(platform: Any, grant: str) -> customers_pb2.PinChange:
    request = customers_pb2.ChangePinRequest(context=clerk(platform, grant=grant), name=ACCOUNT, new_pin="915264")
    reply: customers_pb2.PinChange = await platform.send("ChangePin", request, customers_pb2.PinChange)
    return reply


async def test_no_clerk_sets_a_pin_because_he_has_seen_a_document(platform: Any, host: Any, refused: Any) -> None:
    seen_by_him = await show(platform, "ID1001")
    await refused(Code.GRANT_NOT_SUFFICIENT, set_pin(platform, seen_by_him.token))
    await refused(Code.GRANT_MISSING, set_pin(platform, ""))
    assert host.asked == []
    typed = customers_pb2.VerifyPinRequest(context=clerk(platform), customer=CUSTOMER, pin="135790")
    proved = await platform.send("VerifyPin", typed, customers_pb2.Grant)
    assert (await set_pin(platform, proved.token)).HasField("change_time")


NOT_BY_DOCUMENT = {
    "customers.ChangePin": "its owner's alone",
    "customers.ClassifyCustomers": "many customers'",
    "customers.DescribeCustomer": "of who is not registered yet",
    "customers.FindCustomersByPhone": "of who is not known yet",
    "customers.GetPinKey": "nobody's",
    "customers.ListCustomers": "many customers'",
    "customers.RegisterCustomer": "of who is not registered yet",
    "customers.RevokeGrant": "takes a proof away",
    "customers.UpdateLimits": "how much money may move",
    "customers.VerifyIdentityDocument": "is the proof",
    "customers.VerifyPin": "is the proof",
}


async def test_a_document_opens_what_it_is_on_the_list_for_and_nothing_that_moves_money(platform: Any) -> None:
    """A new operation of customers belongs on one list or on the other."""
    opened = set((await show(platform, "ID1001")).operations)
    assert opened <= known_operations()
    customers = {each for each in known_operations() if each.startswith("customers.")}
    assert {each for each in opened if each.startswith("customers.")} == customers - set(NOT_BY_DOCUMENT)
    assert {each.partition(".")[0] for each in opened} == {"accounts", "activity", "customers"}


async def show(platform: Any, document: str) -> customers_pb2.Grant:
    reply: customers_pb2.Grant = await platform.send(
        "VerifyIdentityDocument", seen(platform, document), customers_pb2.Grant
    )
    return reply


async def test_documents_are_not_guessed_without_end(platform: Any, refused: Any) -> None:
    for number in range(5):
        await refused(Code.IDENTITY_NOT_PROVED, show(platform, f"ID{number}"))
    for _ in range(2):
        await refused(Code.IDENTITY_DOCUMENT_LOCKED, show(platform, "ID1001"))
    told = await events(platform)
    assert [each.event for each in told] == [*["document_refused"] * 5, "document_locked"]
    assert [change.after for change in told[4].changes] == ["5"]
    assert told[4].agent == "SUN"
    await platform.clock.advance(24 * 3600)
    await refused(Code.IDENTITY_NOT_PROVED, show(platform, "ID1002"))
    await refused(Code.IDENTITY_DOCUMENT_LOCKED, show(platform, "ID1001"))
    await platform.clock.advance(24 * 3600)
    assert (await show(platform, "ID1001")).token


async def test_the_right_document_ends_the_row_of_wrong_ones(platform: Any, refused: Any) -> None:
    for _ in range(2):
        for number in range(4):
            await refused(Code.IDENTITY_NOT_PROVED, show(platform, f"ID{number}"))
        assert (await show(platform, "ID1001")).token


async def test_a_hundred_documents_at_once_are_five_guesses(platform: Any) -> None:
    shown = await asyncio.gather(*(show(platform, f"ID{number}") for number in range(100)), return_exceptions=True)
    codes = [each.code for each in shown if isinstance(each, RefusalError)]
    assert (codes.count(Code.IDENTITY_NOT_PROVED), codes.count(Code.IDENTITY_DOCUMENT_LOCKED)) == (5, 95)


async def test_wrong_documents_lock_no_pin_and_wrong_pins_no_document(platform: Any, refused: Any) -> None:
    for number in range(5):
        await refused(Code.IDENTITY_NOT_PROVED, show(platform, f"ID{number}"))
    assert (await platform.store.grants.pin_tries("1001")).failures == 0
    for _ in range(3):
        await platform.store.grants.pin_failed("2002", platform.clock.now(), 3, 600)
    request = pb.VerifyIdentityDocumentRequest(
        context=clerk(platform), customer="customers/2002", identity_document="ID2002"
    )
    assert (await platform.send("VerifyIdentityDocument", request, customers_pb2.Grant)).token


async def test_a_customer_who_is_not_there_has_no_tries(platform: Any, refused: Any) -> None:
    request = pb.VerifyIdentityDocumentRequest(
        context=clerk(platform), customer="customers/9999", identity_document="ID1"
    )
    for _ in range(7):
        await refused(Code.CUSTOMER_NOT_FOUND, platform.send("VerifyIdentityDocument", request, customers_pb2.Grant))


def asking(platform: Any, grant: str, agent: str = "SUN") -> Any:
    return request_from(clerk(platform, agent, grant=grant), customer="1001")


def contact(platform: Any, kind: str, value: str) -> pb.SetContactRequest:
    wanted = pb.Contact(name=f"{CUSTOMER}/contacts/{kind}", value=value)
    return pb.SetContactRequest(context=clerk(platform), contact=wanted)


@pytest.mark.parametrize(
    ("kind", "value", "masked"),
    [
        ("mobile", "+86 138 0000 1111", "138****1111"),
        ("phone", "010-55550001", "010****0001"),
        ("email", "wangfang@example.com", "w***@example.com"),
        ("address", "北京市西城区金融街1号", "北京市***"),
    ],
)
async def test_a_contact_is_set_verified_and_taken_away(platform: Any, kind: str, value: str, masked: str) -> None:
    made = await platform.send("SetContact", contact(platform, kind, value), pb.Contact)
    assert (made.masked_value, made.value, made.state) == (masked, "", pb.Contact.STATE_UNVERIFIED)
    verify = pb.VerifyContactRequest(context=clerk(platform), name=made.name, method="回拨")
    verified = await platform.send("VerifyContact", verify, pb.Contact)
    assert (verified.state, verified.verify_method) == (pb.Contact.STATE_VERIFIED, "回拨")
    listing = pb.ListContactsRequest(context=clerk(platform), parent=CUSTOMER)
    assert list((await platform.send("ListContacts", listing, pb.ListContactsResponse)).contacts) == [verified]
    gone = await platform.send("SetContact", contact(platform, kind, ""), pb.Contact)
    assert (gone.state, gone.masked_value) == (pb.Contact.STATE_UNSPECIFIED, "")
    assert [each.event for each in await events(platform)] == ["contact_set", "contact_verified", "contact_set"]
    assert value not in repr(await events(platform))


@pytest.mark.parametrize(("kind", "value"), [("mobile", "12"), ("email", "nobody"), ("fax", "1"), ("Mobile", "1")])
async def test_what_is_no_contact_is_refused(platform: Any, refused: Any, kind: str, value: str) -> None:
    await refused(Code.INVALID_REQUEST, platform.send("SetContact", contact(platform, kind, value), pb.Contact))


async def test_a_contact_that_is_not_there_is_not_verified(platform: Any, refused: Any) -> None:
    request = pb.VerifyContactRequest(context=clerk(platform), name=f"{CUSTOMER}/contacts/email", method="x")
    await refused(Code.CONTACT_NOT_FOUND, platform.send("VerifyContact", request, pb.Contact))


def yuan(units: int, nanos: int = 0, currency: str = "CNY") -> ProtoMoney:
    return ProtoMoney(currency_code=currency, units=units, nanos=nanos)


def figures(platform: Any, *amounts: tuple[str, ProtoMoney, ProtoMoney], day: int = 4) -> pb.ClassifyCustomersRequest:
    rows = [
        pb.CustomerFigures(customer=f"customers/{number}", contribution_amount=earned, turnover_amount=moved)
        for number, earned, moved in amounts
    ]
    date = Date(year=2026, month=1, day=day)
    return pb.ClassifyCustomersRequest(context=clerk(platform), figures_date=date, figures=rows)


async def test_customers_are_put_into_segments_by_the_banks_figures(platform: Any) -> None:
    rows = ("1001", yuan(5000), yuan(1)), ("2002", yuan(-3, -500_000_000), yuan(200_000)), ("9", yuan(1), yuan(1))
    request = figures(platform, *rows)
    reply = await platform.send("ClassifyCustomers", request, pb.ClassifyCustomersResponse)
    segment = customers_pb2.Customer
    assert [each.segment for each in reply.classifications] == [segment.SEGMENT_B, segment.SEGMENT_C]
    assert list(reply.unknown_customers) == ["customers/9"]
    assert reply.rule_version == platform.parts.counter.segments.version
    known = await platform.store.registry.customer("1001")
    assert (known.segment, known.segment_date) == ("B", "2026-01-04")
    asked = customers_pb2.GetCustomerRequest(context=clerk(platform), name=CUSTOMER)
    to_staff = await platform.send("GetCustomer", asked, customers_pb2.Customer)
    assert (to_staff.segment, to_staff.segment_date.day) == (segment.SEGMENT_B, 4)
    own = customers_pb2.GetCustomerRequest(context=platform.context(), name=CUSTOMER)
    assert not (await platform.send("GetCustomer", own, customers_pb2.Customer)).segment


@pytest.mark.parametrize(
    ("rows", "day"),
    [
        ([], 4),
        ([("1001", yuan(1), yuan(-1))], 4),
        ([("1001", yuan(1, currency="USD"), yuan(1))], 4),
        ([("1001", yuan(1), yuan(1)), ("1001", yuan(1), yuan(1))], 4),
        ([("1001", yuan(1), yuan(1))], 6),
    ],
)
async def test_figures_that_cannot_be_are_refused_whole(platform: Any, rows: Any, day: int) -> None:
    with pytest.raises(RefusalError):
        await platform.send("ClassifyCustomers", figures(platform, *rows, day=day), pb.ClassifyCustomersResponse)
    assert not (await platform.store.registry.customer("1001")).segment
