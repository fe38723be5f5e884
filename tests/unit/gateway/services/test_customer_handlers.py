"""``CustomerService`` on the small platform."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.type.money_pb2 import Money as ProtoMoney
from journal_rows import acceptance, cny

from tellerline.api.accounts.v1 import accounts_pb2
from tellerline.api.common.v1.context_pb2 import CHANNEL_ONLINE_BANKING
from tellerline.api.customers.v1 import customers_pb2 as pb
from tellerline.gateway.journal.records import Limits
from tellerline.routing.model.accounts import AccountDescription, AccountKind, AccountStatus, DescribeAccount
from tellerline.routing.model.codes import Code
from tellerline.routing.model.customers import CustomerDescription, DescribeCustomer, VerifyPin
from tellerline.routing.model.outcome import Done, Unknown

PIN, NUMBER, NEW = "135790", "6222020200001234567", "6222020200005555555"
NOTHING = ProtoMoney(currency_code="CNY")
LIMITS = "customers/1001/accounts/1/limits"


def person(name: str = "李雷") -> Done:
    return Done(result=CustomerDescription(host_customer="880001", name=name, identity_document="ID880001"))


def register(platform: Any, customer_id: str = "") -> pb.RegisterCustomerRequest:
    customer = pb.Customer(display_name="李雷", identity_document="ID880001", tier=pb.Customer.TIER_VIP)
    return pb.RegisterCustomerRequest(context=platform.counter(), customer=customer, customer_id=customer_id)


@pytest.mark.parametrize(("customer_id", "name"), [("", "customers/880001"), ("VIP-7", "customers/VIP-7")])
async def test_a_customer_is_registered_as_the_host_knows_him(platform: Any, customer_id: str, name: str) -> None:
    platform.host.answers[DescribeCustomer] = person()
    reply = await platform.send("RegisterCustomer", register(platform, customer_id), pb.Customer)
    assert (reply.name, reply.tier, reply.identity_document) == (name, pb.Customer.TIER_VIP, "")
    stored = await platform.store.registry.customer(name.removeprefix("customers/"))
    assert (stored.name, stored.identity_document, stored.tier) == ("李雷", "ID880001", "VIP")


async def test_nobody_is_registered_under_a_name_that_callers_without_one_have(platform: Any, refused: Any) -> None:
    platform.host.answers[DescribeCustomer] = person()
    call = platform.send("RegisterCustomer", register(platform, "unsigned-1"), pb.Customer)
    refusal = await refused(Code.INVALID_REQUEST, call)
    assert [each.field for each in refusal.violations] == ["customer_id"]


async def test_a_customer_is_registered_once(platform: Any, refused: Any) -> None:
    platform.host.answers[DescribeCustomer] = person()
    await platform.send("RegisterCustomer", register(platform), pb.Customer)
    call = platform.send("RegisterCustomer", register(platform), pb.Customer)
    refusal = await refused(Code.CUSTOMER_ALREADY_REGISTERED, call)
    assert refusal.metadata == {"customer": "customers/880001"}


async def test_a_customer_of_another_name_is_not_found(platform: Any, refused: Any) -> None:
    platform.host.answers[DescribeCustomer] = person("韩梅梅")
    await refused(Code.CUSTOMER_NOT_FOUND, platform.send("RegisterCustomer", register(platform), pb.Customer))


async def test_only_channels_that_may_register(platform: Any, refused: Any) -> None:
    request = register(platform)
    request.context.CopyFrom(platform.context())
    await refused(Code.CHANNEL_NOT_ALLOWED, platform.send("RegisterCustomer", request, pb.Customer))


def described(owner: str = "ID1001", status: AccountStatus = AccountStatus.ACTIVE) -> Done:
    return Done(
        result=AccountDescription(
            account=NEW,
            kind=AccountKind.PASSBOOK,
            currency="CNY",
            status=status,
            owner_name="王芳",
            owner_identity_document=owner,
            opened_on="2020-01-01",
        )
    )


def add(platform: Any, parent: str = "customers/1001") -> pb.RegisterAccountRequest:
    return pb.RegisterAccountRequest(context=platform.counter(), parent=parent, account_number=NEW)


async def test_an_account_gets_the_next_sequence_number_and_the_banks_limits(platform: Any) -> None:
    platform.host.answers[DescribeAccount] = described()
    reply = await platform.send("RegisterAccount", add(platform), accounts_pb2.Account)
    assert (reply.name, reply.kind) == ("customers/1001/accounts/3", accounts_pb2.ACCOUNT_KIND_PASSBOOK)
    stored = await platform.store.registry.account("1001", 3)
    assert (stored.account, stored.host) == (NEW, "core")
    assert stored.limits == Limits(single=2_000_000, daily=5_000_000, count=3)


async def test_a_registered_account_is_named_to_its_own_customer_only(platform: Any, refused: Any) -> None:
    platform.host.answers[DescribeAccount] = described()
    await platform.send("RegisterAccount", add(platform), accounts_pb2.Account)
    call = platform.send("RegisterAccount", add(platform), accounts_pb2.Account)
    own = await refused(Code.ACCOUNT_ALREADY_REGISTERED, call)
    platform.host.answers[DescribeAccount] = described("ID2002")
    call = platform.send("RegisterAccount", add(platform, "customers/2002"), accounts_pb2.Account)
    others = await refused(Code.ACCOUNT_ALREADY_REGISTERED, call)
    assert (own.metadata, others.metadata) == ({"account": "customers/1001/accounts/3"}, {})


@pytest.mark.parametrize(
    ("answer", "parent", "code"),
    [
        (described("ID2002"), "customers/1001", Code.ACCOUNT_NOT_OWNED),
        (described(status=AccountStatus.CLOSED), "customers/1001", Code.ACCOUNT_CLOSED),
        (described(), "customers/3003", Code.CUSTOMER_NOT_FOUND),
    ],
)
async def test_an_account_that_cannot_be_registered(
    platform: Any, refused: Any, answer: Done, parent: str, code: Code
) -> None:
    platform.host.answers[DescribeAccount] = answer
    await refused(code, platform.send("RegisterAccount", add(platform, parent), accounts_pb2.Account))
    assert await platform.store.registry.find_account(NEW) is None


def limits(platform: Any, *paths: str, **fields: Any) -> pb.UpdateLimitsRequest:
    wanted = pb.Limits(**{"name": LIMITS, **fields})
    return pb.UpdateLimitsRequest(context=platform.context(), limits=wanted, update_mask=FieldMask(paths=paths))


@pytest.mark.parametrize(
    ("paths", "fields", "expected"),
    [
        (
            (),
            {"single_amount": ProtoMoney(currency_code="CNY", units=500)},
            Limits(single=50000, daily=5_000_000, count=3),
        ),
        (("daily_count",), {}, Limits(single=2_000_000, daily=5_000_000, count=0)),
        (
            ("daily_amount",),
            {"daily_amount": ProtoMoney(currency_code="CNY")},
            Limits(single=2_000_000, daily=0, count=3),
        ),
    ],
)
async def test_what_the_mask_names_is_changed_and_nothing_else(
    platform: Any, paths: tuple[str, ...], fields: dict[str, Any], expected: Limits
) -> None:
    reply = await platform.send("UpdateLimits", limits(platform, *paths, **fields), pb.Limits)
    account = await platform.store.registry.find_account(NUMBER)
    assert account.limits == expected
    assert (reply.name, reply.daily_count) == (LIMITS, expected.count)


@pytest.mark.parametrize(
    ("paths", "fields", "code"),
    [
        ((), {"single_amount": ProtoMoney(currency_code="CNY", units=20_001)}, Code.LIMIT_ABOVE_CEILING),
        ((), {"daily_count": 4}, Code.LIMIT_ABOVE_CEILING),
        ((), {"daily_count": -1}, Code.INVALID_REQUEST),
        (("name",), {}, Code.INVALID_REQUEST),
        ((), {"daily_amount": ProtoMoney(currency_code="USD", units=1)}, Code.INVALID_AMOUNT),
        (("*",), {"daily_count": 1}, Code.INVALID_AMOUNT),
        ((), {"name": "customers/2002/accounts/1/limits", "daily_count": 1}, Code.ACCOUNT_NOT_FOUND),
    ],
)
async def test_limits_that_are_refused_change_nothing(
    platform: Any, refused: Any, paths: tuple[str, ...], fields: dict[str, Any], code: Code
) -> None:
    await refused(code, platform.send("UpdateLimits", limits(platform, *paths, **fields), pb.Limits))
    account = await platform.store.registry.find_account(NUMBER)
    assert account.limits == Limits(single=2_000_000, daily=5_000_000, count=3)


async def test_limits_are_told_with_ceilings_and_what_today_has_used(platform: Any) -> None:
    await platform.send("UpdateLimits", limits(platform, "daily_count", daily_count=2), pb.Limits)
    await platform.store.journal.accept(acceptance(account=NUMBER, limited=cny(120_00), limit_day="2026-01-05"))
    request = pb.GetLimitsRequest(context=platform.context(), name=LIMITS)
    reply = await platform.send("GetLimits", request, pb.Limits)
    assert (reply.single_amount.units, reply.daily_amount.units, reply.daily_count) == (20_000, 50_000, 2)
    ceilings = reply.ceiling_single_amount.units, reply.ceiling_daily_amount.units, reply.ceiling_daily_count
    assert (ceilings, reply.used_amount.units, reply.used_count) == ((20_000, 50_000, 3), 120, 1)


async def test_limits_of_somebody_elses_account_are_not_told(platform: Any, refused: Any) -> None:
    request = pb.GetLimitsRequest(context=platform.context(), name="customers/2002/accounts/1/limits")
    await refused(Code.ACCOUNT_NOT_FOUND, platform.send("GetLimits", request, pb.Limits))


def verify(platform: Any, pin: str = PIN, **fields: Any) -> pb.VerifyPinRequest:
    context = platform.context(grant="", call="call-1")
    return pb.VerifyPinRequest(context=context, customer="customers/1001", pin=pin, **fields)


async def test_a_pin_buys_a_grant_for_what_was_asked(platform: Any) -> None:
    accounts, operations = ["customers/1001/accounts/2"], ["accounts.GetBalance"]
    request = verify(platform, account="customers/1001/accounts/2", accounts=accounts, operations=operations)
    grant = await platform.send("VerifyPin", request, pb.Grant)
    assert platform.host.asked[0].command.account == "6222020200007654321"
    assert (grant.customer, list(grant.accounts), list(grant.operations)) == ("customers/1001", accounts, operations)
    assert grant.expire_time.seconds == int(platform.clock.now().timestamp()) + 600
    assert grant.token
    assert PIN not in repr(platform.host.asked[0])


async def test_without_an_account_the_first_ones_pin_is_compared(platform: Any) -> None:
    await platform.send("VerifyPin", verify(platform), pb.Grant)
    assert platform.host.asked[0].command == VerifyPin(account=NUMBER, pin=PIN)


async def test_wrong_pins_lock(platform: Any, refused: Any) -> None:
    for _ in range(3):
        await refused(Code.PIN_INVALID, platform.send("VerifyPin", verify(platform, "000000"), pb.Grant))
    await refused(Code.PIN_LOCKED, platform.send("VerifyPin", verify(platform), pb.Grant))


async def test_a_pin_that_nobody_answered_for_gives_no_grant(platform: Any, refused: Any) -> None:
    platform.host.answers[VerifyPin] = Unknown(code=Code.COMMUNICATION_TIMEOUT, reason="timeout")
    await refused(Code.COMMUNICATION_TIMEOUT, platform.send("VerifyPin", verify(platform), pb.Grant))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"account": "customers/2002/accounts/1"}, Code.ACCOUNT_NOT_FOUND),
        ({"accounts": ["customers/1001/accounts/1", "customers/2002/accounts/1"]}, Code.ACCOUNT_NOT_FOUND),
        ({"operations": ["x"] * 65}, Code.INVALID_REQUEST),
        ({"operations": [""]}, Code.INVALID_REQUEST),
    ],
)
async def test_a_grant_beyond_the_customers_own_is_not_given(
    platform: Any, refused: Any, fields: dict[str, Any], code: Code
) -> None:
    await refused(code, platform.send("VerifyPin", verify(platform, **fields), pb.Grant))
    assert platform.host.asked == []


async def test_an_unknown_customer_is_not_found(platform: Any, refused: Any) -> None:
    request = pb.VerifyPinRequest(context=platform.context(customer=""), customer="customers/3003", pin=PIN)
    await refused(Code.CUSTOMER_NOT_FOUND, platform.send("VerifyPin", request, pb.Grant))


async def test_a_channel_that_may_not_verify_learns_nothing_of_customers(platform: Any, refused: Any) -> None:
    for customer in ("customers/1001", "customers/3003"):
        context = platform.context(channel=CHANNEL_ONLINE_BANKING, customer="")
        request = pb.VerifyPinRequest(context=context, customer=customer, pin=PIN)
        await refused(Code.CHANNEL_UNKNOWN, platform.send("VerifyPin", request, pb.Grant))


async def test_grants_end_by_token_and_with_the_call(platform: Any, refused: Any) -> None:
    tokens = [(await platform.send("VerifyPin", verify(platform), pb.Grant)).token for _ in range(3)]
    by_token = pb.RevokeGrantRequest(context=platform.context(), token=tokens[0])
    by_call = pb.RevokeGrantRequest(context=platform.context(), call="call-1")
    counts = [
        (await platform.send("RevokeGrant", request, pb.RevokeGrantResponse)).revoked_count
        for request in (by_token, by_token, by_call, by_call)
    ]
    assert counts == [1, 0, 2, 0]
    elsewhere = pb.RevokeGrantRequest(context=platform.counter(), call="call-1")
    await refused(Code.CHANNEL_NOT_ALLOWED, platform.send("RevokeGrant", elsewhere, pb.RevokeGrantResponse))
    nothing = pb.RevokeGrantRequest(context=platform.context(), call="")
    await refused(Code.INVALID_REQUEST, platform.send("RevokeGrant", nothing, pb.RevokeGrantResponse))
