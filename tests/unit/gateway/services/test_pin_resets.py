"""PINs at the counter: locked, unlocked, reset by two clerks, changed at their first use."""

from __future__ import annotations

from typing import Any

import pytest
from counter_clerk import ACCOUNT, CUSTOMER, clerk, events

from tellerline.api.accounts.v1 import accounts_pb2
from tellerline.api.customers.v1 import counter_pb2 as pb
from tellerline.api.customers.v1 import customers_pb2
from tellerline.gateway.access.policy import ChannelDirectory
from tellerline.gateway.settings import standard_channels
from tellerline.routing.model.accounts import AccountDescription, AccountKind, AccountStatus, DescribeAccount
from tellerline.routing.model.codes import Code
from tellerline.routing.model.customers import ChangePin, PinChanged
from tellerline.routing.model.outcome import Done, Rejected, Unknown

PIN, RESET_PIN, OWN_PIN = "135790", "864209", "915264"
CHANGED = Done(result=PinChanged(changed_at="2026-01-05T09:00:00+08:00"), host_serial="H7")


@pytest.fixture
def host(platform: Any) -> Any:
    platform.host.answers[ChangePin] = CHANGED
    return platform.host


async def asked(platform: Any, agent: str = "SUN") -> pb.PinReset:
    request = pb.CreatePinResetRequest(context=clerk(platform, agent), parent=ACCOUNT, reason="遗忘密码")
    reply: pb.PinReset = await platform.send("CreatePinReset", request, pb.PinReset)
    return reply


async def approved(platform: Any, name: str, agent: str = "QIAN") -> pb.PinReset:
    request = pb.ApprovePinResetRequest(context=clerk(platform, agent), name=name)
    reply: pb.PinReset = await platform.send("ApprovePinReset", request, pb.PinReset)
    return reply


def completing(platform: Any, name: str, pin: str = RESET_PIN, **context: Any) -> pb.CompletePinResetRequest:
    return pb.CompletePinResetRequest(context=clerk(platform, "SUN", **context), name=name, new_pin=pin)


async def completed(platform: Any, request: pb.CompletePinResetRequest) -> pb.PinReset:
    reply: pb.PinReset = await platform.send("CompletePinReset", request, pb.PinReset)
    return reply


async def verified(platform: Any, pin: str = PIN, **fields: Any) -> customers_pb2.Grant:
    request = customers_pb2.VerifyPinRequest(
        context=platform.context(grant=""), customer=CUSTOMER, account=ACCOUNT, pin=pin, **fields
    )
    reply: customers_pb2.Grant = await platform.send("VerifyPin", request, customers_pb2.Grant)
    return reply


async def test_a_lock_is_seen_and_ended_at_the_counter(platform: Any, refused: Any) -> None:
    for _ in range(3):
        await refused(Code.PIN_INVALID, verified(platform, "111111"))
    await refused(Code.PIN_LOCKED, verified(platform))
    state = pb.GetPinStateRequest(context=clerk(platform), name=CUSTOMER)
    locked = await platform.send("GetPinState", state, pb.PinState)
    assert (locked.failure_count, locked.HasField("lock_expire_time")) == (3, True)
    unlock = pb.UnlockPinRequest(context=clerk(platform), name=CUSTOMER, reason="本人到场")
    open_again = await platform.send("UnlockPin", unlock, pb.PinState)
    assert (open_again.failure_count, open_again.HasField("lock_expire_time")) == (0, False)
    assert (await verified(platform)).token
    kept = [each.event for each in await events(platform)]
    assert kept == [*["pin_refused"] * 3, "pin_locked", "pin_unlocked", "pin_verified"]


