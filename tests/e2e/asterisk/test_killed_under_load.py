"""kill -9 of the controller at any moment, while calls come and go on Asterisk: nothing is lost, nobody is stuck."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest
from asterisk_centre import centre_prompts
from call_evidence import Evidence, Gap
from feed_reader import FeedReader
from loaded_centre import STAFF, LoadedCentre, loaded_centre

from tellerline.adapters.clock import SystemClock
from tellerline.callcenter.site.words import AgentState
from tellerline.simulators.servers.asterisk import AsteriskServer
from tellerline.simulators.servers.fixtures import or_skip

KILLS = int(os.environ.get("TELLERLINE_KILLS", "2"))
CALLERS = [f"1350000000{each}" for each in range(6)]
_CLOCK = SystemClock()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> AsteriskServer:
    with or_skip():
        return AsteriskServer(tuple(STAFF.values()), prompts=centre_prompts(tmp_path_factory.mktemp("prompts")))


async def _kill(centre: LoadedCentre, after: float) -> Gap:
    """Whatever is on its way just then; the next one has put all right when the gap ends."""
    await _CLOCK.sleep(after)
    began = _CLOCK.monotonic()
    await centre.controller.kill()
    await centre.controller.start()
    serving = centre.controller.began + centre.controller.serving
    centre.load.pause()
    await centre.settled()
    ended = _CLOCK.monotonic()
    centre.load.go_on()
    print(f"settled {ended - serving:.2f} s after it serves")  # noqa: T201 a figure that counts
    return Gap(began, ended)


async def test_nothing_is_lost(server: AsteriskServer, tmp_path: Path) -> None:
    chance = Random(KILLS)
    with or_skip(), server:
        server.start()
        async with loaded_centre(server, tmp_path) as centre:
            reader = FeedReader(centre.channel, "A1")
            await centre.load.begin(CALLERS)
            gaps = [await _kill(centre, chance.uniform(1.0, 2.0)) for _ in range(KILLS)]
            await _CLOCK.sleep(1.0)
            await centre.load.end()
            await centre.settled()
            await centre.off_the_line()
            truth, state = await centre.floor.truth(), await centre.controller.state()
            assert (truth.nothing, dict(state.calls)) == (True, {})
            idle = (AgentState.READY, AgentState.NOT_READY)
            assert [agent for agent in state.agents.values() if agent.state not in idle] == []
            last = await centre.controller.last()
            await reader.until(last)
            await reader.close()
            await centre.controller.kill()
            facts = await centre.facts()
    assert len(set(reader.tokens)) == len(reader.tokens)
    assert reader.tokens == sorted(reader.tokens)
    evidence = Evidence(facts, gaps)
    evidence.once_each()
    calls = evidence.callers(centre.load.attempts)
    talks = sum(evidence.agent(agent, centre.load.phones[agent].talks) for agent in STAFF)
    print(f"{len(gaps)} kills, {calls} calls taken, {talks} talks of agents, {len(facts)} facts")  # noqa: T201 the same
