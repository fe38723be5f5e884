"""``kill -9`` of gateways at random moments under load: nothing lost, nothing doubled, no doubt forgotten.

``TELLERLINE_KILLS`` says how many; fifty take a minute for each store.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from gateway_nursery import Forked, Nursery, nursery
from live_bank import LiveBank, live_bank
from live_client import LiveClient
from live_gateways import GENEROUS, Installation, in_a_hurry
from live_load import Load, audit, interrupted, resolved

from tellerline.adapters.clock import SeededRandomness, SystemClock
from tellerline.gateway.journal.records import State
from tellerline.simulators.faults import FaultKind, FaultRule
from tellerline.simulators.servers import RabbitmqServer

CUSTOMERS = 40
KILLS = int(os.environ.get("TELLERLINE_KILLS", "24"))
WORKERS = 24
SEED = 20260302
RESOLVED_WITHIN = 90.0


@dataclass
class Lives:
    """One gateway's lives, one after the other; ``starts`` is how long each took to serve, in seconds."""

    nursery: Nursery
    installation: Installation
    instance: str
    starts: list[float] = field(default_factory=list)
    process: Forked | None = None

    async def begin(self) -> None:
        """Start it; what the last life left behind has been taken up when it serves."""
        clock = SystemClock()
        began = clock.monotonic()
        where = self.installation.settings(self.instance), self.installation.log(self.instance)
        self.process = self.nursery.start(*where)
        await asyncio.to_thread(self.process.ready)
        self.starts.append(clock.monotonic() - began)

    async def end(self, *, kill: bool = False) -> None:
        process, self.process = self.process, None
        if process is not None:
            await asyncio.to_thread(process.kill if kill else process.stop)

    async def die(self, times: int) -> None:
        """Be killed and started again, that often: in every third life as soon as it has begun, else at work."""
        chance = SeededRandomness(f"{SEED}/{self.instance}")
        asked = 0
        for life in range(times):
            while life % 3 and self.asked() < asked + WORKERS // 2:  # noqa: ASYNC110 hosts tell nobody
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.01 + chance.below(250) / 1_000)
            await self.end(kill=True)
            asked = self.asked()
            await self.begin()

    def asked(self) -> int:
        """How often the core host was asked for anything, by whichever gateway."""
        return self.installation.live.bank.core.received.counts.total()


@pytest.fixture(scope="module")
def forks() -> Iterator[Nursery]:
    with nursery() as made:
        yield made


@pytest.fixture
async def installation(tmp_path: Path, dsn: str, rabbitmq_server: RabbitmqServer) -> AsyncIterator[Installation]:
    """On a broker of its own: another bank that takes orders there, in a test beside this one, would take its too."""
    async with live_bank(CUSTOMERS, amqp=rabbitmq_server.url, seed=SEED) as live:
        made = Installation(tmp_path, live, dsn, rabbitmq_server.url, GENEROUS | in_a_hurry(tmp_path))
        await made.register()
        yield made


@pytest.mark.timeout(600)
async def test_nothing_is_lost_or_doubled_by_any_kill(installation: Installation, forks: Nursery, dsn: str) -> None:
    _disturb(installation.live)
    lives = [Lives(forks, installation, instance) for instance in (["one", "two"] if dsn else ["one"])]
    clients = [LiveClient.to(installation.target(life.instance), seconds=10) for life in lives]
    load = Load(installation.live, clients)
    try:
        await asyncio.gather(*(life.begin() for life in lives))
        async with load.running(WORKERS, SEED):
            await asyncio.gather(*(life.die(KILLS // len(lives)) for life in lives))
        await resolved(clients[0], RESOLVED_WITHIN)
    finally:
        await asyncio.gather(*(client.close() for client in clients))
        await asyncio.gather(*(life.end() for life in lives))
    starts = sorted(start for life in lives for start in life.starts)
    assert len(starts) == KILLS + len(lives)
    async with installation.store() as store:
        found = await audit(load, store)
        assert found.wrong == []
        under_way = await interrupted(found, store)
    assert under_way >= KILLS // 2, "most kills should hit transactions under way"
    states = {state.value: found.in_state(state) for state in State if found.in_state(state)}
    sys.stdout.write(
        f"\n{'postgresql' if dsn else 'sqlite'}: {len(load.answers)} serials, {states}, {under_way} interrupted, "
        f"{load.unsure.total()} asked again, started in {starts[-1]:.2f} s at most\n"
    )


def _disturb(live: LiveBank) -> None:
    """Replies that take their time, so that a kill finds many transactions at the host; some never come."""
    changing = live.bank.changing
    for rule in (
        FaultRule(kind=FaultKind.LATE_REPLY, operations=changing, probability=0.3, seconds=0.1),
        FaultRule(kind=FaultKind.DELAY, operations=changing, probability=0.1, seconds=0.1),
        FaultRule(kind=FaultKind.LOSE_REPLY, operations=changing, probability=0.003),
        FaultRule(kind=FaultKind.LOSE_REQUEST, operations=changing, probability=0.003),
    ):
        live.bank.add_fault(rule)