async def test_two_clerks_reset_a_pin_and_its_owner_changes_it(platform: Any, host: Any, refused: Any) -> None:
    reset = await asked(platform)
    assert (reset.state, reset.requester) == (pb.PinReset.STATE_PENDING, "SUN")
    await refused(Code.PIN_RESET_NOT_OPEN, completed(platform, completing(platform, reset.name)))
    await refused(Code.SECOND_PERSON_REQUIRED, approved(platform, reset.name, "SUN"))
    assert (await approved(platform, reset.name)).approver == "QIAN"
    done = await completed(platform, completing(platform, reset.name))
    assert (done.state, done.transaction.ref.host_serial) == (pb.PinReset.STATE_COMPLETED, "H7")
    assert host.asked[-1].command == ChangePin(account="6222020200001234567", new_pin=RESET_PIN)
    grant = await verified(platform)
    assert (grant.pin_change_required, list(grant.operations)) == (True, [ChangePin.operation])
    balance = accounts_pb2.GetBalanceRequest(context=platform.context(grant=grant.token), name=f"{ACCOUNT}/balance")
    await refused(Code.GRANT_NOT_SUFFICIENT, platform.send("GetBalance", balance, accounts_pb2.Balance))
    change = customers_pb2.ChangePinRequest(context=platform.context(grant=grant.token), name=ACCOUNT, new_pin=OWN_PIN)
    await platform.send("ChangePin", change, customers_pb2.PinChange)
    assert not (await verified(platform)).pin_change_required
    assert RESET_PIN not in repr(await events(platform))


@pytest.mark.parametrize("spelled", ["SUN", "sun", " SUN", "ＳＵＮ"])
async def test_however_he_writes_his_name_nobody_approves_his_own_reset(
    platform: Any, refused: Any, spelled: str
) -> None:
    reset = await asked(platform)
    await refused(Code.SECOND_PERSON_REQUIRED, approved(platform, reset.name, spelled))


async def test_a_reset_is_of_its_own_account_alone(platform: Any, host: Any, refused: Any) -> None:
    reset = await asked(platform)
    others = [reset.name.replace(ACCOUNT, other) for other in (f"{CUSTOMER}/accounts/2", "customers/2002/accounts/1")]
    for name in others:
        await refused(Code.PIN_RESET_NOT_OPEN, approved(platform, name))
    await approved(platform, reset.name)
    for name in others:
        await refused(Code.PIN_RESET_NOT_OPEN, completed(platform, completing(platform, name)))
    assert host.asked == []
    assert (await completed(platform, completing(platform, reset.name))).state == pb.PinReset.STATE_COMPLETED


async def test_a_completed_reset_ends_the_lock(platform: Any, host: Any, refused: Any) -> None:
    for _ in range(3):
        await refused(Code.PIN_INVALID, verified(platform, "111111"))
    reset = await asked(platform)
    await approved(platform, reset.name)
    await refused(Code.PIN_LOCKED, verified(platform))
    await completed(platform, completing(platform, reset.name))
    assert (await verified(platform)).token


@pytest.mark.parametrize("name", ["", "  "])
async def test_nobody_without_a_name_approves_or_completes_a_reset(
    platform: Any, host: Any, refused: Any, name: str
) -> None:
    reset = await asked(platform)
    await refused(Code.INVALID_REQUEST, approved(platform, reset.name, name))
    await approved(platform, reset.name)
    unnamed = completing(platform, reset.name)
    unnamed.context.agent = name
    await refused(Code.INVALID_REQUEST, completed(platform, unnamed))
    assert host.asked == []


async def test_a_pin_for_a_first_use_stays_one_when_its_account_is_registered_anew(platform: Any, host: Any) -> None:
    reset = await asked(platform)
    await approved(platform, reset.name)
    await completed(platform, completing(platform, reset.name))
    remove = pb.RemoveAccountRequest(context=clerk(platform), name=ACCOUNT)
    await platform.send("RemoveAccount", remove, pb.RemoveAccountResponse)
    host.answers[DescribeAccount] = Done(
        result=AccountDescription(
            account="6222020200001234567",
            kind=AccountKind.CARD,
            currency="CNY",
            status=AccountStatus.ACTIVE,
            owner_identity_document="ID1001",
            owner_name="王芳",
            opened_on="2020-01-01",
        )
    )
    register = customers_pb2.RegisterAccountRequest(
        context=clerk(platform), parent=CUSTOMER, account_number="6222020200001234567"
    )
    anew = await platform.send("RegisterAccount", register, accounts_pb2.Account)
    proof = customers_pb2.VerifyPinRequest(
        context=platform.context(grant=""), customer=CUSTOMER, account=anew.name, pin=PIN
    )
    grant = await platform.send("VerifyPin", proof, customers_pb2.Grant)
    assert (grant.pin_change_required, list(grant.operations)) == (True, [ChangePin.operation])


