"""Faults cards 14 to 17 as the gateway sees them, 33, and 56 to 58."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from gateway_world import ACCOUNT, World, open_world, settings_for
from ledger_host import Fault

from tellerline.gateway.journal.port import StoreUnavailableError
from tellerline.gateway.journal.records import LimitUsage, State
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.ports import Settled
from tellerline.routing.model.codes import Code
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done, Rejected
from tellerline.routing.model.transfers import Transferred


def approval(host_serial: str) -> Done:
    return Done(result=Transferred(balance_after=Money(1, "CNY"), booked_at="x"), host_serial=host_serial)


async def replied_late(world: World, settled: Settled, *replies: Done | Rejected) -> list[str]:
    """The kinds of events in the history after ``replies`` have come."""
    for reply in replies:
        world.host.late(settled.global_serial, reply)
    await world.pass_time(1)
    return [event.kind for event in await world.store.journal.history(settled.global_serial)]


async def test_card_14_a_reply_to_nothing_known_changes_nothing(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        settled = await world.ask(world.transfer())
        world.host.late("01NOBODYASKEDFORTHISSERIAL", approval("H1"))
        await world.pass_time(1)
        text = world.gateway.metrics.exposition()[0].decode()
        assert 'tellerline_late_replies_total{host="core",meaning="nobody_asked"} 1.0' in text
        assert (await world.record(settled.global_serial)).state is State.DONE


async def test_card_15_a_late_reply_is_an_event_and_ends_the_doubt(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        world.host.fault_of = lambda _command, _call: Fault.LATE_REPLY
        settled = await world.ask(world.transfer())
        assert settled.state is State.IN_DOUBT
        await world.pass_time(1.5)
        assert (await world.record(settled.global_serial)).state is State.DONE
        assert await replied_late(world, settled) == ["doubt_opened", "late_reply"]


async def test_card_16_a_duplicate_reply_is_noted_and_ignored(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        settled = await world.ask(world.transfer())
        again = approval(settled.host_serial)
        assert await replied_late(world, settled, again, again) == ["late_reply", "late_reply"]
        assert await world.store.journal.doubts() == []


async def test_card_17_a_contradiction_is_for_people(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        settled = await world.ask(world.transfer())
        refusal = Rejected(code=Code.INSUFFICIENT_FUNDS)
        assert await replied_late(world, settled, refusal) == ["contradicted"]
        assert (await world.record(settled.global_serial)).state is State.DONE
        assert [doubt.reason for doubt in await world.store.journal.doubts()] == ["contradicted"]
        assert '"event":"contradicted"' in world.logged()


async def test_card_33_a_client_that_cancels_after_sending_leaves_the_work_going(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        world.host.latency = 2.0
        request = world.transfer("X1")
        task = asyncio.get_running_loop().create_task(world.gateway.pipeline.run(request, world.call()))
        await world.pass_time(1)
        task.cancel()
        await world.pass_time(3)
        assert task.cancelled()
        record = await world.store.journal.find("COUNTER", "X1")
        assert record is not None
        assert record.state is State.DONE
        settled = await world.ask(request)
        assert settled.global_serial == record.global_serial
        assert world.host.effects == 1


async def test_card_56_a_clock_set_back_an_hour_changes_no_end(tmp_path: Path) -> None:
    async with open_world(tmp_path, settings=settings_for(sweep_seconds=60.0)) as world:
        before = await world.ask(world.transfer())
        world.host.fault_of = lambda command, _call: (
            Fault.LOSE_REPLY if command.operation == "transfers.CreateTransfer" else None
        )
        settled = await world.ask(world.transfer())
        world.clock.jump_to(world.clock.now() - timedelta(hours=1))
        again = await world.ask(world.transfer())
        assert before.global_serial < settled.global_serial < again.global_serial
        await world.pass_time(3700, step=60.0)
        for each in (settled, again):
            assert (await world.record(each.global_serial)).state is State.DONE
        assert world.host.effects == 3
        assert await world.store.journal.limit_usage(ACCOUNT, "2026-03-02") == LimitUsage(total=300, count=3)


class _Failing:
    """Lets a store's calls through until one of ``names`` is to fail."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    async def around(self, name: str, call: Callable[[], Awaitable[Any]]) -> Any:
        if name in self.names:
            raise StoreUnavailableError("disk_full")
        return await call()


async def test_card_57_a_store_that_is_down_refuses_before_sending(tmp_path: Path) -> None:
    failing = _Failing()
    async with open_world(tmp_path, around=failing.around) as world:
        failing.names = {"journal.accept"}
        with pytest.raises(RefusalError) as refused:
            await world.ask(world.transfer())
        assert refused.value.code is Code.STORE_UNAVAILABLE
        assert world.host.received == []


async def test_card_58_a_store_that_fails_after_sending_leaves_a_doubt_that_resolves(tmp_path: Path) -> None:
    failing = _Failing()
    async with open_world(tmp_path, around=failing.around) as world:
        failing.names = {"journal.settle"}
        settled = await world.ask(world.transfer())
        assert settled.state is State.IN_DOUBT
        failing.names = set()
        await world.pass_time(40)
        record = await world.record(settled.global_serial)
        assert record.state is State.DONE
        assert world.host.effects == 1
