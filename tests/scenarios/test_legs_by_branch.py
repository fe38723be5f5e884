"""The legs of a plan go the way that the bank's rules give its branch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gateway_world import make_world, settings_for
from plan_bench import make_bench, to_securities
from plan_lives import Life, opened

from tellerline.gateway.hosts.policy import HostBinding
from tellerline.gateway.journal.records import State

RULES = """
version = "1"
[[rules]]
name = "pilot"
operations = ["settlement.*"]
branches = ["0101"]
host = "core-v2"
"""


async def test_a_plan_of_a_pilot_branch_books_at_the_pilot_version(tmp_path: Path) -> None:
    bench = make_bench()
    life = await Life.begin("securities.TransferToSecurities")
    core, others = bench.hosts["core"], [name for name in bench.hosts if name != "core"]
    pilot = replace(core, name="core-v2", received=[])
    rules = tmp_path / "rules.toml"
    rules.write_text(RULES, "utf-8")
    async with opened("", tmp_path, "") as store:
        world = make_world(
            tmp_path,
            host=core,  # type: ignore[arg-type]
            policy=bench.policies["core"],
            clock=bench.clock,
            settings=settings_for(routing_rules=rules),
            beside=[
                HostBinding(pilot, bench.policies["core"], version_of="core"),
                *(HostBinding(bench.hosts[name], bench.policies[name]) for name in others),
            ],
            database=Life.kept(store),
        )
        await world.run(world.gateway.start())
        command = await to_securities(bench)
        asked = [
            replace(life.request, channel_serial=branch, branch=branch, command=command) for branch in ("0101", "9")
        ]
        await world.outcomes(asked)
        for branch, host in (("0101", "core-v2"), ("9", "core")):
            plan = await store.journal.find("COUNTER", branch)
            assert plan is not None
            assert plan.state is State.DONE
            legs = [leg.record for leg in await store.legs.of(plan.global_serial)]
            assert [leg.host for leg in legs if leg is not None] == [host, "securities"]
        await world.run(world.gateway.close())
        world.close_log()
