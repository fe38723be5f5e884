"""Cash under faults at each exchange, gateways killed at each await, and chance: what came out is what was booked."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from cash_bench import CashBench, Terminal, make_bench, start
from cash_machines import Dispensing, judge, unsettled
from gateway_world import World, as_it_is, settings_for
from intercepted import Around
from journal_stores import fresh_schema
from plan_lives import Kept, opened
from wired_host import WireFault

from tellerline.adapters.clock import SeededRandomness
from tellerline.gateway.journal.port import Store
from tellerline.routing.model.command import Command, HostCall

COMES_OUT = {"all": 500_00, "a part": 300_00, "nothing": 0}
STRIDE = int(os.environ.get("TELLERLINE_CASH_STRIDE", "12"))
"""Every how manieth await a gateway is killed at; 1 takes each of them."""
SEEDS = int(os.environ.get("TELLERLINE_CASH_SEEDS", "2"))


class Strike:
    """Disturbs the ``place``-th exchange of the first ones of each kind; later ones are well."""

    def __init__(self, place: int, fault: WireFault) -> None:
        self._place, self._fault = place, fault
        self.seen = 0

    def __call__(self, _command: Command, _call: HostCall) -> WireFault | None:
        self.seen += 1
        return self._fault if self.seen == self._place + 1 else None

    @property
    def struck(self) -> bool:
        return self.seen > self._place


class Kill:
    """Stops the world for good at the ``place``-th point since it was armed: just before a call, or just behind one."""

    def __init__(self, place: int) -> None:
        self._left = place
        self.armed = False
        self.happened = asyncio.Event()

    async def around(self, _name: str, call: Callable[[], Awaitable[Any]]) -> Any:
        await self._point()
        result = await call()
        await self._point()
        return result

    async def _point(self) -> None:
        if not self.armed:
            return
        if self._left == 0:
            self.happened.set()
        self._left -= 1
        if self.happened.is_set():
            await asyncio.get_running_loop().create_future()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path, str]:
    dsn = request.getfixturevalue("postgresql_dsn") if request.param == "postgresql" else ""
    return dsn, tmp_path, fresh_schema()


@pytest.fixture
async def store(database: tuple[str, Path, str]) -> AsyncIterator[Store]:
    async with opened(*database) as store:
        yield store


async def begun(
    bench: CashBench, folder: Path, store: Store, *, around: Around = as_it_is, seed: str = "", sweep: float = 1.0
) -> Terminal:
    kept: Any = Kept(store)
    settings = settings_for(sweep_seconds=sweep)
    world = bench.world(folder, around=around, database=kept, seed=f"{folder}{seed}", settings=settings)
    return await start(bench, world)


async def together(at: Terminal, machines: list[Dispensing]) -> None:
    await asyncio.gather(*(machine.live(at) for machine in machines))


async def over(world: World) -> None:
    await world.run(world.gateway.close())
    world.close_log()


EACH = pytest.mark.parametrize(
    ("database", "comes_out"),
    [*(("sqlite", comes_out) for comes_out in COMES_OUT), ("postgresql", "a part")],
    indirect=["database"],
)


@EACH
async def test_a_fault_at_each_exchange(tmp_path: Path, store: Store, comes_out: str) -> None:
    for fault in WireFault:
        if fault is WireFault.REFUSED:
            continue
        for place in count():
            bench, machine = make_bench(), Dispensing(f"{fault.name}-{place}", comes_out=COMES_OUT[comes_out])
            strike = Strike(place, fault)
            bench.strike(strike)
            at = await begun(bench, tmp_path, store, seed=machine.serial)
            await at.world.run(machine.live(at))
            await at.world.pass_time(12, step=1.0)
            await over(at.world)
            await judge(bench, store, [machine])
            if not strike.struck:
                break
        assert place >= (1 if comes_out == "all" else 2), fault


@EACH
async def test_a_gateway_killed_at_each_await(tmp_path: Path, store: Store, comes_out: str) -> None:
    first = list(COMES_OUT).index(comes_out) % STRIDE
    for place in count(first, STRIDE):
        bench, machine = make_bench(), Dispensing(f"K{place}", comes_out=COMES_OUT[comes_out])
        kill = Kill(place)
        at = await begun(bench, tmp_path, store, around=kill.around, seed=machine.serial, sweep=1000.0)
        kill.armed = True
        living = asyncio.get_running_loop().create_task(machine.live(at))
        killed = await _dies(at.world, kill, living)
        await at.world.settle()
        await at.world.abandon()
        if not killed:
            break
        at = await begun(bench, tmp_path, store, seed=f"{machine.serial}-next")
        await at.world.run(machine.live(at))
        await at.world.pass_time(8, step=1.0)
        await over(at.world)
        await judge(bench, store, [machine])
        assert await unsettled(store) == ()
    assert place > 15


async def _dies(world: World, kill: Kill, living: asyncio.Task[None]) -> bool:
    """Whether the gateway was killed before the machine was through."""
    while not (kill.happened.is_set() or living.done()):
        for _ in range(5):
            await asyncio.sleep(0)
        if world.quiet.busy:
            await asyncio.sleep(0.0002)
        else:
            await world.clock.advance(0.05)
    return kill.happened.is_set()


def chance(seed: int) -> Callable[[Command, HostCall], WireFault | None]:
    """Every third exchange goes wrong somehow; a refusal would be another story."""
    faults = [fault for fault in WireFault if fault is not WireFault.REFUSED]
    draw = SeededRandomness(f"{seed}/faults")

    def plan(_command: Command, _call: HostCall) -> WireFault | None:
        return faults[draw.below(len(faults))] if draw.fraction() < 0.35 else None

    return plan


def crowd(seed: int) -> list[Dispensing]:
    draw = SeededRandomness(f"{seed}/crowd")
    machines = []
    for number in range(40):
        minor = 100_00 * (1 + draw.below(10))
        comes_out = (minor, minor, 100_00 * draw.below(minor // 100_00 + 1), 0)[draw.below(4)]
        machines.append(Dispensing(f"C{number:03}", minor, comes_out, place=1 + draw.below(4)))
    return machines


async def test_chance_and_crashes(tmp_path: Path, database: tuple[str, Path, str]) -> None:
    for seed in range(SEEDS):
        folder = tmp_path / str(seed)
        folder.mkdir()
        async with opened(database[0], folder, fresh_schema()) as store:
            bench, machines = make_bench(4), crowd(seed)
            bench.strike(chance(seed))
            for life in range(4):
                at = await begun(bench, folder, store, seed=f"{seed}/{life}")
                living = asyncio.get_running_loop().create_task(together(at, machines[: 10 * (life + 1)]))
                await at.world.pass_time(3, step=0.5)
                living.cancel()
                await at.world.settle()
                await at.world.abandon()
            bench.strike(lambda _command, _call: None)
            at = await begun(bench, folder, store, seed=f"{seed}/healed")
            await at.world.run(together(at, machines))
            await at.world.pass_time(60, step=1.0)
            await over(at.world)
            await judge(bench, store, machines)
            assert {"contradicted"} >= set(await unsettled(store))
