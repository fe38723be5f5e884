"""Fault cards 39 to 42 at the service: reversals without their original, before it, ten times over, and too large."""

from __future__ import annotations

from pathlib import Path

import pytest
from cash_bench import OPENING, terminal

from tellerline.api.cash.v1 import cash_pb2 as pb
from tellerline.api.common.v1 import transaction_pb2 as tx
from tellerline.gateway.journal.records import Search, State
from tellerline.routing.model.codes import Code

REVERSED = tx.TRANSACTION_STATE_REVERSED


async def test_card_39_a_reversal_without_its_original_is_taken_and_leaves_a_tombstone(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        first, again = await at.ask(at.reversal("W1", 500_00)), await at.ask(at.reversal("W1"))
        assert first == again == await at.look("W1")
        assert (first.transaction.state, first.transaction.definite) == (REVERSED, True)
        assert (first.account, first.HasField("amount")) == ("", False)
        assert at.bench.host.received == []
        assert await at.refused(at.confirmation("W1")) is Code.DISPENSE_CONTRADICTED
        assert await at.refused(at.confirmation("W2")) is Code.TRANSACTION_NOT_FOUND


async def test_card_40_a_withdrawal_that_comes_after_its_reversal_is_refused(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        tombstone = await at.ask(at.reversal("W1"))
        for _ in range(3):
            assert await at.refused(at.withdrawal("W1")) is Code.REVERSED
        assert (await at.look("W1")) == tombstone
        assert (at.bench.host.received, at.bench.balance()) == ([], OPENING)


async def test_card_40_whichever_comes_first_nothing_of_it_remains(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        for number in range(20):
            pair = [at.withdrawal(f"W{number}"), at.reversal(f"W{number}")]
            await at.ends(*(pair if number % 2 else reversed(pair)))
            await at.world.pass_time(1)
            assert (await at.look(f"W{number}")).transaction.state == REVERSED
        assert (at.bench.balance(), at.bench.till(), at.bench.counted()) == (OPENING, 0, 0)


async def test_card_41_ten_reversals_are_one(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        await at.ask(at.withdrawal("W1"))
        ends = await at.ends(*(at.reversal("W1", serial=f"V{number // 2}") for number in range(10)))
        assert all(isinstance(end, pb.Withdrawal) and end.transaction.state == REVERSED for end in ends), ends
        assert at.bench.asked() == ["cash.WithdrawCash", "host.Reverse"]
        assert (at.bench.balance(), at.bench.till()) == (OPENING, 0)
        words = await at.world.store.journal.search(Search(operation="cash.ReverseWithdrawal"))
        assert [word.state for word in words] == [State.DONE] * 5


async def test_card_41_ten_partial_reversals_give_the_rest_back_once(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        await at.ask(at.withdrawal("W1"))
        ends = await at.ends(*(at.reversal("W1", 200_00) for _ in range(10)))
        assert all(isinstance(end, pb.Withdrawal) for end in ends), ends
        assert at.bench.asked() == ["cash.WithdrawCash", "cash.ReturnCash"]
        assert (at.bench.balance(), at.bench.till()) == (OPENING - 300_00, 300_00)


async def test_card_42_more_than_was_withdrawn_is_not_given_back(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        await at.ask(at.withdrawal("W1"))
        assert await at.refused(at.reversal("W1", 500_01)) is Code.REVERSAL_EXCEEDS_ORIGINAL
        assert await at.refused(at.confirmation("W1", 500_01)) is Code.INVALID_AMOUNT
        dollars = at.reversal("W1", 100_00)
        dollars.amount.currency_code = "USD"
        assert await at.refused(dollars) is Code.INVALID_AMOUNT
        assert not (await at.look("W1")).HasField("dispensed_amount")
        assert (at.bench.asked(), at.bench.till()) == (["cash.WithdrawCash"], 500_00)


@pytest.mark.parametrize(
    ("minor", "of", "code"),
    [
        (None, 500_01, Code.REVERSAL_EXCEEDS_ORIGINAL),
        (200_00, 600_00, Code.REVERSAL_EXCEEDS_ORIGINAL),
        (None, 499_99, Code.INVALID_AMOUNT),
        (200_00, 400_00, Code.INVALID_AMOUNT),
        (None, 0, Code.INVALID_AMOUNT),
        (500_01, 500_00, Code.REVERSAL_EXCEEDS_ORIGINAL),
    ],
)
async def test_card_42_a_word_about_another_amount_moves_nothing(
    tmp_path: Path, minor: int | None, of: int, code: Code
) -> None:
    async with terminal(tmp_path) as at:
        await at.ask(at.withdrawal("W1"))
        assert await at.refused(at.reversal("W1", minor, of=of)) is code
        assert not (await at.look("W1")).HasField("dispensed_amount")
        assert (at.bench.asked(), at.bench.till()) == (["cash.WithdrawCash"], 500_00)
        await at.ask(at.reversal("W1", 200_00, of=500_00))
        assert at.bench.till() == 300_00


async def test_card_42_cash_that_came_out_of_a_withdrawal_that_nobody_knows_is_no_reversal(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        assert await at.refused(at.reversal("W1", 200_00, of=500_00)) is Code.TRANSACTION_NOT_FOUND
        assert await at.refused(at.reversal("W1", 500_01, of=500_00)) is Code.REVERSAL_EXCEEDS_ORIGINAL
        assert (await at.ask(at.reversal("W1", of=500_00))).transaction.state == REVERSED
        assert await at.refused(at.reversal("W1", 200_00, of=500_00)) is Code.DISPENSE_CONTRADICTED
        assert at.bench.host.received == []
