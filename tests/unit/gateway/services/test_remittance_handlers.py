"""Interbank remittances on the small platform."""

from __future__ import annotations

from typing import Any

import pytest
from google.type.money_pb2 import Money as ProtoMoney

from tellerline.api.common.v1.transaction_pb2 import TRANSACTION_STATE_DONE, TRANSACTION_STATE_IN_DOUBT
from tellerline.api.transfers.v1 import transfers_pb2 as pb
from tellerline.routing.model.codes import Code
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done, Outcome, Rejected, Unknown
from tellerline.routing.model.transfers import CreateRemittance, Remitted

SENT = Done(
    result=Remitted(
        balance_after=Money(899_45, "CNY"),
        fee=Money(5_50, "CNY"),
        payment_number="HH1",
        booked_at="2026-01-05T09:00:00+08:00",
    ),
    host_serial="H7",
    accounting_date="2026-01-05",
)


def remittance(**changes: Any) -> pb.Remittance:
    payee = pb.OtherBankPayee(bank_code="102100099996", account_number="6229", display_name="李娜")
    usual = {
        "debit_account": "customers/1001/accounts/1",
        "payee": payee,
        "amount": ProtoMoney(currency_code="CNY", units=100),
        "purpose": "货款",
        "urgent": True,
    }
    return pb.Remittance(**{**usual, **changes})


async def send(platform: Any, outcome: Outcome = SENT, **changes: Any) -> pb.Remittance:
    platform.host.answers[CreateRemittance] = outcome
    request = pb.CreateRemittanceRequest(context=platform.context(), remittance=remittance(**changes))
    made: pb.Remittance = await platform.send("CreateRemittance", request, pb.Remittance)
    return made


async def test_a_remittance_names_payee_fee_and_number(platform: Any) -> None:
    made = await send(platform)
    assert made.transaction.state == TRANSACTION_STATE_DONE
    assert (made.fee_amount.units, made.fee_amount.nanos, made.payment_number) == (5, 500_000_000, "HH1")
    [asked] = platform.host.asked
    assert asked.command == CreateRemittance(
        debit_account="6222020200001234567",
        credit_bank="102100099996",
        credit_account="6229",
        credit_name="李娜",
        amount=Money(100_00, "CNY"),
        purpose="货款",
        urgent=True,
    )
    assert asked.command.limited == Money(100_00, "CNY")


@pytest.mark.parametrize("outcome", [SENT, Unknown(code=Code.COMMUNICATION_TIMEOUT, reason="timeout")])
async def test_a_remittance_is_found_as_it_was_answered(platform: Any, outcome: Outcome) -> None:
    made = await send(platform, outcome)
    by_name = pb.GetRemittanceRequest(context=platform.context(), name=made.name)
    found = await platform.send("GetRemittance", by_name, pb.Remittance)
    assert found == made
    serial = made.transaction.ref.channel_serial
    by_serial = pb.GetRemittanceRequest(context=platform.context(), original_channel_serial=serial)
    assert await platform.send("GetRemittance", by_serial, pb.Remittance) == made


async def test_silence_is_an_answer_without_a_fee(platform: Any) -> None:
    made = await send(platform, Unknown(code=Code.COMMUNICATION_TIMEOUT, reason="timeout"))
    assert made.transaction.state == TRANSACTION_STATE_IN_DOUBT
    assert not made.HasField("fee_amount")


async def test_a_refusal_is_an_error(platform: Any, refused: Any) -> None:
    await refused(Code.PAYEE_NOT_FOUND, send(platform, Rejected(code=Code.PAYEE_NOT_FOUND)))


async def test_a_transfer_is_no_remittance(platform: Any, refused: Any) -> None:
    made = await send(platform)
    request = pb.GetTransferRequest(
        context=platform.context(), original_channel_serial=made.transaction.ref.channel_serial
    )
    await refused(Code.TRANSACTION_NOT_FOUND, platform.send("GetTransfer", request, pb.Transfer))


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": ""},
        {"purpose": "x" * 61},
        {"payee": pb.OtherBankPayee(bank_code="102", account_number="6229", display_name="李娜")},
        {"payee": pb.OtherBankPayee(bank_code="102100099996", display_name="李娜")},
        {"payee": pb.OtherBankPayee(bank_code="102100099996", account_number="6229")},
        {"debit_account": "accounts/1"},
    ],
)
async def test_whom_how_much_and_what_for_are_required(platform: Any, refused: Any, changes: dict[str, Any]) -> None:
    await refused(Code.INVALID_REQUEST, send(platform, **changes))
    assert platform.host.asked == []
