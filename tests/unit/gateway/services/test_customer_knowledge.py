"""What is told of a customer under his grant, and to whoever calls from his number."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from tellerline.api.accounts.v1.accounts_pb2 import ACCOUNT_KIND_CARD
from tellerline.api.common.v1.context_pb2 import CHANNEL_ATM, CHANNEL_ONLINE_BANKING
from tellerline.api.customers.v1 import customers_pb2 as pb
from tellerline.routing.model.codes import Code

MOBILE = "11000000001"


async def update(platform: Any, paths: tuple[str, ...] = (), **fields: Any) -> pb.Customer:
    customer = pb.Customer(**{"name": "customers/1001", **fields})
    mask = FieldMask(paths=paths)
    request = pb.UpdateCustomerRequest(context=platform.counter(), customer=customer, update_mask=mask)
    changed: pb.Customer = await platform.send("UpdateCustomer", request, pb.Customer)
    return changed


def find(platform: Any, number: str, **fields: Any) -> Any:
    context = platform.context(**{"customer": "", "grant": "", **fields})
    request = pb.FindCustomersByPhoneRequest(context=context, phone_number=number)
    return platform.send("FindCustomersByPhone", request, pb.FindCustomersByPhoneResponse)


def get(platform: Any, **fields: Any) -> Any:
    request = pb.GetCustomerRequest(context=platform.context(**fields), name="customers/1001")
    return platform.send("GetCustomer", request, pb.Customer)


async def test_a_number_is_told_a_masked_name_and_the_ends_of_accounts(platform: Any) -> None:
    await update(platform, mobile_number=f"+86{MOBILE}")
    (hint,) = (await find(platform, f"0{MOBILE}")).customer_hints
    assert (hint.customer, hint.masked_display_name) == ("customers/1001", "王*")
    first = hint.accounts[0]
    assert (first.account, first.kind) == ("customers/1001/accounts/1", ACCOUNT_KIND_CARD)
    registered = await platform.store.registry.account("1001", 1)
    assert first.number_ending == registered.account[-4:]
    assert registered.account not in str(hint)


async def test_nobodys_number_is_no_error(platform: Any) -> None:
    assert not (await find(platform, "11999999999")).customer_hints


@pytest.mark.parametrize("number", ["", "anonymous", "1234"])
async def test_what_is_no_number_is_refused(platform: Any, refused: Any, number: str) -> None:
    refusal = await refused(Code.INVALID_REQUEST, find(platform, number))
    assert [each.field for each in refusal.violations] == ["phone_number"]


async def test_other_channels_look_nobody_up(platform: Any, refused: Any) -> None:
    await refused(Code.GRANT_MISSING, find(platform, MOBILE, channel=CHANNEL_ATM))
    await refused(Code.CHANNEL_UNKNOWN, find(platform, MOBILE, channel=CHANNEL_ONLINE_BANKING))


async def test_a_customer_is_told_whole_under_his_grant(platform: Any) -> None:
    await update(platform, mobile_number=MOBILE)
    customer = await get(platform)
    assert (customer.display_name, customer.masked_mobile_number) == ("王芳", "110****0001")
    assert (customer.mobile_number, customer.identity_document) == ("", "")


async def test_nothing_is_told_without_a_grant(platform: Any, refused: Any) -> None:
    await refused(Code.GRANT_MISSING, get(platform, grant=""))
    await refused(Code.GRANT_EXPIRED, get(platform, grant="no such"))
    await refused(Code.CUSTOMER_NOT_FOUND, get(platform, customer="customers/1002"))


async def test_a_mask_names_what_changes(platform: Any, refused: Any) -> None:
    await update(platform, mobile_number=MOBILE, tier=pb.Customer.TIER_GROUP)
    changed = await update(platform, ("tier",), tier=pb.Customer.TIER_VIP, mobile_number="95588")
    assert (changed.tier, changed.masked_mobile_number) == (pb.Customer.TIER_VIP, "110****0001")
    assert (await update(platform, ("mobile_number",))).masked_mobile_number == ""
    whole = await update(platform, ("*",), tier=pb.Customer.TIER_GROUP, mobile_number=MOBILE)
    assert (whole.tier, whole.masked_mobile_number) == (pb.Customer.TIER_GROUP, "110****0001")
    await refused(Code.INVALID_REQUEST, update(platform, ("display_name",), display_name="李雷"))
    await refused(Code.INVALID_REQUEST, update(platform, ("tier",)))
    await refused(Code.INVALID_REQUEST, update(platform, mobile_number="nothing"))
    await refused(Code.CUSTOMER_NOT_FOUND, update(platform, name="customers/none", tier=pb.Customer.TIER_VIP))


async def test_only_the_counter_changes_a_customer(platform: Any, refused: Any) -> None:
    customer = pb.Customer(name="customers/1001", tier=pb.Customer.TIER_VIP)
    request = pb.UpdateCustomerRequest(context=platform.context(), customer=customer)
    await refused(Code.CHANNEL_NOT_ALLOWED, platform.send("UpdateCustomer", request, pb.Customer))
