"""``TransferService`` on the small platform."""

from __future__ import annotations

from typing import Any

import pytest
from google.type.money_pb2 import Money as ProtoMoney

from tellerline.api.common.v1.context_pb2 import CHANNEL_ATM
from tellerline.api.common.v1.transaction_pb2 import TRANSACTION_STATE_DONE, TRANSACTION_STATE_IN_DOUBT
from tellerline.api.transfers.v1 import transfers_pb2 as pb
from tellerline.routing.model.codes import Code
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done, Rejected, Unknown
from tellerline.routing.model.transfers import CreateTransfer, TransferKind, Transferred

DEBIT, OWN = "customers/1001/accounts/1", "customers/1001/accounts/2"
DONE = Done(
    result=Transferred(balance_after=Money(900, "CNY"), booked_at="2026-01-05T09:00:00+08:00"),
    host_serial="H1",
    accounting_date="2026-01-05",
)
LOST = Unknown(code=Code.COMMUNICATION_TIMEOUT, reason="timeout")


def own_transfer(platform: Any, **fields: Any) -> pb.CreateTransferRequest:
    usual = {"debit_account": DEBIT, "own_account": OWN, "amount": ProtoMoney(currency_code="CNY", units=100)}
    return pb.CreateTransferRequest(context=platform.context(), transfer=pb.Transfer(**{**usual, **fields}))


async def test_a_transfer_names_real_accounts_to_the_host_and_resources_to_the_channel(platform: Any) -> None:
    platform.host.answers[CreateTransfer] = DONE
    reply = await platform.send("CreateTransfer", own_transfer(platform, narrative="房租"), pb.Transfer)
    assert platform.host.asked[0].command == CreateTransfer(
        debit_account="6222020200001234567",
        credit_account="6222020200007654321",
        amount=Money(10000, "CNY"),
        kind=TransferKind.OWN_ACCOUNTS,
        narrative="房租",
    )
    assert (reply.debit_account, reply.own_account, reply.balance_after_amount.units) == (DEBIT, OWN, 9)
    assert (reply.transaction.state, reply.transaction.ref.host_serial) == (TRANSACTION_STATE_DONE, "H1")
    assert reply.name == f"transfers/{reply.transaction.ref.global_serial}"


async def test_an_unknown_transfer_is_an_answer_without_an_effect(platform: Any) -> None:
    platform.host.answers[CreateTransfer] = LOST
    reply = await platform.send("CreateTransfer", own_transfer(platform), pb.Transfer)
    assert (reply.transaction.state, reply.transaction.definite) == (TRANSACTION_STATE_IN_DOUBT, False)
    assert not reply.HasField("balance_after_amount")
    assert not reply.HasField("book_time")
    assert not reply.transaction.HasField("settle_time")


async def test_a_refused_transfer_is_an_error(platform: Any, refused: Any) -> None:
    platform.host.answers[CreateTransfer] = Rejected(code=Code.INSUFFICIENT_FUNDS)
    call = platform.send("CreateTransfer", own_transfer(platform), pb.Transfer)
    refusal = await refused(Code.INSUFFICIENT_FUNDS, call)
    assert refusal.metadata["global_serial"]


@pytest.mark.parametrize(
    ("fields", "violation"),
    [
        ({"own_account": None}, ("transfer.destination", "missing")),
        ({"own_account": DEBIT}, ("transfer.own_account", "same_as_debit_account")),
        ({"own_account": "customers/2002/accounts/1"}, ("transfer.own_account", "not_the_same_customer")),
        ({"debit_account": ""}, ("transfer.debit_account", "missing")),
        ({"narrative": "x" * 61}, ("transfer.narrative", "too_long")),
        ({"narrative": "a\nb"}, ("transfer.narrative", "control_character")),
        (
            {"own_account": None, "other_bank_payee": pb.OtherBankPayee(account_number="1")},
            ("transfer.other_bank_payee.bank_code", "missing"),
        ),
        (
            {"own_account": None, "registered_payee": pb.RegisteredPayee(display_name="李雷")},
            ("transfer.registered_payee.account_number", "missing"),
        ),
    ],
)
async def test_a_malformed_transfer_reaches_no_host(
    platform: Any, refused: Any, fields: dict[str, Any], violation: tuple[str, str]
) -> None:
    call = platform.send("CreateTransfer", own_transfer(platform, **fields), pb.Transfer)
    refusal = await refused(Code.INVALID_REQUEST, call)
    assert [(v.field, v.why) for v in refusal.violations] == [violation]
    assert platform.host.asked == []


async def test_a_transfer_without_an_amount_is_refused(platform: Any, refused: Any) -> None:
    await refused(
        Code.INVALID_AMOUNT, platform.send("CreateTransfer", own_transfer(platform, amount=None), pb.Transfer)
    )


@pytest.mark.parametrize("outcome", [DONE, LOST])
async def test_a_transfer_is_found_as_it_was_answered(platform: Any, outcome: Any) -> None:
    platform.host.answers[CreateTransfer] = outcome
    payee = pb.OtherBankPayee(bank_code="102100099996", account_number="6217000010001", display_name="李雷")
    sent = own_transfer(platform, own_account=None, other_bank_payee=payee)
    made = await platform.send("CreateTransfer", sent, pb.Transfer)
    by_name = pb.GetTransferRequest(context=platform.context(), name=made.name)
    serial = sent.context.channel_serial
    by_serial = pb.GetTransferRequest(context=platform.context(customer=""), original_channel_serial=serial)
    assert await platform.send("GetTransfer", by_name, pb.Transfer) == made
    assert await platform.send("GetTransfer", by_serial, pb.Transfer) == made


async def test_without_a_grant_nobody_is_told_whether_a_transfer_is_there(platform: Any, refused: Any) -> None:
    platform.host.answers[CreateTransfer] = DONE
    made = await platform.send("CreateTransfer", own_transfer(platform), pb.Transfer)
    for name in (made.name, "transfers/G99999999"):
        request = pb.GetTransferRequest(context=platform.context(grant=""), name=name)
        await refused(Code.GRANT_MISSING, platform.send("GetTransfer", request, pb.Transfer))
        request = pb.GetTransferRequest(context=platform.context(grant="guess"), name=name)
        await refused(Code.GRANT_EXPIRED, platform.send("GetTransfer", request, pb.Transfer))


async def test_an_own_transfer_is_found_with_its_accounts_names(platform: Any) -> None:
    platform.host.answers[CreateTransfer] = DONE
    made = await platform.send("CreateTransfer", own_transfer(platform), pb.Transfer)
    request = pb.GetTransferRequest(context=platform.context(), name=made.name)
    assert await platform.send("GetTransfer", request, pb.Transfer) == made


async def test_a_transfer_is_seen_by_its_own_channel_and_customer_only(platform: Any, refused: Any) -> None:
    platform.host.answers[CreateTransfer] = DONE
    made = await platform.send("CreateTransfer", own_transfer(platform), pb.Transfer)
    for context in (platform.context(channel=CHANNEL_ATM), platform.context(customer="customers/2002")):
        request = pb.GetTransferRequest(context=context, name=made.name)
        await refused(Code.TRANSACTION_NOT_FOUND, platform.send("GetTransfer", request, pb.Transfer))


@pytest.mark.parametrize("key", [{"name": "transfers/G99"}, {"original_channel_serial": "never"}])
async def test_what_was_never_made_is_not_found(platform: Any, refused: Any, key: dict[str, str]) -> None:
    request = pb.GetTransferRequest(context=platform.context(), **key)
    await refused(Code.TRANSACTION_NOT_FOUND, platform.send("GetTransfer", request, pb.Transfer))
