"""Transfers through a whole gateway: limits at the edge, serials used again, answers that never change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from gateway_world import ACCOUNT, PAYEE, open_world
from ledger_host import Fault

from tellerline.gateway.journal.port import StoreUnavailableError
from tellerline.gateway.journal.records import Limits, LimitUsage, State
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.ports import Settled
from tellerline.routing.model.accounts import Balance, GetBalance
from tellerline.routing.model.codes import Code
from tellerline.routing.model.outcome import Done


async def test_a_balance_and_a_transfer(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        settled = await world.ask(world.transfer(minor=12_345))
        assert settled.state is State.DONE
        assert isinstance(settled.outcome, Done)
        assert settled.host_serial == "H000001"
        balance = await world.ask(world.request(GetBalance(account=ACCOUNT)))
        assert isinstance(balance.outcome, Done)
        assert isinstance(balance.outcome.result, Balance)
        assert balance.outcome.result.ledger.minor == 1_000_000 - 12_345
        assert world.host.balances[PAYEE] == 12_345


async def test_200_transfers_at_once_with_room_for_exactly_three(tmp_path: Path) -> None:
    limits = Limits(single=100, daily=10_000, count=3)
    async with open_world(tmp_path, limits=limits) as world:
        ends = await world.outcomes([world.transfer() for _ in range(200)])
        done = [end for end in ends if isinstance(end, Settled)]
        assert len(done) == 3
        assert [end for end in ends if not isinstance(end, Settled)] == [Code.LIMIT_COUNT_EXCEEDED] * 197
        assert world.host.effects == 3
        assert await world.store.journal.limit_usage(ACCOUNT, "2026-03-02") == LimitUsage(total=300, count=3)


async def test_a_thousand_serials_twenty_times_each(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        requests = [world.transfer(f"D{number:05}", minor=1) for number in range(1000)]
        ends = await world.outcomes(requests * 20)
        for number in range(1000):
            answers = ends[number::1000]
            assert isinstance(answers[0], Settled)
            assert all(answer == answers[0] for answer in answers)
        assert world.host.effects == 1000
        assert world.host.balances[PAYEE] == 1000


async def test_a_serial_used_for_something_else_is_refused(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        await world.ask(world.transfer("X1", minor=100))
        with pytest.raises(RefusalError) as refused:
            await world.ask(world.transfer("X1", minor=101))
        assert refused.value.code is Code.DUPLICATE_SERIAL_DIFFERENT_PAYLOAD
        assert world.host.effects == 1


async def test_the_answer_is_the_same_after_a_restart(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        first = await world.ask(world.transfer("X1"))
        host, clock = world.host, world.clock
    async with open_world(tmp_path, host=host, clock=clock, seed=2) as again:
        assert await again.ask(again.transfer("X1")) == first
        assert host.effects == 1


async def test_a_refused_transfer_is_refused_alike_each_time(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        request = world.transfer("X1", minor=2_000_000)
        for _ in range(2):
            with pytest.raises(RefusalError) as refused:
                await world.ask(request)
            assert refused.value.code is Code.INSUFFICIENT_FUNDS
            assert refused.value.metadata["host_code"] == "1101"
        usage = await world.store.journal.limit_usage(ACCOUNT, "2026-03-02")
        assert usage == LimitUsage(total=0, count=1)


async def test_a_transfer_that_was_not_sent_gives_its_amount_back(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        world.host.fault_of = lambda _command, _call: Fault.NOT_SENT
        with pytest.raises(RefusalError) as refused:
            await world.ask(world.transfer())
        assert refused.value.code is Code.HOST_UNAVAILABLE
        assert (await world.store.journal.limit_usage(ACCOUNT, "2026-03-02")).total == 0


async def test_a_store_that_is_away_is_counted_as_such_and_not_as_a_caller_who_left(tmp_path: Path) -> None:
    async def around(name: str, call: Any) -> Any:
        if name == "grants.grant":
            raise StoreUnavailableError("away")
        return await call()

    async with open_world(tmp_path, around=around) as world:
        request = replace(world.request(GetBalance(account=ACCOUNT), channel="IVR"), grant="a token")
        with pytest.raises(StoreUnavailableError):
            await world.ask(request)
        text = world.gateway.metrics.exposition()[0].decode()
    assert 'operation="accounts.GetBalance",result="STORE_UNAVAILABLE"' in text
    assert "CANCELLED" not in text
