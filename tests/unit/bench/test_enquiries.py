"""Every host is asked, with bytes that its own floor can send."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tellerline.bench.books import Books
from tellerline.bench.enquiries import ENQUIRIES, Enquiry
from tellerline.bench.messages import Messages
from tellerline.bench.wire import Post, Record, Wire
from tellerline.connectors.discovery import discover
from tellerline.simulators.corporate.server import CorporateServer
from tellerline.simulators.discovery import discover as simulators

BOOKS = Books.of(8, datetime(2026, 3, 2, 4, tzinfo=UTC))
HOSTS = {name: {"url": f"http://bank.example/{name}"} for name in simulators()}
WIRE = Wire(HOSTS)


def test_no_host_is_left_out() -> None:
    assert {enquiry.host for enquiry in ENQUIRIES} == {folder.manifest.name for folder in discover()}


@pytest.mark.parametrize("enquiry", ENQUIRIES, ids=lambda enquiry: enquiry.name)
def test_the_floor_sends_what_the_gateway_would(enquiry: Enquiry) -> None:
    request = WIRE.request(enquiry, BOOKS)
    if enquiry.name.endswith("_mq"):
        assert isinstance(request, Record)
        assert (request.queue, bool(request.message_type)) == (f"{enquiry.host}.requests", True)
    else:
        assert isinstance(request, Post)
        assert request.url == HOSTS[enquiry.host]["url"]
        assert request.body.startswith(b"<")


@pytest.mark.parametrize("enquiry", ENQUIRIES, ids=lambda enquiry: enquiry.name)
def test_every_request_is_made_with_the_grant_of_its_caller(enquiry: Enquiry) -> None:
    grants = {holder.customer: holder.customer for holder in BOOKS.holders}
    grants |= {company.caller: company.number for company in BOOKS.companies}
    messages = Messages(BOOKS, grants)
    request = messages.request(enquiry.asked)
    found = [request.FromString(body) for body in messages.bodies(enquiry.asked, 12)]
    assert all(one.context.customer == f"customers/{one.context.grant}" for one in found)
    assert len({one.context.grant for one in found}) in (len(BOOKS.holders), len(BOOKS.companies))


def test_only_company_banking_needs_signatures() -> None:
    """The one floor that is more than the transport."""
    assert [host for host in HOSTS if WIRE.needs_signature(host)] == [CorporateServer.name]
