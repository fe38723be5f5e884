"""Two gateways on one PostgreSQL database: one truth, whichever of them is asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from gateway_world import ACCOUNT, PAYEE, PLENTY, START, World, make_world, settings_for
from journal_stores import fresh_schema
from ledger_host import Fault, LedgerHost

from tellerline.adapters.clock import VirtualClock
from tellerline.gateway.journal.postgresql import PostgresqlStore
from tellerline.gateway.journal.records import Limits, LimitUsage, State
from tellerline.gateway.services.ports import Request, Settled
from tellerline.routing.model.codes import Code
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done
from tellerline.routing.model.transfers import Transferred


@dataclass
class Pair:
    """Both on one clock and one host; ``limits`` are the database's for accounts that are not registered."""

    one: World
    two: World

    async def outcomes(self, requests: list[Request]) -> list[Settled | Code]:
        """Every request at both gateways at the same time."""

        async def both() -> list[Settled | Code]:
            asked = [world.outcome(request) for request in requests for world in (self.one, self.two)]
            return await asyncio.gather(*asked)

        return await self.run(both())

    async def run(self, work: Coroutine[Any, Any, list[Settled | Code]]) -> list[Settled | Code]:
        task = asyncio.get_running_loop().create_task(work)
        while not task.done():
            await self.pass_time(0.05, step=0.05)
        return task.result()

    async def pass_time(self, seconds: float, step: float = 0.25) -> None:
        passed = 0.0
        while passed < seconds:
            for _ in range(2):
                await self.one.settle()
                await self.two.settle()
            await self.one.clock.advance(step)
            passed += step


@pytest.fixture
def limits() -> Limits:
    return PLENTY


@pytest.fixture
async def pair(tmp_path: Path, postgresql_dsn: str, limits: Limits) -> AsyncIterator[Pair]:
    clock, schema = VirtualClock(START), fresh_schema()
    host = LedgerHost(clock, balances={ACCOUNT: 1_000_000, PAYEE: 0})
    worlds = [
        make_world(
            tmp_path,
            host=host,
            clock=clock,
            seed=name,
            settings=settings_for(instance=name),
            database=PostgresqlStore(postgresql_dsn, clock, schema=schema, default_limits=limits),
        )
        for name in ("one", "two")
    ]
    for world in worlds:
        await world.run(world.gateway.start())
    yield Pair(*worlds)
    for world in worlds:
        await world.run(world.gateway.close())
        world.close_log()


@pytest.mark.parametrize("limits", [Limits(single=100, daily=10_000, count=3)])
async def test_room_for_three_is_three_over_both(pair: Pair) -> None:
    requests = [pair.one.transfer(f"A{number}") for number in range(100)]
    ends = await pair.outcomes(requests)
    done = {end.global_serial for end in ends if isinstance(end, Settled)}
    assert len(done) == 3
    assert pair.one.host.effects == 3
    assert await pair.two.store.journal.limit_usage(ACCOUNT, "2026-03-02") == LimitUsage(total=300, count=3)


async def test_a_serial_at_both_is_one_effect_and_one_answer(pair: Pair) -> None:
    requests = [pair.one.transfer(f"D{number:04}", minor=1) for number in range(200)]
    ends = await pair.outcomes(requests * 5)
    for number in range(200):
        answers = [ends[place] for place in range(len(ends)) if (place // 2) % 200 == number]
        assert len(answers) == 10
        assert isinstance(answers[0], Settled)
        assert all(answer == answers[0] for answer in answers)
    assert pair.one.host.effects == 200


async def test_the_rows_of_a_gateway_that_does_not_come_back_are_taken_over(pair: Pair) -> None:
    pair.one.host.latency = 60.0
    asking = asyncio.ensure_future(pair.one.outcome(pair.one.transfer("X1")))
    await pair.pass_time(1)
    await pair.one.gateway.resolver.close()
    for task in asyncio.all_tasks():
        if "DurableRunner._perform" in str(task.get_coro()):
            task.cancel()
    asking.cancel()
    pair.one.host.latency = 0.0
    await pair.pass_time(75)
    record = await pair.two.store.journal.find("COUNTER", "X1")
    assert record is not None
    assert (record.owner, record.state) == ("one", State.REVERSED)
    assert pair.one.host.effects == 0


async def test_a_late_reply_to_one_is_weighed_against_the_others_reversal(pair: Pair) -> None:
    """The reversal is on its way from one gateway when the approval reaches the other."""
    host = pair.one.host
    host.fault_of = lambda command, _call: (
        Fault.LOSE_REQUEST if command.operation in ("transfers.CreateTransfer", "host.Reverse") else None
    )
    [first, second] = await pair.outcomes([pair.one.transfer("X1")])
    assert first == second
    assert isinstance(first, Settled)
    await pair.pass_time(32)
    approval = Done(result=Transferred(balance_after=Money(1, "CNY"), booked_at="x"), host_serial="H9")
    host.late(first.global_serial, approval)
    await pair.pass_time(1)
    assert (await pair.one.record(first.global_serial)).state is State.IN_DOUBT
    host.fault_of = lambda _command, _call: None
    await pair.pass_time(20)
    assert (await pair.one.record(first.global_serial)).state is State.REVERSED


async def test_doubts_are_shared_and_each_is_stepped_once(pair: Pair) -> None:
    host = pair.one.host
    host.fault_of = lambda command, _call: Fault.LOSE_REPLY if command.operation == "transfers.CreateTransfer" else None
    await pair.outcomes([pair.one.transfer() for _ in range(10)])
    await pair.pass_time(10)
    inquiries = [call for operation, call in host.received if operation == "host.Inquire"]
    assert len(inquiries) == 10
    assert await pair.one.store.journal.doubts() == []
