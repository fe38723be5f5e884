"""Query strings set exactly what the contract has under those names."""

from __future__ import annotations

import pytest

from tellerline.api.accounts.v1.accounts_pb2 import ListStatementEntriesRequest
from tellerline.api.billing.v1.billing_pb2 import ListBillsRequest
from tellerline.api.customers.v1.customers_pb2 import UpdateLimitsRequest
from tellerline.gateway.channels.http.transcoding.query import parameters, read_query
from tellerline.gateway.refusal import FieldViolation, RefusalError

STATEMENT = parameters(ListStatementEntriesRequest.DESCRIPTOR, frozenset({"parent"}))
BILLS = parameters(ListBillsRequest.DESCRIPTOR, frozenset({"parent"}))
LIMITS = parameters(UpdateLimitsRequest.DESCRIPTOR, frozenset({"limits"}))


def test_context_and_what_is_bound_are_no_parameters() -> None:
    assert set(STATEMENT) == {
        *(f"{date}.{part}" for date in ("startDate", "endDate") for part in ("year", "month", "day")),
        "pageSize",
        "pageToken",
    }


def test_dotted_names_reach_into_messages() -> None:
    request = ListStatementEntriesRequest()
    read_query(b"startDate.year=2026&startDate.month=3&pageSize=7&pageToken=%E5%BC%A0%20x", STATEMENT, request)
    assert (request.start_date.year, request.start_date.month) == (2026, 3)
    assert (request.page_size, request.page_token) == (7, "张 x")


def test_truth_and_masks_are_read() -> None:
    bills, limits = ListBillsRequest(), UpdateLimitsRequest()
    read_query(b"unpaidOnly=true", BILLS, bills)
    read_query(b"updateMask=singleAmount,dailyCount", {"updateMask": LIMITS["updateMask"]}, limits)
    assert bills.unpaid_only
    assert list(limits.update_mask.paths) == ["single_amount", "daily_count"]


@pytest.mark.parametrize(
    ("query", "field", "why"),
    [
        (b"pagesize=7", "pagesize", "unknown_parameter"),
        (b"page_size=7", "page_size", "unknown_parameter"),
        (b"parent=customers/x", "parent", "unknown_parameter"),
        (b"context.grant=x", "context.grant", "unknown_parameter"),
        (b"pageSize=7&pageSize=8", "pageSize", "given_twice"),
        (b"pageSize=", "pageSize", "not_a_whole_number"),
        (b"pageSize=7.0", "pageSize", "not_a_whole_number"),
        (b"pageSize=99999999999", "pageSize", "out_of_range"),
        (b"pageToken=%ff", "", "not_a_query"),
        (b"pageToken", "", "not_a_query"),
        (b"&".join([b"pageSize=1"] * 100), "", "not_a_query"),
    ],
)
def test_what_does_not_fit_is_named(query: bytes, field: str, why: str) -> None:
    with pytest.raises(RefusalError) as refused:
        read_query(query, STATEMENT, ListStatementEntriesRequest())
    assert refused.value.violations == (FieldViolation(field, why),)


def test_truth_is_written_out() -> None:
    with pytest.raises(RefusalError):
        read_query(b"unpaidOnly=1", BILLS, ListBillsRequest())
