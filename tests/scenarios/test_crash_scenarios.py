"""A crash at each await of store and host, one after the other: nothing is lost, nothing is done twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from gateway_world import ACCOUNT, PAYEE, World, make_world, open_world, settings_for
from ledger_host import Fault, LedgerHost

from tellerline.gateway.journal.records import FINAL_STATES, State
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.ports import Request, Settled
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, HostCall

TRANSFER = "transfers.CreateTransfer"
SCENARIOS = {
    "all is well": {},
    "reply lost": {TRANSFER: Fault.LOSE_REPLY},
    "request lost": {TRANSFER: Fault.LOSE_REQUEST},
    "request and first reversal lost": {TRANSFER: Fault.LOSE_REQUEST, "host.Reverse": Fault.LOSE_REPLY},
    "not sent": {TRANSFER: Fault.NOT_SENT},
}


class Crash:
    """Stops the world for good at the ``place``-th point: just before a call, or just behind one that was made."""

    def __init__(self, place: int) -> None:
        self._left = place
        self.happened = asyncio.Event()

    async def around(self, _name: str, call: Callable[[], Awaitable[Any]]) -> Any:
        await self._point()
        result = await call()
        await self._point()
        return result

    async def _point(self) -> None:
        if self._left == 0:
            self.happened.set()
        self._left -= 1
        if self.happened.is_set():
            await asyncio.get_running_loop().create_future()


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_a_crash_at_every_await_loses_and_doubles_nothing(tmp_path: Path, scenario: str) -> None:
    place = 0
    while await _crashed_at(tmp_path, SCENARIOS[scenario], place):
        place += 1
    assert place > 8


def _once_each(faults: dict[str, Fault]) -> Callable[[Command, HostCall], Fault | None]:
    left = dict(faults)
    return lambda command, _call: left.pop(command.operation, None)


async def _crashed_at(folder: Path, faults: dict[str, Fault], place: int) -> bool:
    """One life that ends at ``place`` and the next one; False when the first life came to its end without a crash."""
    home = folder / str(place)
    home.mkdir()
    crash = Crash(place)
    world = make_world(home, around=crash.around, settings=settings_for(sweep_seconds=1000.0))
    world.host.fault_of = _once_each(faults)
    request = world.transfer("X1")
    life = asyncio.get_running_loop().create_task(_live(world, request))
    while not life.done() and not crash.happened.is_set():
        await world.settle()
        await world.clock.advance(0.5)
    await world.abandon()
    await _next_life(home, world.host, world, request)
    return crash.happened.is_set()


async def _live(world: World, request: Request) -> None:
    await world.gateway.start()
    try:
        await world.gateway.pipeline.run(request, world.call())
    except RefusalError:
        return
    await world.clock.sleep(50)


async def _next_life(home: Path, host: LedgerHost, before: World, request: Request) -> None:
    """Whoever asks again is told the truth, and the truth is at the host."""
    host.fault_of = _once_each({})
    async with open_world(home, host=host, clock=before.clock, seed=2) as world:
        await world.pass_time(60, step=0.5)
        [answer] = await world.outcomes([request])
        done = isinstance(answer, Settled) and answer.state is State.DONE
        assert done or answer in (Code.REVERSED, Code.HOST_UNAVAILABLE)
        expected = int(done)
        record = await world.store.journal.find("COUNTER", "X1")
        assert record is not None
        assert record.state in FINAL_STATES
        assert host.effects == expected
        assert host.balances == {ACCOUNT: 1_000_000 - 100 * expected, PAYEE: 100 * expected}
        assert (await world.store.journal.limit_usage(ACCOUNT, "2026-03-02")).total == 100 * expected
        assert await world.store.journal.doubts() == []


async def test_what_was_under_way_is_in_doubt_as_soon_as_its_gateway_is_back(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    await world.run(world.gateway.start())
    world.host.latency = 4.0
    request = world.transfer("X1")
    asking = asyncio.get_running_loop().create_task(world.gateway.pipeline.run(request, world.call()))
    await world.pass_time(1)
    assert not asking.done()
    await world.abandon()
    async with open_world(tmp_path, host=world.host, clock=world.clock, seed=2) as again:
        record = await again.store.journal.find("COUNTER", "X1")
        assert record is not None
        assert record.state is State.IN_DOUBT
        [event] = await again.store.journal.history(record.global_serial)
        assert (event.kind, b"restarted" in event.detail) == ("doubt_opened", True)
