"""A call from ring to wrap-up: the simulated switch, the call centre, the gateway and the bank, each the real one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from centre_world import World, centre_world
from site_services import context

from tellerline.api.agents.v1 import agents_pb2 as agents
from tellerline.api.calls.v1 import calls_pb2 as calls


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with centre_world(tmp_path) as opened:
        yield opened


async def test_from_ring_to_wrap_up_under_a_grant_that_dies_with_the_call(world: World) -> None:
    person = world.bank.person(0)
    call, grant = await world.verified(person)
    assert set((await world.answers(person, "another-call", grant)).values()) == {"GRANT_NOT_SUFFICIENT"}
    world.caller.hang_up()
    await world.pass_time(2)
    assert set((await world.answers_at_last(person, call, grant)).values()) == {"GRANT_EXPIRED"}
    out = await world.ask(world.agents.SignOut(agents.SignOutRequest(context=context("A1"), agent="agents/A1")))
    assert out.day_figures.call_count == 1


async def test_an_intercept_ends_the_grant(world: World) -> None:
    person = world.bank.person(1)
    call, grant = await world.verified(person)
    await world.sign_in("L1")
    intercept = calls.SuperviseRequest(
        context=context("L1"), call=f"calls/{call}", agent="agents/A1", supervision=calls.SUPERVISION_INTERCEPT
    )
    await world.ask(world.calls.Supervise(intercept))
    await world.talk("L1")
    assert set((await world.answers_at_last(person, call, grant)).values()) == {"GRANT_EXPIRED"}
    agent = await world.ask(world.agents.GetAgent(agents.GetAgentRequest(context=context("L1"), name="agents/A1")))
    assert (agent.state, agent.cause) == (agents.AGENT_STATE_NOT_READY, "INTERCEPTED")


async def test_a_transfer_ends_the_grant(world: World) -> None:
    person = world.bank.person(2)
    call, grant = await world.verified(person)
    await world.sign_in("A2")
    hand_over = calls.ConsultRequest(
        context=context("A1"), call=f"calls/{call}", colleague="agents/A2", purpose=calls.PURPOSE_TRANSFER
    )
    await world.ask(world.calls.Consult(hand_over))
    await world.talk("A2")
    for agent in ("A1", "A2"):
        assert set((await world.answers_at_last(person, call, grant, agent)).values()) == {"GRANT_EXPIRED"}
