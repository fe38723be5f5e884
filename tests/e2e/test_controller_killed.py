"""kill -9 of the call centre's controller with calls in every state: each goes on, or has ended cleanly."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from asterisk_centre import bank_of, centre_prompts
from call_floor import LONG_PROMPT, Floor, asterisk_floor, soft_floor
from calls_after import CallsAfter
from controller_process import RECONNECT, Controller, ControllerPlan, log_of
from feed_reader import FeedReader
from journal_stores import fresh_schema
from severing_proxy import SeveringProxy
from thirty_calls import AGENTS, EXTENSIONS, LEADERS, VERIFIED, Bar, ThirtyCalls

from tellerline.adapters.clock import SystemClock
from tellerline.api.accounts.v1 import accounts_pb2, accounts_pb2_grpc
from tellerline.api.common.v1.context_pb2 import CHANNEL_AGENT, RequestContext
from tellerline.callcenter.live.records import EVERYTHING
from tellerline.callcenter.site import invariants
from tellerline.callcenter.site.state import SiteState
from tellerline.callcenter.site.words import AgentState, Place
from tellerline.gateway.client.errors import CanonicalError
from tellerline.simulators.population import Person
from tellerline.simulators.servers.asterisk import AsteriskServer
from tellerline.simulators.servers.fixtures import or_skip
from tellerline.simulators.servers.ports import free_port

RECOVERY_SECONDS, AT_LAST = 3.0, 60.0
"""Within which a call centre recovers: with nothing beside it, and on a machine that does much else."""
ROUNDS = int(os.environ.get("TELLERLINE_KILL_ROUNDS", "1"))
"""With more than one, both stores have the simulated switch."""
_CLOCK = SystemClock()


@dataclass(kw_only=True)
class World:
    floor: Floor
    plan: ControllerPlan
    calls: ThirtyCalls
    controller: Controller
    reader: FeedReader
    proxy: SeveringProxy
    gateway: grpc.aio.Channel
    people: Sequence[Person]

    async def allowed(self, name: str, serial: str) -> str:
        """What the gateway answers the agent's program that asks for the caller's accounts: OK, or a code."""
        customer = f"customers/{self.calls.people[name].customer.number}"
        asker = RequestContext(
            channel=CHANNEL_AGENT,
            channel_serial=serial,
            customer=customer,
            grant=self.calls.grants[name],
            call=self.calls.ids[name],
            agent=self.calls.served[name],
        )
        stub: Any = accounts_pb2_grpc.AccountServiceStub(self.gateway)
        try:
            await stub.ListAccounts(accounts_pb2.ListAccountsRequest(context=asker, parent=customer), timeout=60)
        except grpc.aio.AioRpcError as failure:
            return CanonicalError.from_rpc(failure).code
        return "OK"

    async def revoked(self, name: str) -> bool:
        """Whether the grant dies, sooner or later."""
        for attempt in range(300):
            if await self.allowed(name, f"{name}-{attempt}-{_CLOCK.monotonic()}") == "GRANT_EXPIRED":
                return True
            await _CLOCK.sleep(0.1)
        return False


@asynccontextmanager
async def world(floor: Floor, folder: Path, dsn: str = "") -> AsyncIterator[World]:
    """A bank, its gateway behind a proxy, and a controller that has just begun."""
    async with bank_of(folder, 40, {}) as system:
        assert system.population is not None
        people = [each for each in system.population.people if len(each.accounts) == 1]
        host, _, port = system.node.target.rpartition(":")
        async with SeveringProxy(host, int(port)) as proxy, grpc.aio.insecure_channel(system.node.target) as gateway:
            plan = ControllerPlan(
                store=dsn or str(folder / "sites.db"),
                schema=fresh_schema() if dsn else "",
                gateway=f"127.0.0.1:{proxy.port}",
                port=free_port(),
                agents=list(AGENTS),
                leaders=list(LEADERS),
                **floor.switch,
            )
            controller = Controller(plan, folder)
            await controller.start()
            async with grpc.aio.insecure_channel(f"127.0.0.1:{plan.port}", RECONNECT) as channel:
                reader = FeedReader(channel, next(iter(LEADERS)))
                calls = ThirtyCalls(floor, controller, Bar(channel), people)
                try:
                    yield World(
                        floor=floor,
                        plan=plan,
                        calls=calls,
                        controller=controller,
                        reader=reader,
                        proxy=proxy,
                        gateway=gateway,
                        people=people,
                    )
                finally:
                    await reader.close()
                    await controller.kill()


async def killed(world: World, recovers_within: float) -> None:
    """The whole story; seconds count from when it serves again."""
    calls, controller = world.calls, world.controller
    await calls.begin()
    await calls.begin_last(world.proxy)
    await calls.settled()
    assert [await world.allowed(name, f"before-{name}") for name in VERIFIED] == ["OK", "OK"]
    await calls.begin_unheard()
    before = await controller.state()
    assert len(before.calls) >= 30
    await controller.kill()
    world.proxy.sever()
    world.floor.link.sever()
    after = CallsAfter(calls, before)
    await after.act_unseen()
    await controller.start()
    recovered = await after.recovered(controller.began + controller.serving + recovers_within)
    print(  # noqa: T201 the figures that count
        f"{len(before.calls)} calls; serving after {controller.serving:.2f} s, converged after"
        f" {controller.converged:.2f} s, all recovered or ended after {recovered - controller.began:.2f} s"
    )
    await asyncio.gather(after.heard(), after.asked_again())
    assert await world.revoked("grant-gone")
    assert await world.allowed("grant", "after") == "OK"
    await after.go_on()
    await after.end()
    assert await world.revoked("grant")
    _ended_well(world, await after.wrapped_up())
    assert (await world.floor.truth()).nothing
    await _followed(world)
    assert '"level":"error"' not in controller.complaints()


def _ended_well(world: World, state: SiteState) -> None:
    assert invariants.check(state) == []
    resting = (AgentState.NULL, AgentState.NOT_READY, AgentState.READY)
    assert {agent.id: agent.state for agent in state.agents.values() if agent.state not in resting} == {}
    for name in world.calls.ids:
        call = world.calls.call(state, name)
        assert call.place is Place.ENDED, name
        assert call.end is not None, name
        assert [segment for segment in call.record.segments if segment.ended is None] == [], name


async def _followed(world: World) -> None:
    """Whoever followed the feed has every fact once, in order."""
    last = await world.controller.last()
    await world.reader.until(last)
    await world.controller.kill()
    log = log_of(world.plan)
    await log.start()
    try:
        assert last == await log.last()
        facts = await log.read(0, last, EVERYTHING, limit=100_000)
    finally:
        await log.close()
    assert world.reader.tokens == list(range(1, last + 1))
    assert [event.kind for event in world.reader.events] == [fact.entry.kind for fact in facts]
    assert world.reader.begun > 1


@pytest.fixture(scope="module")
def every_call_prompts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tones for prompts, and one that lasts."""
    with or_skip():
        folder = centre_prompts(tmp_path_factory.mktemp("prompts"))
    for language in folder.iterdir():
        lasting = language / f"{LONG_PROMPT}.wav"
        lasting.unlink()
        lasting.symlink_to(language / "long.wav")
    return folder


@pytest.fixture(params=range(ROUNDS))
def round_(request: pytest.FixtureRequest) -> int:
    number: int = request.param
    return number


@pytest.mark.parametrize("store", ["postgresql", "sqlite"] if ROUNDS > 1 else ["postgresql"])
async def test_on_the_simulated_switch(round_: int, store: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    dsn = request.getfixturevalue("postgresql_dsn") if store == "postgresql" else ""
    async with soft_floor(EXTENSIONS) as floor, world(floor, tmp_path, dsn) as opened:
        await killed(opened, AT_LAST)


@pytest.mark.realtime
async def test_on_asterisk(round_: int, every_call_prompts: Path, tmp_path: Path) -> None:
    with or_skip(), AsteriskServer(tuple(EXTENSIONS), prompts=every_call_prompts) as server:
        async with asterisk_floor(server, EXTENSIONS) as floor, world(floor, tmp_path) as opened:
            await killed(opened, RECOVERY_SECONDS)
