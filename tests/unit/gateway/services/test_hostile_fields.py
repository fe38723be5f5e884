"""What no honest channel sends: characters that no store keeps, forged tokens, lists without end."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from tellerline.api.accounts.v1 import accounts_pb2
from tellerline.api.common.v1.transaction_pb2 import TRANSACTION_STATE_DONE
from tellerline.api.customers.v1 import customers_pb2
from tellerline.api.operations.v1 import operations_pb2
from tellerline.api.transfers.v1 import transfers_pb2
from tellerline.gateway.services import pages
from tellerline.gateway.services.operations import convert
from tellerline.routing.model.codes import Code

TRANSFER = "customers/1001/accounts/1"
BAD_TEXT = ["\0", "S\0", "S\n", "S" * 65, "\u202e"]


@pytest.mark.parametrize("text", BAD_TEXT)
@pytest.mark.parametrize("field", ["global_serial", "channel_serial", "host_serial", "operation"])
async def test_a_search_for_what_no_journal_holds_is_refused(
    platform: Any, refused: Any, field: str, text: str
) -> None:
    wanted: dict[str, Any] = {field: text}
    request = operations_pb2.SearchTransactionsRequest(context=platform.counter(), **wanted)
    response = operations_pb2.SearchTransactionsResponse
    await refused(Code.INVALID_REQUEST, platform.send("SearchTransactions", request, response))


@pytest.mark.parametrize("text", BAD_TEXT)
async def test_a_transfer_under_an_impossible_serial_is_refused(platform: Any, refused: Any, text: str) -> None:
    request = transfers_pb2.GetTransferRequest(context=platform.context(), original_channel_serial=text)
    await refused(Code.INVALID_REQUEST, platform.send("GetTransfer", request, transfers_pb2.Transfer))


@pytest.mark.parametrize("text", BAD_TEXT)
async def test_an_impossible_call_has_no_grants(platform: Any, refused: Any, text: str) -> None:
    request = customers_pb2.RevokeGrantRequest(context=platform.context(), call=text)
    await refused(Code.INVALID_REQUEST, platform.send("RevokeGrant", request, customers_pb2.RevokeGrantResponse))


def forged(request: Message, position: str) -> str:
    """A token that anybody can make: its print is no secret."""
    raw = base64.urlsafe_b64decode(pages.page_token(request, "1") + "==")[:8] + position.encode()
    return base64.urlsafe_b64encode(raw).decode()


@pytest.mark.parametrize("position", ["\0", "G1\0", "G" * 65, "G 1"])
async def test_a_forged_token_is_refused_before_the_store_sees_it(platform: Any, refused: Any, position: str) -> None:
    request = operations_pb2.ListDoubtsRequest(context=platform.counter())
    request.page_token = forged(request, position)
    await refused(Code.INVALID_PAGE_TOKEN, platform.send("ListDoubts", request, operations_pb2.ListDoubtsResponse))


@pytest.mark.parametrize("position", ["9" * 5000, "9" * 19, "-1", "1.0"])
async def test_a_forged_number_is_refused(platform: Any, refused: Any, position: str) -> None:
    request = accounts_pb2.ListAccountsRequest(context=platform.context(), parent="customers/1001")
    request.page_token = forged(request, position)
    await refused(Code.INVALID_PAGE_TOKEN, platform.send("ListAccounts", request, accounts_pb2.ListAccountsResponse))


async def test_a_pin_is_not_verified_for_accounts_without_end(platform: Any, refused: Any) -> None:
    request = customers_pb2.VerifyPinRequest(
        context=platform.context(), customer="customers/1001", pin="135790", accounts=[TRANSFER] * 65
    )
    await refused(Code.INVALID_REQUEST, platform.send("VerifyPin", request, customers_pb2.Grant))


async def test_a_state_counts_once_however_often_it_is_named(platform: Any) -> None:
    request = operations_pb2.SearchTransactionsRequest(states=[TRANSACTION_STATE_DONE] * 40_000)
    assert len(convert.search_from_proto(request, "", after="", limit=1).states) == 1
    request.context.CopyFrom(platform.counter())
    response = operations_pb2.SearchTransactionsResponse
    assert (await platform.send("SearchTransactions", request, response)).transactions == []


async def test_a_path_counts_once_however_often_it_is_named(platform: Any) -> None:
    limits = customers_pb2.Limits(name="customers/1001/accounts/1/limits", daily_count=2)
    mask = FieldMask(paths=["daily_count"] * 100_000)
    request = customers_pb2.UpdateLimitsRequest(context=platform.counter(), limits=limits, update_mask=mask)
    assert (await platform.send("UpdateLimits", request, customers_pb2.Limits)).daily_count == 2
