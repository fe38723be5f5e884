"""Who leaves, and who runs out of time: the work goes on, and the answer says what is certain."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from gateway_world import ACCOUNT, open_world, settings_for
from ledger_host import Fault

from tellerline.gateway.hosts.policy import HostPolicy
from tellerline.gateway.journal.records import State
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.resilience.breaker import BreakerRules
from tellerline.gateway.resilience.bulkhead import BulkheadRules
from tellerline.gateway.services.ports import Settled
from tellerline.routing.model.accounts import GetBalance
from tellerline.routing.model.codes import Code
from tellerline.routing.model.outcome import Done


async def test_a_cancelled_enquiry_gives_its_place_back(tmp_path: Path) -> None:
    policy = HostPolicy(bulkhead=BulkheadRules(concurrent=1, queued=1))
    async with open_world(tmp_path, policy=policy) as world:
        world.host.latency = 2.0
        enquiry = world.request(GetBalance(account=ACCOUNT))
        task = asyncio.get_running_loop().create_task(world.gateway.pipeline.run(enquiry, world.call()))
        await world.pass_time(1)
        task.cancel()
        assert isinstance((await world.ask(enquiry)).outcome, Done)


async def test_the_deadline_answers_in_doubt_and_the_reply_settles_it_later(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        world.host.latency = 3.0
        request = world.transfer()
        began = world.clock.monotonic()
        settled = await world.run(world.gateway.pipeline.run(request, world.call(1.0)), step=0.05)
        assert settled.state is State.IN_DOUBT
        assert world.clock.monotonic() - began <= 1.2
        record = await world.record(settled.global_serial)
        assert record.state is State.IN_DOUBT
        await world.pass_time(3)
        record = await world.record(settled.global_serial)
        assert record.state is State.DONE
        assert not [call for operation, call in world.host.received if operation == "host.Inquire"]


async def test_a_deadline_that_is_over_sends_nothing(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        for seconds in (0.0, 0.01):
            with pytest.raises(RefusalError) as refused:
                await world.ask(world.transfer(), seconds)
            assert refused.value.code in (Code.DEADLINE_EXCEEDED, Code.HOST_BUSY)
        assert world.host.received == []


async def test_an_enquiry_without_an_answer_is_refused_and_leaves_no_doubt(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        world.host.fault_of = lambda _command, _call: Fault.LOSE_REPLY
        with pytest.raises(RefusalError) as refused:
            await world.ask(world.request(GetBalance(account=ACCOUNT)))
        assert refused.value.code is Code.COMMUNICATION_TIMEOUT
        assert await world.store.journal.doubts() == []
        record = await world.record(refused.value.metadata["global_serial"])
        assert (record.state, record.code) == (State.REJECTED, Code.COMMUNICATION_TIMEOUT)


async def test_an_enquiry_that_was_not_sent_is_tried_once_more(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        world.host.fault_of = lambda _command, call: Fault.NOT_SENT if call.attempt == 1 else None
        settled = await world.ask(world.request(GetBalance(account=ACCOUNT)))
        assert settled.state is State.DONE
        references = {call.reference for _, call in world.host.received}
        assert references == {settled.global_serial}


async def test_an_open_breaker_refuses_before_anything_is_written(tmp_path: Path) -> None:
    policy = HostPolicy(breaker=BreakerRules(window=4, minimum=2, open_seconds=5.0))
    async with open_world(tmp_path, policy=policy) as world:
        done = await world.ask(world.transfer("X1"))
        world.host.fault_of = lambda _command, _call: Fault.NOT_SENT
        for _ in range(3):
            with pytest.raises(RefusalError):
                await world.ask(world.transfer())
        received = len(world.host.received)
        with pytest.raises(RefusalError) as refused:
            await world.ask(world.transfer("X9"))
        assert refused.value.metadata["reason"] == "breaker_open"
        assert await world.store.journal.find("COUNTER", "X9") is None
        assert await world.ask(world.transfer("X1")) == done
        assert len(world.host.received) == received
        world.host.fault_of = lambda _command, _call: None
        await world.pass_time(6)
        assert (await world.ask(world.transfer("X9"))).state is State.DONE


async def test_a_gateway_that_closes_refuses_and_lets_the_rest_end(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        world.host.latency = 2.0
        task = asyncio.get_running_loop().create_task(world.gateway.pipeline.run(world.transfer(), world.call()))
        await world.pass_time(1)
        await world.run(world.gateway.pipeline.drain(5.0))
        assert task.done()
        assert task.result().state is State.DONE
        with pytest.raises(RefusalError) as refused:
            await world.ask(world.transfer())
        assert refused.value.code is Code.SHUTTING_DOWN


async def test_who_waits_for_what_a_drain_cuts_off_is_told_how_it_stands(tmp_path: Path) -> None:
    settings = settings_for(deadlines={"drain": 1.0})
    async with open_world(tmp_path, settings=settings, policy=HostPolicy(timeout=50.0)) as world:
        world.host.latency = 40.0
        request = world.transfer()
        asked = asyncio.get_running_loop().create_task(world.outcome(request, 45.0))
        await world.pass_time(1)
        await world.run(world.gateway.close())
        settled = await asked
    assert isinstance(settled, Settled)
    assert settled.state is State.IN_DOUBT
