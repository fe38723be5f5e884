"""A call centre on Asterisk, reached through a proxy that can break the link, with a few agents and a load for them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc.aio
from asterisk_centre import bank_of, centre_flows
from call_floor import AsteriskFloor, asterisk_floor, disagreements
from call_load import CallLoad
from controller_process import RECONNECT, Controller, ControllerPlan, log_of
from thirty_calls import AGENTS, Bar

from tellerline.adapters.clock import SystemClock
from tellerline.callcenter.live.codec import fact_of
from tellerline.callcenter.live.records import EVERYTHING
from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site import invariants
from tellerline.simulators.servers.asterisk import AsteriskServer
from tellerline.simulators.servers.ports import free_port

STRAIGHT = "95001"
"""Who calls it is in the queue at once."""
STAFF = dict(list(AGENTS.items())[:4])
_SETTLES = 10.0
_CLOCK = SystemClock()


@dataclass(slots=True)
class LoadedCentre:
    floor: AsteriskFloor
    controller: Controller
    plan: ControllerPlan
    channel: grpc.aio.Channel
    bar: Bar
    load: CallLoad

    async def settled(self) -> None:
        """Wait until the site agrees with Asterisk about everything, and with itself."""
        limit = _CLOCK.monotonic() + _SETTLES
        while True:
            state = await self.controller.state()
            wrong = [*disagreements(state, await self.floor.truth()), *invariants.check(state)]
            if state.link_up and not wrong:
                return
            assert _CLOCK.monotonic() < limit, "\n".join(wrong) or "no link"
            await _CLOCK.sleep(0.05)

    async def off_the_line(self) -> None:
        """Wait until the agents' telephones have heard that their talks are over."""
        limit = _CLOCK.monotonic() + _SETTLES
        while any(talk.ended is None for agent in STAFF for talk in self.load.phones[agent].talks):
            assert _CLOCK.monotonic() < limit, "a telephone talks on"
            await _CLOCK.sleep(0.05)

    async def facts(self) -> Sequence[f.Fact]:
        """All that was written down. The controller is dead."""
        log = log_of(self.plan)
        await log.start()
        try:
            return [fact_of(each.entry) for each in await log.read(0, await log.last(), EVERYTHING, limit=1_000_000)]
        finally:
            await log.close()


@asynccontextmanager
async def loaded_centre(server: AsteriskServer, folder: Path, seed: int = 0) -> AsyncIterator[LoadedCentre]:
    """On a switch that runs, with the extensions of ``STAFF``."""
    numbers = frozenset(STAFF.values())
    async with bank_of(folder, 1, {}) as system, asterisk_floor(server, numbers) as floor:
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
        async with grpc.aio.insecure_channel(f"127.0.0.1:{plan.port}", RECONNECT) as channel:
            bar = Bar(channel)
            try:
                load = CallLoad(floor, controller, bar, STAFF, to=STRAIGHT, seed=seed)
                yield LoadedCentre(floor, controller, plan, channel, bar, load)
            finally:
                await controller.kill()
