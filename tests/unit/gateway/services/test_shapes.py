"""Names, page tokens and the shared context."""

from __future__ import annotations

import pytest
from google.type.date_pb2 import Date

from tellerline.api.accounts.v1.accounts_pb2 import ListStatementEntriesRequest
from tellerline.api.common.v1.context_pb2 import CHANNEL_IVR, Channel, RequestContext
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services import names, pages, requests
from tellerline.routing.model.accounts import GetBalance
from tellerline.routing.model.codes import Code

QUERY = ListStatementEntriesRequest(parent="customers/1/accounts/1", start_date=Date(year=2026, month=1, day=1))


@pytest.mark.parametrize(
    "name",
    [
        "customers/1/accounts",
        "customers//accounts/1",
        "accounts/1/customers/1",
        "customers/1/accounts/1/",
        "customers/a b/accounts/1",
    ],
)
def test_a_name_of_another_shape_is_refused(name: str) -> None:
    with pytest.raises(RefusalError) as refusal:
        names.segments(name, "customers/*/accounts/*", "name")
    assert refusal.value.violations[0].why == "not_a_name"


@pytest.mark.parametrize("text", ["0", "01", "-1", "x", "1" * 10])
def test_a_sequence_number_counts_from_one(text: str) -> None:
    with pytest.raises(RefusalError):
        names.sequence_of(text, "name")


def test_a_page_token_goes_on_where_it_was_whatever_the_size_and_serial() -> None:
    token = pages.page_token(QUERY, "42")
    again = ListStatementEntriesRequest()
    again.CopyFrom(QUERY)
    again.page_size, again.page_token = 7, token
    again.context.channel_serial = "another"
    assert pages.number_of(again, token) == 42


@pytest.mark.parametrize("token", ["x", "AAAA", "!!!!", "é", "A" * 40])
def test_a_made_up_page_token_is_refused(token: str) -> None:
    with pytest.raises(RefusalError) as refusal:
        pages.number_of(QUERY, token)
    assert refusal.value.code is Code.INVALID_PAGE_TOKEN


def test_a_page_token_of_another_query_is_refused() -> None:
    other = ListStatementEntriesRequest(parent="customers/1/accounts/2")
    with pytest.raises(RefusalError):
        pages.number_of(other, pages.page_token(QUERY, "42"))


def test_page_sizes_are_bounded() -> None:
    assert (pages.page_size(0), pages.page_size(1000), pages.page_size(7)) == (50, 200, 7)
    with pytest.raises(RefusalError):
        pages.page_size(-1)


def test_every_channel_of_the_contract_has_a_word() -> None:
    assert set(requests.CHANNELS) == {number for number in Channel.values() if number}
    assert all(requests.channel_number(word) == number for number, word in requests.CHANNELS.items())
    assert requests.channel_number("PIGEON") == 0


def test_the_context_reaches_the_platform_whole() -> None:
    context = RequestContext(
        channel=CHANNEL_IVR,
        channel_serial="s-1",
        customer="customers/7",
        grant="g",
        agent="a",
        call="c",
        terminal="t",
        branch="b",
        language_code="en",
    )
    request = requests.request_from(context, GetBalance(account="6"))
    told = {name: getattr(request, name) for name in type(request).__dataclass_fields__ if name != "command"}
    assert set(told.values()) == {"IVR", "s-1", "7", "g", "a", "c", "t", "b", "en"}
    assert len(told) == len(RequestContext.DESCRIPTOR.fields)


@pytest.mark.parametrize(
    ("context", "code", "field"),
    [
        (RequestContext(channel_serial="1"), Code.CHANNEL_UNKNOWN, "context.channel"),
        (RequestContext(channel=99, channel_serial="1"), Code.CHANNEL_UNKNOWN, "context.channel"),  # type: ignore[arg-type]
        (RequestContext(channel=CHANNEL_IVR), Code.INVALID_REQUEST, "context.channel_serial"),
        (RequestContext(channel=CHANNEL_IVR, channel_serial="a b"), Code.INVALID_REQUEST, "context.channel_serial"),
        (RequestContext(channel=CHANNEL_IVR, channel_serial="9" * 65), Code.INVALID_REQUEST, "context.channel_serial"),
        (RequestContext(channel=CHANNEL_IVR, channel_serial="1", agent="\n"), Code.INVALID_REQUEST, "context.agent"),
        (
            RequestContext(channel=CHANNEL_IVR, channel_serial="1", customer="1"),
            Code.INVALID_REQUEST,
            "context.customer",
        ),
    ],
)
def test_a_bad_context_is_refused(context: RequestContext, code: Code, field: str) -> None:
    with pytest.raises(RefusalError) as refusal:
        requests.request_from(context)
    assert (refusal.value.code, refusal.value.violations[0].field) == (code, field)
