"""kill -9 of Asterisk with calls up: they have ended, agents are free, and the call centre goes on when it is back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import grpc
import grpc.aio
import pytest
from asterisk_centre import centre_prompts
from loaded_centre import STAFF, STRAIGHT, LoadedCentre, loaded_centre
from switch_bench import OnRing

from tellerline.adapters.clock import SystemClock
from tellerline.callcenter.site.state import SiteState
from tellerline.callcenter.site.words import AgentState, CallEnd, Place
from tellerline.simulators.servers.asterisk import AsteriskServer
from tellerline.simulators.servers.fixtures import or_skip

_CALLERS = [f"1360000000{each}" for each in range(5)]
_CLOCK = SystemClock()


@pytest.fixture
def server(tmp_path: Path) -> AsteriskServer:
    with or_skip():
        (tmp_path / "prompts").mkdir()
        return AsteriskServer(tuple(STAFF.values()), prompts=centre_prompts(tmp_path / "prompts"))


async def _until(centre: LoadedCentre, true: Callable[[SiteState], bool], patience: float = 20.0) -> SiteState:
    limit = _CLOCK.monotonic() + patience
    while not true(state := await centre.controller.state()):
        assert _CLOCK.monotonic() < limit, _told(state)
        await asyncio.sleep(0.05)
    return state


def _told(state: SiteState) -> str:
    agents = [f"{name} {agent.state} {agent.cause} {agent.reservation}" for name, agent in state.agents.items()]
    return "; ".join([*(f"{call.id} {call.place}" for call in state.calls.values()), *agents])


def _at(place: Place) -> Callable[[SiteState], int]:
    return lambda state: sum(call.place is place for call in state.calls.values())


async def _five_calls(centre: LoadedCentre) -> SiteState:
    """Two talk, one is on hold, one rings at an agent, and one waits."""
    for agent, number in STAFF.items():
        phone = await centre.floor.telephone(number)
        phone.on_ring = OnRing.RINGS if agent == "A4" else OnRing.ANSWERS
    for agent, caller in zip((*STAFF, ""), _CALLERS, strict=True):
        if agent:
            await centre.bar.sign_in(agent)
        waiting = _at(Place.QUEUE)(await centre.controller.state())
        await (await centre.floor.telephone(caller)).call(STRAIGHT)
        if agent in ("A1", "A2", "A3"):
            await _until(centre, lambda state, agent=agent: state.agents[agent].state is AgentState.BUSY)  # type: ignore[misc]
        else:
            await _until(centre, lambda state, before=waiting: _at(Place.QUEUE)(state) > before)  # type: ignore[misc]
    state = await centre.controller.state()
    await centre.bar.of_call("Hold", "A3", state.agents["A3"].call)
    await centre.settled()
    return await centre.controller.state()


async def test_calls_end_and_the_next_is_served(server: AsteriskServer, tmp_path: Path) -> None:
    with or_skip(), server:
        server.start()
        async with loaded_centre(server, tmp_path) as centre:
            before = await _five_calls(centre)
            server.kill()
            await _until(centre, lambda state: not state.link_up)
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await centre.bar.of_call("Hold", "A1", before.agents["A1"].call)
            assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
            await asyncio.to_thread(server.start)
            began = _CLOCK.monotonic()
            state = await _until(centre, lambda state: state.link_up and not state.calls)
            print(f"all have ended {_CLOCK.monotonic() - began:.2f} s after Asterisk is back")  # noqa: T201 a figure
            _nothing_is_left(before, state)
            await centre.settled()
            assert (await centre.floor.truth()).nothing
            await _serve_another(centre)


def _nothing_is_left(before: SiteState, state: SiteState) -> None:
    ends = {name: call.end for name, call in state.ended.items() if name in before.calls}
    assert len(ends) == len(before.calls) == 5
    assert set(ends.values()) <= {CallEnd.LOST, CallEnd.ABANDONED, CallEnd.NORMAL}
    for agent in state.agents.values():
        assert agent.state in (AgentState.READY, AgentState.NOT_READY), agent
        assert (agent.call, agent.reservation) == ("", "")


async def _serve_another(centre: LoadedCentre) -> None:
    await centre.floor.start_afresh()
    phone = await centre.floor.telephone(STAFF["A1"])
    state = await centre.controller.state()
    for agent in STAFF:
        verb, cause = ("BecomeReady", {}) if agent == "A1" else ("BecomeNotReady", {"cause": "LUNCH"})
        if (state.agents[agent].state is AgentState.READY) != (agent == "A1"):
            await centre.bar.of_agent(verb, agent, **cause)
    caller = await centre.floor.telephone("13600000009")
    await caller.call(STRAIGHT)
    await _until(centre, lambda state: state.agents["A1"].state is AgentState.BUSY)
    await asyncio.gather(caller.until_hears({phone.number}, 10), phone.until_hears({caller.number}, 10))
    await caller.hang_up()
    await _until(centre, lambda state: not state.calls)
    await centre.settled()
