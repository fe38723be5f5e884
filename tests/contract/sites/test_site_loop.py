"""A site at work: calls are served, written down before anything comes of it, and survive their controller."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from live_site import LiveSite, live_site

from tellerline.callcenter.live.codec import entry_of, fact_of, state_from_json, state_to_json
from tellerline.callcenter.live.log import FactLog
from tellerline.callcenter.live.loop import SiteUnavailableError
from tellerline.callcenter.live.records import EVERYTHING
from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site.evolve import evolve
from tellerline.callcenter.site.refusals import Why
from tellerline.callcenter.site.state import SiteState
from tellerline.callcenter.site.words import AgentState, Place


@pytest.fixture
async def site(open_log: Callable[[], FactLog]) -> AsyncIterator[LiveSite]:
    async with live_site(open_log) as opened:
        yield opened


async def called(site: LiveSite) -> str:
    """A caller who talks with agent A1; the call's id."""
    site.caller.call("95588")
    await site.talking(site.caller, site.phones["A1"])
    (call,) = (await site.state()).calls.values()
    assert call.agent == "A1"
    return call.id


async def test_a_caller_is_served_and_the_agent_writes_up_the_call(site: LiveSite) -> None:
    await site.sign_in("A1")
    call = await called(site)
    await site.done(c.Hold(actor="A1", call=call))
    await site.pass_time(0.5)
    assert site.caller.hears() == {"music"}
    await site.done(c.Resume(actor="A1", call=call))
    await site.talking(site.caller, site.phones["A1"])
    site.caller.hang_up()
    await site.until(lambda state: state.agents["A1"].state is AgentState.WORKING_AFTER_CALL)
    assert (await site.state()).ended[call].place is Place.ENDED
    await site.done(c.FinishWork(actor="A1", agent="A1"))
    await site.until(lambda state: state.agents["A1"].state is AgentState.READY)


async def test_a_refused_command_leaves_no_trace(site: LiveSite) -> None:
    await site.sign_in("A1")
    position = site.feed.last
    answer = await site.loop.ask(c.Hold(actor="A1", call="main-99"))
    assert answer.refused is not None
    assert answer.refused.why is Why.NO_SUCH_CALL
    assert site.feed.last == position == await site.log.last()


async def test_what_is_written_is_all_there_is_to_know(site: LiveSite) -> None:
    await site.sign_in("A1", "A2")
    call = await called(site)
    await site.done(c.Hold(actor="A1", call=call))
    state, last = await site.state(), site.feed.last
    again = SiteState()
    for recorded in await site.log.read(0, last, EVERYTHING):
        fact = fact_of(recorded.entry)
        assert fact_of(entry_of(fact)) == fact
        evolve(again, fact)
    assert again == state
    assert state_from_json(state_to_json(state)) == state


async def test_calls_outlive_their_controller(site: LiveSite) -> None:
    await site.sign_in("A1", "A2")
    call = await called(site)
    before = (await site.state()).calls[call].version
    await site.loop.close()
    await site.pass_time(1)
    assert site.caller.hears() == {site.phones["A1"].number}
    await site.start()
    await site.talking(site.caller, site.phones["A1"])
    assert (await site.state()).calls[call].version >= before
    await site.done(c.Hold(actor="A1", call=call))
    await site.pass_time(0.5)
    assert site.caller.hears() == {"music"}


async def test_who_hung_up_meanwhile_is_found_out(site: LiveSite) -> None:
    await site.sign_in("A1")
    call = await called(site)
    await site.loop.close()
    site.caller.hang_up()
    await site.pass_time(1)
    await site.start()
    await site.until(lambda state: call not in state.calls)
    await site.until(lambda state: state.agents["A1"].state is AgentState.WORKING_AFTER_CALL)


async def test_a_lost_link_loses_nothing(site: LiveSite) -> None:
    await site.sign_in("A1")
    call = await called(site)
    site.soft.unreachable(True)
    await site.pass_time(1)
    site.caller.hang_up()
    await site.pass_time(1)
    site.soft.unreachable(False)
    await site.until(lambda state: call not in state.calls)


async def test_many_commands_at_once_are_each_answered(site: LiveSite) -> None:
    await site.sign_in("A1")
    commands = [c.BecomeNotReady(actor="A1", agent="A1", cause=f"REASON_{number}") for number in range(50)]
    answers = await asyncio.gather(*(site.loop.ask(command) for command in commands))
    assert {answer.refused for answer in answers} == {None}
    assert (await site.state()).agents["A1"].cause == "REASON_49"


async def test_a_defect_ends_neither_the_site_nor_anybodys_waiting(site: LiveSite) -> None:
    await site.sign_in("A1")
    nonsense: Any = object()
    with pytest.raises(SiteUnavailableError) as failed:
        await asyncio.wait_for(site.loop.ask(nonsense), 30)
    assert failed.value.maybe_done
    await site.done(c.BecomeNotReady(actor="A1", agent="A1", cause="LUNCH"))
    assert (await site.state()).agents["A1"].cause == "LUNCH"


async def test_a_controller_that_was_replaced_does_nothing_more(site: LiveSite) -> None:
    await site.sign_in("A1")
    other = FactLog(site.log._database, "main")
    await other.take()
    last = await other.last()
    with pytest.raises(SiteUnavailableError) as refused:
        await site.loop.ask(c.BecomeNotReady(actor="A1", agent="A1", cause="LUNCH"))
    assert not refused.value.maybe_done
    with pytest.raises(SiteUnavailableError):
        await site.state()
    assert await other.last() == last
