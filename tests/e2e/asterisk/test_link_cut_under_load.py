"""The event stream of Asterisk is cut ten times while calls come and go: the call centre misses nothing.

That is: after each gap the site agrees with Asterisk about every leg, conversation, recording and monitor; every call
and every leg has exactly one beginning and one end in the feed; and whatever a telephone has seen (that it was
connected, and until when) the feed says too, at that moment or, of what was in a gap, by the gap's end.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from asterisk_centre import centre_prompts
from call_evidence import Evidence, Gap
from loaded_centre import STAFF, LoadedCentre, loaded_centre

from tellerline.adapters.clock import SystemClock
from tellerline.callcenter.site import facts as f
from tellerline.simulators.servers.asterisk import AsteriskServer
from tellerline.simulators.servers.fixtures import or_skip

CUTS = 10
ROUNDS = int(os.environ.get("TELLERLINE_CUT_ROUNDS", "1"))
CALLERS = [f"1370000000{each}" for each in range(6)]
_SETTLES = 10.0
_CLOCK = SystemClock()


async def _cut(world: LoadedCentre, number: int) -> Gap:
    """In turn: nobody hears Asterisk any more and then the link breaks, or it breaks at once and is refused."""
    began = _CLOCK.monotonic()
    if number % 2:
        world.floor.link.mute()
        await _CLOCK.sleep(0.3)
        world.floor.link.sever()
    else:
        world.floor.link.refuse()
        await _CLOCK.sleep(0.5)
        world.floor.link.admit()
    await _CLOCK.sleep(0.3)
    world.load.pause()
    await world.settled()
    ended = _CLOCK.monotonic()
    world.load.go_on()
    return Gap(began, ended)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> AsteriskServer:
    with or_skip():
        return AsteriskServer(tuple(STAFF.values()), prompts=centre_prompts(tmp_path_factory.mktemp("prompts")))


@pytest.mark.parametrize("seed", range(ROUNDS))
async def test_nothing_is_missed(server: AsteriskServer, tmp_path: Path, seed: int) -> None:
    with or_skip(), server:
        server.start()
        async with loaded_centre(server, tmp_path, seed) as opened:
            load, gaps = opened.load, []
            await load.begin(CALLERS)
            for number in range(CUTS):
                await _CLOCK.sleep(0.7)
                gaps.append(await _cut(opened, number))
            await _CLOCK.sleep(1.0)
            await load.end()
            await opened.settled()
            truth, state = await opened.floor.truth(), await opened.controller.state()
            assert (truth.nothing, dict(state.calls)) == (True, {})
            await opened.controller.kill()
            facts = await opened.facts()
    evidence = Evidence(facts, gaps)
    evidence.once_each()
    calls = evidence.callers(load.attempts)
    talks = sum(evidence.agent(agent, load.phones[agent].talks) for agent in STAFF)
    assert sum(isinstance(fact, f.LinkCameBack) for fact in facts) >= CUTS
    print(  # noqa: T201 the figures that count
        f"{len(load.attempts)} calls, {calls} taken, {talks} talks of agents, {len(gaps)} gaps, {len(facts)} facts"
    )
