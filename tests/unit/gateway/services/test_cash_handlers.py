"""``CashService``: what a request must have, who may ask, and whose withdrawals are seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cash_bench import account, cny, terminal
from gateway_world import CUSTOMER
from google.protobuf.message import Message

from tellerline.adapters.clock import SeededRandomness
from tellerline.api.cash.v1 import cash_pb2 as pb
from tellerline.api.common.v1 import transaction_pb2 as tx
from tellerline.api.common.v1.context_pb2 import CHANNEL_ATM, CHANNEL_IVR
from tellerline.gateway.access.grants import GrantIssuer
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.ports import Request
from tellerline.routing.model.cash import WithdrawCash
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Echo


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"terminal": ""}, "context.terminal", Code.INVALID_REQUEST),
        ({"terminal": "T" * 33}, "context.terminal", Code.INVALID_REQUEST),
        ({"channel_serial": ""}, "context.channel_serial", Code.INVALID_REQUEST),
    ],
)
async def test_a_withdrawal_names_its_terminal_and_serial(
    tmp_path: Path, change: dict[str, Any], field: str, code: Code
) -> None:
    async with terminal(tmp_path) as at:
        request = at.withdrawal("W1")
        for name, value in change.items():
            setattr(request.context, name, value)
        with pytest.raises(RefusalError) as caught:
            await at.ask(request)
        assert (caught.value.code, caught.value.violations[0].field) == (code, field)


def bad_words() -> dict[str, tuple[Message, str]]:
    """Requests without a context, and the field that is refused."""
    return {
        "no original": (pb.ReverseWithdrawalRequest(), "original_channel_serial"),
        "no serial of a channel": (
            pb.ReverseWithdrawalRequest(original_channel_serial="W/1"),
            "original_channel_serial",
        ),
        "less than nothing": (pb.ReverseWithdrawalRequest(original_channel_serial="W1", amount=cny(-100)), "amount"),
        "an original below nothing": (
            pb.ReverseWithdrawalRequest(original_channel_serial="W1", original_amount=cny(-100)),
            "original_amount",
        ),
        "nothing came out": (
            pb.ConfirmWithdrawalRequest(original_channel_serial="W1", dispensed_amount=cny(0)),
            "dispensed_amount",
        ),
        "itself": (pb.ReverseWithdrawalRequest(original_channel_serial="V1"), "original_channel_serial"),
    }


@pytest.mark.parametrize("what", sorted(bad_words()))
async def test_a_word_that_cannot_be_taken(tmp_path: Path, what: str) -> None:
    request, field = bad_words()[what]
    async with terminal(tmp_path) as at:
        request.context.CopyFrom(at.context("V1"))  # type: ignore[attr-defined]
        with pytest.raises(RefusalError) as caught:
            await at.ask(request)
        assert caught.value.violations[0].field == field
        assert await at.world.store.journal.find("COUNTER", "V1") is None


async def test_a_machine_needs_a_grant_to_withdraw_and_none_to_say_what_came_out(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        request = at.withdrawal("W1")
        request.context.channel = CHANNEL_ATM
        assert await at.refused(request) is Code.GRANT_MISSING
        issuer = GrantIssuer(at.world.store.grants, at.world.clock, SeededRandomness(3))
        asking = Request(channel="ATM", channel_serial="0", command=Echo(), customer=CUSTOMER)
        grant = await at.world.run(
            issuer.issue(asking, accounts=(account(1),), operations=(WithdrawCash.operation,), seconds=60)
        )
        request.context.grant = grant.token
        assert (await at.ask(request)).transaction.state == tx.TRANSACTION_STATE_DONE
        word = at.reversal("W1")
        word.context.channel = CHANNEL_ATM
        assert (await at.ask(word)).transaction.state == tx.TRANSACTION_STATE_REVERSED


async def test_other_channels_give_out_no_cash(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        for request in (at.withdrawal("W1"), at.reversal("W1"), at.confirmation("W1")):
            request.context.channel = CHANNEL_IVR
            assert await at.refused(request) is Code.CHANNEL_NOT_ALLOWED


async def test_a_withdrawal_is_seen_by_its_channel_terminal_and_customer(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        made = await at.ask(at.withdrawal("W1"))
        for key in ({"name": made.name}, {"original_channel_serial": "W1"}):
            for context in (at.context(), at.context(terminal=""), at.context(customer=f"customers/{CUSTOMER}")):
                assert await at.ask(pb.GetWithdrawalRequest(context=context, **key)) == made
            strangers = [at.context(terminal="ATM9"), at.context(customer="customers/C9")]
            for context in strangers:
                assert await at.refused(pb.GetWithdrawalRequest(context=context, **key)) is Code.TRANSACTION_NOT_FOUND
            elsewhere = pb.GetWithdrawalRequest(context=at.context(channel=CHANNEL_ATM), **key)
            assert await at.refused(elsewhere) in (Code.TRANSACTION_NOT_FOUND, Code.GRANT_MISSING)
        assert await at.refused(pb.GetWithdrawalRequest(context=at.context())) is Code.INVALID_REQUEST
        await at.ask(at.confirmation("W1", serial="C1"))
        word = pb.GetWithdrawalRequest(context=at.context(), original_channel_serial="C1")
        assert await at.refused(word) is Code.TRANSACTION_NOT_FOUND
