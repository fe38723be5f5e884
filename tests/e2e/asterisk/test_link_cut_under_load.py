"""The event stream of Asterisk is cut ten times while calls come and go: the call centre misses nothing.

That is: after each gap the site agrees with Asterisk about every leg, conversation, recording and monitor; every call
and every leg has exactly one beginning and one end in the feed; and whatever a telephone has seen (that it was
connected, and until when) the feed says too, at that moment or, of what was in a gap, by the gap's end.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc.aio
import pytest
from asterisk_centre import bank_of, centre_flows, centre_prompts
from call_evidence import Evidence, Gap
from call_floor import AsteriskFloor, asterisk_floor, disagreements
from call_load import CallLoad
from controller_process import Controller, ControllerPlan, log_of
from severing_proxy import SeveringProxy
from thirty_calls import AGENTS, Bar

from tellerline.adapters.clock import SystemClock
from tellerline.callcenter.live.codec import fact_of
from tellerline.callcenter.live.records import EVERYTHING
from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site import invariants
from tellerline.simulators.servers.asterisk import AsteriskServer
from tellerline.simulators.servers.fixtures import or_skip
from tellerline.simulators.servers.ports import free_port

CUTS = 10
ROUNDS = int(os.environ.get("TELLERLINE_CUT_ROUNDS", "1"))
STRAIGHT = "95001"
STAFF = dict(list(AGENTS.items())[:4])
CALLERS = [f"1370000000{each}" for each in range(6)]
_SETTLES = 10.0
_CLOCK = SystemClock()


@dataclass(slots=True)
class World:
    floor: AsteriskFloor
    proxy: SeveringProxy
    controller: Controller
    plan: ControllerPlan
    load: CallLoad


@asynccontextmanager
async def world(server: AsteriskServer, folder: Path, seed: int) -> AsyncIterator[World]:
    numbers = frozenset(STAFF.values())
    async with SeveringProxy("127.0.0.1", server.ports.http) as proxy, bank_of(folder, 1, {}) as system:
        url = f"http://127.0.0.1:{proxy.port}/ari"
        async with asterisk_floor(server, numbers, url=url) as floor:
            plan = ControllerPlan(
                store=str(folder / "sites.db"),
                gateway=system.node.target,
                port=free_port(),
                agents=list(STAFF),
                leaders=[],
                flows=str(centre_flows(folder / "flows")),
                numbers={STRAIGHT: "straight"},
                wrap_up=0,
                **floor.switch,
            )
            controller = Controller(plan, folder)
            await controller.start()
            async with grpc.aio.insecure_channel(f"127.0.0.1:{plan.port}") as channel:
                try:
                    load = CallLoad(floor, controller, Bar(channel), STAFF, to=STRAIGHT, seed=seed)
                    yield World(floor, proxy, controller, plan, load)
                finally:
                    await controller.kill()


async def _settled(world: World) -> None:
    """The site agrees with Asterisk about everything, and with itself."""
    limit = _CLOCK.monotonic() + _SETTLES
    while True:
        state = await world.controller.state()
        wrong = [*disagreements(state, await world.floor.truth()), *invariants.check(state)]
        if state.link_up and not wrong:
            return
        assert _CLOCK.monotonic() < limit, "\n".join(wrong) or "no link"
        await _CLOCK.sleep(0.05)


async def _cut(world: World, number: int) -> Gap:
    """In turn: nobody hears Asterisk any more and then the link breaks, or it breaks at once and is refused."""
    began = _CLOCK.monotonic()
    if number % 2:
        world.proxy.mute()
        await _CLOCK.sleep(0.3)
        world.proxy.sever()
    else:
        world.proxy.refuse()
        await _CLOCK.sleep(0.5)
        world.proxy.admit()
    await _CLOCK.sleep(0.3)
    world.load.pause()
    await _settled(world)
    ended = _CLOCK.monotonic()
    world.load.go_on()
    return Gap(began, ended)


async def _facts(plan: ControllerPlan) -> Sequence[f.Fact]:
    log = log_of(plan)
    await log.start()
    try:
        return [fact_of(each.entry) for each in await log.read(0, await log.last(), EVERYTHING, limit=1_000_000)]
    finally:
        await log.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> AsteriskServer:
    with or_skip():
        return AsteriskServer(tuple(STAFF.values()), prompts=centre_prompts(tmp_path_factory.mktemp("prompts")))


@pytest.mark.parametrize("seed", range(ROUNDS))
async def test_nothing_is_missed(server: AsteriskServer, tmp_path: Path, seed: int) -> None:
    with or_skip(), server:
        server.start()
        async with world(server, tmp_path, seed) as opened:
            load, gaps = opened.load, []
            await load.begin(CALLERS)
            for number in range(CUTS):
                await _CLOCK.sleep(1.0)
                gaps.append(await _cut(opened, number))
            await _CLOCK.sleep(3.0)
            await load.end()
            await _settled(opened)
            truth, state = await opened.floor.truth(), await opened.controller.state()
            assert (truth.nothing, dict(state.calls)) == (True, {})
            await opened.controller.kill()
            facts = await _facts(opened.plan)
    evidence = Evidence(facts, gaps)
    evidence.once_each()
    calls = evidence.callers(load.attempts)
    talks = sum(evidence.agent(agent, load.phones[agent].talks) for agent in STAFF)
    assert sum(isinstance(fact, f.LinkCameBack) for fact in facts) >= CUTS
    print(  # noqa: T201 the figures that count
        f"{len(load.attempts)} calls, {calls} taken, {talks} talks of agents, {len(gaps)} gaps, {len(facts)} facts"
    )
