"""A host that closes before a leg at it could be taken back: the plan waits for it, and is no case for people."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from plan_lives import Life, judge, opened
from wired_host import WireFault

from tellerline.gateway.journal.records import State
from tellerline.routing.model.calendar import DatedWindow, HostCalendar, HostDay
from tellerline.routing.model.command import Command, HostCall
from tellerline.routing.model.securities import DepositFunds

ZONE = ZoneInfo("Asia/Shanghai")
BEGINS, ENDS = timedelta(seconds=3), timedelta(hours=2)


class NotThisDeposit:
    """Lost the first time, refused when it is sent again: core has been closed meanwhile."""

    def __init__(self) -> None:
        self._lost = False

    def __call__(self, command: Command, _call: HostCall) -> WireFault | None:
        if not isinstance(command, DepositFunds):
            return None
        fault = WireFault.REFUSED if self._lost else WireFault.LOST_REQUEST
        self._lost = True
        return fault


async def test_a_debit_is_taken_back_when_its_host_is_open_again(tmp_path: Path) -> None:
    life = await Life.begin("securities.TransferToSecurities")
    now = life.bench.clock.now()
    begins, ends = (now + BEGINS).astimezone(ZONE), (now + ENDS).astimezone(ZONE)
    window = DatedWindow(start=begins.replace(tzinfo=None), end=ends.replace(tzinfo=None))
    core = replace(life.bench.policies["core"], day=HostDay(calendar=HostCalendar(zone=ZONE, dated=(window,))))
    life = replace(life, bench=replace(life.bench, policies=life.bench.policies | {"core": core}))
    life.bench.strike(NotThisDeposit())
    async with opened("", tmp_path, "") as store:
        world = life.world(tmp_path, store)
        await world.run(world.gateway.start())
        await world.outcomes([life.request])
        await world.pass_time(100, step=1.0)
        plan = await life.row(store)
        undoing = [leg for leg in await store.legs.of(plan.global_serial) if leg.laid.number < 0]
        assert (plan.state, len(undoing)) == (State.PENDING, 1)
        for _ in range(4):
            world.clock.jump_to(world.clock.now() + ENDS / 4)
            await world.pass_time(20, step=1.0)
        assert await judge(life, store) == "REVERSED"
        await world.run(world.gateway.close())
        world.close_log()