async def test_what_the_old_pin_has_opened_ends_with_it(platform: Any, host: Any, refused: Any) -> None:
    grant = await verified(platform)
    view = customers_pb2.GetCustomerRequest(context=platform.context(grant=grant.token), name=CUSTOMER)
    await platform.send("GetCustomer", view, customers_pb2.Customer)
    reset = await asked(platform)
    await approved(platform, reset.name)
    await platform.send("GetCustomer", view, customers_pb2.Customer)
    await completed(platform, completing(platform, reset.name))
    await refused(Code.GRANT_EXPIRED, platform.send("GetCustomer", view, customers_pb2.Customer))


async def test_a_reset_is_completed_once_and_its_serial_answered_again(platform: Any, host: Any, refused: Any) -> None:
    reset = await asked(platform)
    await approved(platform, reset.name)
    request = completing(platform, reset.name, channel_serial="C-77")
    first = await completed(platform, request)
    assert await completed(platform, request) == first
    assert len(host.asked) == 1
    await refused(Code.PIN_RESET_NOT_OPEN, completed(platform, completing(platform, reset.name)))


async def test_what_the_host_refuses_leaves_the_reset_open_and_the_pin_as_it_was(
    platform: Any, host: Any, refused: Any
) -> None:
    reset = await asked(platform)
    await approved(platform, reset.name)
    host.answers[ChangePin] = Rejected(code=Code.REJECTED_BY_HOST)
    await refused(Code.REJECTED_BY_HOST, completed(platform, completing(platform, reset.name)))
    assert not (await verified(platform)).pin_change_required
    host.answers[ChangePin] = CHANGED
    assert (await completed(platform, completing(platform, reset.name))).state == pb.PinReset.STATE_COMPLETED


async def test_an_unknown_outcome_is_said_and_the_pin_must_be_changed_anyway(platform: Any, host: Any) -> None:
    reset = await asked(platform)
    await approved(platform, reset.name)
    host.answers[ChangePin] = Unknown(code=Code.COMMUNICATION_TIMEOUT, reason="timeout")
    done = await completed(platform, completing(platform, reset.name))
    assert not done.transaction.definite
    assert (await verified(platform)).pin_change_required


async def test_a_reset_is_void_after_its_time_and_by_another(platform: Any, host: Any, refused: Any) -> None:
    first = await asked(platform)
    second = await asked(platform)
    await refused(Code.PIN_RESET_NOT_OPEN, approved(platform, first.name))
    await platform.clock.advance(15 * 60)
    await refused(Code.PIN_RESET_NOT_OPEN, approved(platform, second.name))
    third = await asked(platform)
    await approved(platform, third.name)
    await platform.clock.advance(15 * 60)
    await refused(Code.PIN_RESET_NOT_OPEN, approved(platform, third.name))
    await refused(Code.PIN_RESET_NOT_OPEN, completed(platform, completing(platform, third.name)))
    assert host.asked == []


@pytest.mark.parametrize("pin", ["", "12345", "111111", "123456"])
async def test_a_new_pin_is_as_good_as_any(platform: Any, host: Any, refused: Any, pin: str) -> None:
    reset = await asked(platform)
    await approved(platform, reset.name)
    await refused(Code.INVALID_REQUEST, completed(platform, completing(platform, reset.name, pin)))


@pytest.mark.parametrize("name", ["", "  "])
async def test_a_reset_needs_a_clerk_with_a_name(platform: Any, refused: Any, name: str) -> None:
    await refused(Code.INVALID_REQUEST, asked(platform, name))


def test_no_clerk_changes_a_pin_past_a_reset() -> None:
    rights = ChannelDirectory({"COUNTER": standard_channels()["COUNTER"].policy()}).rights("COUNTER", "")
    assert rights.needs_grant("customers.ChangePin")
    assert not rights.needs_grant("customers.CompletePinReset")
