"""The legs of a plan go the way that the bank's rules give its branch."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from gateway_world import START, World, make_world, settings_for
from plan_bench import PlanBench, make_bench, to_securities
from plan_lives import Life, opened

from tellerline.gateway.hosts.policy import HostBinding
from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.records import State
from tellerline.gateway.services.ports import Request, Settled
from tellerline.routing.model.calendar import DatedWindow, HostCalendar, HostDay
from tellerline.routing.model.codes import Code

RULES = """
version = "1"
[[rules]]
name = "pilot"
operations = ["settlement.*"]
branches = ["0101"]
host = "core-v2"
"""


@dataclass
class Pilot:
    """A bank with a second version of core, for the branch 0101 alone."""

    world: World
    store: Store
    bench: PlanBench
    life: Life

    async def asked(self) -> list[Request]:
        """The same plan twice: at the pilot branch, and at another."""
        command = await to_securities(self.bench)
        return [
            replace(self.life.request, channel_serial=branch, branch=branch, command=command)
            for branch in ("0101", "9")
        ]


@asynccontextmanager
async def piloted(folder: Path, day: HostDay | None = None) -> AsyncIterator[Pilot]:
    """``day`` is that of the first version."""
    bench = make_bench()
    life = await Life.begin("securities.TransferToSecurities")
    core, others = bench.hosts["core"], [name for name in bench.hosts if name != "core"]
    policy = bench.policies["core"]
    pilot = replace(core, name="core-v2", received=[])
    rules = folder / "rules.toml"
    rules.write_text(RULES, "utf-8")
    async with opened("", folder, "") as store:
        world = make_world(
            folder,
            host=core,  # type: ignore[arg-type]
            policy=policy if day is None else replace(policy, day=day),
            clock=bench.clock,
            settings=settings_for(routing_rules=rules),
            beside=[
                HostBinding(pilot, policy, version_of="core"),
                *(HostBinding(bench.hosts[name], bench.policies[name]) for name in others),
            ],
            database=Life.kept(store),
        )
        await world.run(world.gateway.start())
        yield Pilot(world, store, bench, life)
        await world.run(world.gateway.close())
        world.close_log()


async def test_a_plan_of_a_pilot_branch_books_at_the_pilot_version(tmp_path: Path) -> None:
    async with piloted(tmp_path) as pilot:
        await pilot.world.outcomes(await pilot.asked())
        for branch, host in (("0101", "core-v2"), ("9", "core")):
            plan = await pilot.store.journal.find("COUNTER", branch)
            assert plan is not None
            assert plan.state is State.DONE
            legs = [leg.record for leg in await pilot.store.legs.of(plan.global_serial)]
            assert [leg.host for leg in legs if leg is not None] == [host, "securities"]


async def test_a_plan_of_a_pilot_branch_is_taken_while_the_first_version_is_closed(tmp_path: Path) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    now = START.astimezone(zone).replace(tzinfo=None)
    window = DatedWindow(start=now - timedelta(days=9), end=now + timedelta(days=9))
    async with piloted(tmp_path, HostDay(calendar=HostCalendar(zone=zone, dated=(window,)))) as pilot:
        taken, refused = await pilot.world.outcomes(await pilot.asked())
        assert isinstance(taken, Settled)
        assert taken.state is State.DONE
        assert refused is Code.HOST_CLOSED_FOR_MAINTENANCE
