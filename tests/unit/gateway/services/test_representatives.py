"""Representatives of a company: each sees what it has registered for him, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from counter_clerk import clerk, events

from tellerline.api.corporate.v1 import corporate_pb2
from tellerline.api.customers.v1 import counter_pb2, customers_pb2, interactions_pb2
from tellerline.api.customers.v1 import representatives_pb2 as pb
from tellerline.routing.model import corporate as model
from tellerline.routing.model.codes import Code
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done, Rejected

NUMBER, CREDIT_CODE, PIN = "7000000001", "919900000000000192", "246810"
COMPANY = f"customers/{NUMBER}"
ACCOUNTS = [f"{COMPANY}/accounts/{place}" for place in (1, 2, 3)]
HIM = f"{COMPANY}/representatives/1001"
YUAN = Money(100, "CNY")


@pytest.fixture
async def company(platform: Any) -> Any:
    """A registered company with three accounts; its host compares no PINs but takes them."""
    accounts = tuple(
        model.CompanyAccount(account=f"990{place}", name="甲公司", currency="CNY", kept_at=model.Keeper.CORPORATE)
        for place in (1, 2, 3)
    )
    described = model.CompanyDescription(company=NUMBER, name="甲公司", credit_code=CREDIT_CODE, accounts=accounts)
    balances = tuple(model.CompanyBalance(account=each.account, ledger=YUAN, available=YUAN) for each in accounts)
    platform.host.answers[model.DescribeCompany] = Done(result=described)
    platform.host.answers[model.GetBalances] = Done(
        result=model.CompanyBalances(balances=balances, as_of="2026-03-03T10:00:00+08:00")
    )
    platform.host.answers[model.VerifyRepresentative] = Done(result=model.RepresentativeVerified(representative="1001"))
    wanted = customers_pb2.Customer(
        display_name="甲公司", identity_document=CREDIT_CODE, kind=customers_pb2.Customer.KIND_CORPORATE
    )
    request = customers_pb2.RegisterCustomerRequest(context=clerk(platform), customer=wanted, customer_id=NUMBER)
    return await platform.send("RegisterCustomer", request, customers_pb2.Customer)


async def registered(platform: Any, *places: int, number: str = "1001") -> pb.Representative:
    person = pb.Representative(display_name="李四", accounts=[ACCOUNTS[place - 1] for place in places])
    request = pb.RegisterRepresentativeRequest(
        context=clerk(platform), parent=COMPANY, representative=person, representative_id=number
    )
    reply: pb.Representative = await platform.send("RegisterRepresentative", request, pb.Representative)
    return reply


async def verified(platform: Any, name: str = HIM) -> customers_pb2.Grant:
    request = customers_pb2.VerifyPinRequest(
        context=platform.context(customer="", grant=""), customer=COMPANY, representative=name, pin=PIN
    )
    reply: customers_pb2.Grant = await platform.send("VerifyPin", request, customers_pb2.Grant)
    return reply


async def balances(platform: Any, grant: str, account: str = "", name: str = HIM) -> list[str]:
    request = corporate_pb2.GetBalancesRequest(
        context=platform.context(customer="", grant=grant), representative=name, account=account
    )
    reply = await platform.send("GetBalances", request, corporate_pb2.GetBalancesResponse)
    return [each.account for each in reply.balances]


async def test_a_company_is_registered_by_its_legal_name_and_code(platform: Any, company: Any, refused: Any) -> None:
    kind = customers_pb2.Customer
    assert (company.kind, company.tier) == (kind.KIND_CORPORATE, kind.TIER_GROUP)
    assert company.identity_document_kind == customers_pb2.IDENTITY_DOCUMENT_KIND_CREDIT_CODE
    assert company.masked_identity_document == "919*************92"
    for name, code in (("乙公司", CREDIT_CODE), ("甲公司", "919900000000000193")):
        wanted = kind(display_name=name, identity_document=code, kind=kind.KIND_CORPORATE)
        request = customers_pb2.RegisterCustomerRequest(
            context=clerk(platform), customer=wanted, customer_id="7000000002"
        )
        expected = Code.CUSTOMER_NOT_FOUND if code == CREDIT_CODE else Code.INVALID_REQUEST
        await refused(expected, platform.send("RegisterCustomer", request, kind))


async def test_a_representative_sees_his_accounts_alone(platform: Any, company: Any, refused: Any) -> None:
    made = await registered(platform, 1, 3)
    assert (made.name, made.display_name) == (HIM, "李*")
    grant = await verified(platform)
    assert list(grant.accounts) == [ACCOUNTS[0], ACCOUNTS[2]]
    assert grant.representative == HIM
    assert await balances(platform, grant.token) == [ACCOUNTS[0], ACCOUNTS[2]]
    for hidden in (ACCOUNTS[1], f"{COMPANY}/accounts/9"):
        await refused(Code.ACCOUNT_NOT_FOUND, balances(platform, grant.token, hidden))


async def test_what_he_may_no_longer_he_may_not_at_once(platform: Any, company: Any, refused: Any) -> None:
    await registered(platform, 1, 2)
    grant = await verified(platform)
    narrowed = pb.Representative(name=HIM, accounts=[ACCOUNTS[0]])
    request = pb.UpdateRepresentativeRequest(context=clerk(platform), representative=narrowed, reason="换岗")
    await platform.send("UpdateRepresentative", request, pb.Representative)
    assert await balances(platform, grant.token) == [ACCOUNTS[0]]
    await refused(Code.ACCOUNT_NOT_FOUND, balances(platform, grant.token, ACCOUNTS[1]))
    suspended = pb.Representative(name=HIM, state=pb.Representative.STATE_SUSPENDED)
    request = pb.UpdateRepresentativeRequest(context=clerk(platform), representative=suspended)
    await platform.send("UpdateRepresentative", request, pb.Representative)
    await refused(Code.REPRESENTATIVE_NOT_FOUND, balances(platform, grant.token))
    await refused(Code.REPRESENTATIVE_NOT_FOUND, verified(platform))


async def test_the_first_registration_shuts_everybody_else_out(platform: Any, company: Any, refused: Any) -> None:
    stranger = f"{COMPANY}/representatives/1002"
    grant = await verified(platform, stranger)
    assert await balances(platform, grant.token, name=stranger) == ACCOUNTS
    await registered(platform, 1)
    await refused(Code.REPRESENTATIVE_NOT_FOUND, balances(platform, grant.token, name=stranger))
    await refused(Code.REPRESENTATIVE_NOT_FOUND, verified(platform, stranger))


async def test_his_lock_is_his_alone_and_named(platform: Any, company: Any, refused: Any) -> None:
    await registered(platform, 1)
    await registered(platform, 1, number="1002")
    platform.host.answers[model.VerifyRepresentative] = Rejected(code=Code.PIN_INVALID)
    for _ in range(3):
        await refused(Code.PIN_INVALID, verified(platform))
    await refused(Code.PIN_LOCKED, verified(platform))
    await refused(Code.PIN_INVALID, verified(platform, f"{COMPANY}/representatives/1002"))
    unlock = counter_pb2.UnlockPinRequest(context=clerk(platform), name=HIM, reason="本人到场")
    assert (await platform.send("UnlockPin", unlock, counter_pb2.PinState)).name == HIM
    await refused(Code.PIN_INVALID, verified(platform))
    who = [each.representative for each in await events(platform, NUMBER) if each.event.startswith("pin_")]
    assert who == ["1001"] * 4 + ["1002", "1001", "1001"]


async def test_his_grant_opens_his_own_part_of_the_companys_history(platform: Any, company: Any) -> None:
    await registered(platform, 1)
    await registered(platform, 1, number="1002")
    grant, other = await verified(platform), await verified(platform, f"{COMPANY}/representatives/1002")
    assert other.token
    context = platform.context(customer="", grant=grant.token)
    request = interactions_pb2.ListInteractionsRequest(context=context, parent=COMPANY)
    reply = await platform.send("ListInteractions", request, interactions_pb2.ListInteractionsResponse)
    assert reply.verified
    assert {each.representative for each in reply.interactions} == {HIM}


async def seen(platform: Any, grant: str) -> list[str]:
    """The accounts of the company that its view shows under the grant."""
    context = platform.context(customer="", grant=grant)
    request = interactions_pb2.GetCustomerViewRequest(context=context, name=f"{COMPANY}/view")
    view = await platform.send("GetCustomerView", request, interactions_pb2.CustomerView)
    return [each.account for each in view.accounts]


async def test_the_companys_view_follows_what_it_has_registered_for_him(
    platform: Any, company: Any, refused: Any
) -> None:
    stranger = await verified(platform, f"{COMPANY}/representatives/1002")
    assert await seen(platform, stranger.token) == ACCOUNTS
    await registered(platform, 1, 2)
    grant = await verified(platform)
    assert await seen(platform, grant.token) == ACCOUNTS[:2]
    await refused(Code.REPRESENTATIVE_NOT_FOUND, seen(platform, stranger.token))
    for changed, accounts in (({"accounts": ACCOUNTS[:1]}, ACCOUNTS[:1]), ({"state": 2}, None)):
        request = pb.UpdateRepresentativeRequest(
            context=clerk(platform), representative=pb.Representative(name=HIM, **changed), reason="换岗"
        )
        await platform.send("UpdateRepresentative", request, pb.Representative)
        if accounts is not None:
            assert await seen(platform, grant.token) == accounts
    await refused(Code.REPRESENTATIVE_NOT_FOUND, seen(platform, grant.token))
    context = platform.context(customer="", grant=grant.token)
    listing = interactions_pb2.ListInteractionsRequest(context=context, parent=COMPANY)
    asking = platform.send("ListInteractions", listing, interactions_pb2.ListInteractionsResponse)
    await refused(Code.REPRESENTATIVE_NOT_FOUND, asking)


@pytest.mark.parametrize("place", [9, 0])
async def test_nobody_acts_for_an_account_that_is_not_the_companys(
    platform: Any, company: Any, refused: Any, place: int
) -> None:
    strange = f"{COMPANY}/accounts/9" if place else "customers/1001/accounts/1"
    request = pb.RegisterRepresentativeRequest(
        context=clerk(platform),
        parent=COMPANY,
        representative=pb.Representative(display_name="李四", accounts=[strange]),
        representative_id="1001",
    )
    await refused(Code.ACCOUNT_NOT_FOUND, platform.send("RegisterRepresentative", request, pb.Representative))


async def test_persons_have_no_representatives_and_numbers_are_taken_once(
    platform: Any, company: Any, refused: Any
) -> None:
    person = pb.RegisterRepresentativeRequest(
        context=clerk(platform),
        parent="customers/1001",
        representative=pb.Representative(display_name="李四"),
        representative_id="1001",
    )
    await refused(Code.CUSTOMER_NOT_FOUND, platform.send("RegisterRepresentative", person, pb.Representative))
    await registered(platform, 1)
    await refused(Code.REPRESENTATIVE_ALREADY_REGISTERED, registered(platform, 2))
    for place in range(2, 5):
        await registered(platform, number=f"100{place}")
    listing = pb.ListRepresentativesRequest(context=clerk(platform), parent=COMPANY, page_size=3)
    page = await platform.send("ListRepresentatives", listing, pb.ListRepresentativesResponse)
    listing.page_token = page.next_page_token
    rest = await platform.send("ListRepresentatives", listing, pb.ListRepresentativesResponse)
    assert [each.name[-4:] for each in (*page.representatives, *rest.representatives)] == [
        "1001",
        "1002",
        "1003",
        "1004",
    ]
